"""What is said of a training: how it goes, what it has come to, and what goes wrong with its reason."""
