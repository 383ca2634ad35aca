"""The notation, its readings and the numbers, each against an independent route."""
