"""Squared error."""

from __future__ import annotations

from walkthrough.witnesses.autograd.spelling import number
from walkthrough.witnesses.autograd.told import TorchWords


def value(judged: TorchWords) -> str:
    """scale · Σ (t − y)²."""
    y, t = judged.x, judged.tensors["target"]
    return f"{number(judged.options['scale'])} * (({t} - {y}) ** 2).sum()"
