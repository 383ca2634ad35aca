"""Flatten, in reading order."""

from __future__ import annotations

from walkthrough.witnesses.autograd.told import Told


def forward(layer: Told) -> str:
    """x.flatten()."""
    return f"{layer.x}.flatten()"
