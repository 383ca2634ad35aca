"""Training: data sets, many steps with the vectorised witness, opening any of them, and what is said of it.

Nothing is said here of a single step's arithmetic: that is a trace.
"""
