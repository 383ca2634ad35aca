"""The equations of a case worked through: every number, forwards and backwards, and how it came about.

No sentence for people: those are in `page`.
"""
