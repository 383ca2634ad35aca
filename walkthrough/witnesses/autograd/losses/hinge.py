"""The hinge loss."""

from __future__ import annotations

from walkthrough.witnesses.autograd.spelling import gate, number
from walkthrough.witnesses.autograd.told import TorchWords


def value(judged: TorchWords) -> str:
    """Σ max(0, margin − t·y)."""
    y, t = judged.x, judged.tensors["target"]
    inside = f"{number(judged.options['margin'])} - {t} * {y}"
    return f"{gate(inside, judged.options['relu_at_zero'])}.sum()"
