"""Incidents in the team's chat: rooms, cards, verbs, buttons and forms."""
