"""What is done: the runbook that answers, its steps and branches, phases, and the watch at the end."""
