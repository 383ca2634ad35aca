"""Numbers as people write them, and boxes of them, exact to the last digit."""
