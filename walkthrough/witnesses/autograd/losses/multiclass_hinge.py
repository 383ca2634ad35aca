"""The hinge loss of several classes."""

from __future__ import annotations

from walkthrough.witnesses.autograd.spelling import gate, number
from walkthrough.witnesses.autograd.told import TorchWords


def value(judged: TorchWords) -> str:
    """Σ max(0, y[wrong] − y[right] + margin)."""
    y, t = judged.x, judged.tensors["target"]
    inside = f"{y}[{t} == 0] - {y}[{t} == 1] + {number(judged.options['margin'])}"
    return f"{gate(inside, judged.options['relu_at_zero'])}.sum()"
