"""The tables of a TOML file: values with their lines, keys that nobody knows, what neighbours call them.

No layer, no grid.
"""
