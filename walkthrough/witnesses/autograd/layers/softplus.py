"""Softplus."""

from __future__ import annotations

from walkthrough.witnesses.autograd.told import TorchWords


def forward(layer: TorchWords) -> str:
    """Without the threshold from which PyTorch takes a line instead."""
    return f"F.softplus({layer.x}, threshold=700)"
