"""Steps put into lines of working: drafts, their numbers, the layout of a block.

No heading, no grid.
"""
