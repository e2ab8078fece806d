"""Findings about single commands: what cannot work, never ends, tells secrets, or is graver than it looks."""
