"""Layers in PyTorch's words: a file each, named as in case files."""
