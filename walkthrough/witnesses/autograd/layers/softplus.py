"""Softplus."""

from __future__ import annotations

from walkthrough.witnesses.autograd.told import Told


def forward(layer: Told) -> str:
    """Without the threshold from which PyTorch takes a line instead."""
    return f"F.softplus({layer.x}, threshold=700)"
