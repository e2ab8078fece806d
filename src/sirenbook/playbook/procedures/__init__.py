"""What people are told to do: runbooks, routines and their commands."""
