"""What somebody wrote, read: files, grids, numbers and class lists become claims.

Nothing here knows whether a number is right.
"""
