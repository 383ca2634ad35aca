"""A case as a script that somebody runs elsewhere: its lines, as blocks of code. Nothing here is computed."""
