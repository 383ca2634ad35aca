"""Where one is on the walk: the course of lines, what is opened, the pieces of a line, the uses of a number.

Nothing is drawn here.
"""
