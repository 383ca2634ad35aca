"""Derivations: the rules of the course in letters, proved line by line.

`derive_command("conv-input-gradient", AskedSizes(input=(3, 3), kernel=(2, 2)))` is the finished page.
"""

from __future__ import annotations

from walkthrough.derivations.pieces.asked_sizes import AskedSizes, CannotDerive, read_size
from walkthrough.derivations.rules_by_word import derive_command, derived, rule_words

__all__ = ["AskedSizes", "CannotDerive", "derive_command", "derived", "read_size", "rule_words"]
