"""The mean of each channel."""

from __future__ import annotations

from walkthrough.witnesses.autograd.told import Told


def forward(layer: Told) -> str:
    """Over rows and columns, which stay as axes of size 1."""
    return f"{layer.x}.mean((1, 2), keepdim=True)"
