"""How large the layers are, and what one output sees of the input.

No number of a case is looked at.
"""
