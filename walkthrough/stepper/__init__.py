"""The interactive step-through: what is on the screen as plain data, and the terminal that shows it.

Only this room knows Textual, and in it only `app` and what `app` is made of.
"""
