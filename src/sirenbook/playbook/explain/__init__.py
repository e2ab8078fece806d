"""What was understood, said back: in plain words for the owner, in a neutral schema for machines."""
