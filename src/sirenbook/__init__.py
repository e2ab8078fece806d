"""Your incident playbook, running."""
