"""The steps of a case worked out again with somebody's own numbers in them.

No verdict and no slip: those are in `marking` and `slips`.
"""
