"""Losses in PyTorch's words: a file each, named as in case files; an output comes in one row."""
