"""Ways in and what they prove: passwords, passkeys, providers, tokens, sessions and sealed access."""
