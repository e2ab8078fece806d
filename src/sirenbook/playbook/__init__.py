"""The reader: a team's Markdown playbook becomes a policy, with the place of every value. Pure."""
