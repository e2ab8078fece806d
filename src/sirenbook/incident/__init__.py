"""The decisions: pure functions from an incident, a command and the time to events."""
