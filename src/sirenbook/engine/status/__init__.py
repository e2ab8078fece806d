"""Our own status page: what is on it, and everybody who is told of it."""
