"""Another shape, in reading order."""

from __future__ import annotations

from walkthrough.witnesses.autograd.told import TorchWords


def forward(layer: TorchWords) -> str:
    """x.reshape(…)."""
    return f"{layer.x}.reshape({tuple(layer.options['shape'])})"
