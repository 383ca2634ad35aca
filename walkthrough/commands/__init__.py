"""The commands, a file for each room of the house that they open."""
