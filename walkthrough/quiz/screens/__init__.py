"""What the quiz says, line by line and on a whole screen.

What is asked is decided elsewhere, and nothing here draws.
"""
