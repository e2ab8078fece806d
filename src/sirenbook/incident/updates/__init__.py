"""What is said, to whom and when: promised updates, their drafts, and the public status page."""
