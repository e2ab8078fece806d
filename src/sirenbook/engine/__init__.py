"""What acts: the one transaction, the passes around it, and the process that runs them."""
