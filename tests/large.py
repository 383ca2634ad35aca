"""Cases on which nobody works by hand: going through each of their numbers would take minutes."""

from __future__ import annotations

LARGE = frozenset({"digits", "lenet"})
