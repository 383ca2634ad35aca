"""Dropout with a mask that is given."""

from __future__ import annotations

from walkthrough.witnesses.autograd.spelling import number
from walkthrough.witnesses.autograd.told import TorchWords


def forward(layer: TorchWords) -> str:
    """x·mask/(1 − p): F.dropout would draw a mask of its own."""
    return f"{layer.x} * {layer.tensors['mask']} / {number(1 - layer.options['p'])}"
