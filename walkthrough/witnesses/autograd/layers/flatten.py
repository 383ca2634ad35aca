"""Flatten, in reading order."""

from __future__ import annotations

from walkthrough.witnesses.autograd.told import TorchWords


def forward(layer: TorchWords) -> str:
    """x.flatten()."""
    return f"{layer.x}.flatten()"
