"""Lets `python -m sirenbook` be the command line."""

from sirenbook.cli import main

main()
