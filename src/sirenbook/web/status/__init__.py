"""The public status page: no login, no scripts, the same as a live site and as files."""
