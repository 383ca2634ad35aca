"""Independent implementations that the tests compare walkthrough with."""
