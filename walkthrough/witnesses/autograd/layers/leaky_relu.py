"""Leaky ReLU."""

from __future__ import annotations

from walkthrough.witnesses.autograd.spelling import gate, number
from walkthrough.witnesses.autograd.told import TorchWords


def forward(layer: TorchWords) -> str:
    """Where the slope at 0 is not the left one, as two gates, from the right and from the left."""
    at_zero, slope = layer.options["relu_at_zero"], layer.options["slope"]
    return (
        f"{gate(layer.x, at_zero)} - {number(slope)} * {gate(f'(-{layer.x})', 1 - at_zero)}"
        if at_zero
        else f"F.leaky_relu({layer.x}, {number(slope)})"
    )
