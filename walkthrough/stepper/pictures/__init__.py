"""Tensors side by side, with the numbers at work marked: as data, and as rows of text; no terminal here."""
