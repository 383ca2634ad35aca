"""Absolute error."""

from __future__ import annotations

from fractions import Fraction

from walkthrough.witnesses.autograd.spelling import gate, number
from walkthrough.witnesses.autograd.told import TorchWords


def value(judged: TorchWords) -> str:
    """|t − y| as two gates; `abs` has the slope 0 where they are equal."""
    y, t = judged.x, judged.tensors["target"]
    at_zero, scale = judged.options["relu_at_zero"], judged.options["scale"]
    scale = "" if scale == 1 else f"{number(scale)} * "
    both = f"{gate(f'{y} - {t}', at_zero)} + {gate(f'{t} - {y}', 1 - at_zero)}"
    return f"{scale}({y} - {t}).abs().sum()" if at_zero == Fraction(1, 2) else f"{scale}({both}).sum()"
