"""A world to try it in: a small simulated platform with faults, for the runbooks of any playbook."""
