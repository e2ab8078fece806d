"""Who is on call and how they are reached: rotations, coverage, hand-offs, letters, and ways in."""
