"""Convolution."""

from __future__ import annotations

from walkthrough.witnesses.autograd.layers._windows import convolved
from walkthrough.witnesses.autograd.told import TorchWords


def forward(layer: TorchWords) -> str:
    """F.conv2d is cross-correlation; with `flip` the kernel is turned first."""
    return convolved(layer, "F.conv2d", 2)
