"""Softmax, over all entries."""

from __future__ import annotations

from walkthrough.witnesses.autograd.told import TorchWords


def forward(layer: TorchWords) -> str:
    """Of an image, over all of it."""
    flat = f"torch.softmax({layer.x}.flatten(), 0).reshape({layer.shape})"
    return f"torch.softmax({layer.x}, 0)" if len(layer.shape) == 1 else flat
