"""Witnesses: the same numbers found again by other routes, stage by stage."""

from __future__ import annotations


class CannotFollow(ArithmeticError):
    """A stage that a witness cannot recompute; it is then left out, it does not disagree."""


FINEST = 20_000
"""How many decimal places a witness follows a vanishing number, such as e^(−z), before it gives up."""
