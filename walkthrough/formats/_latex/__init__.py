"""What a LaTeX document is made of: texts, rows, grids and lines.

It knows the blocks of `document` and nothing else.
"""
