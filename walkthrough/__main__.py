"""`python -m walkthrough` is the command line."""

from walkthrough.cli import main

main()
