"""What is due once an incident is over: the review, its meeting, action items, and practices between incidents."""
