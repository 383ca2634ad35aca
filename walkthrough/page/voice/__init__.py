"""How numbers, products and reasons are said, whatever line they stand in.

No line is put together here.
"""
