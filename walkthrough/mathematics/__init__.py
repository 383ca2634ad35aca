"""The mathematics as it is written: indices, expressions, equations, and the ways to read them.

No number of any case, no layer, and nothing that prints a page.
"""
