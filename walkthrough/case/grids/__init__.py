"""Grids of numbers as cases give them: text, arrays, files, drawn from a seed.

What they are for is said elsewhere.
"""
