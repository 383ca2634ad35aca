"""Upsampling: each entry becomes a block."""

from __future__ import annotations

from walkthrough.witnesses.autograd.told import TorchWords


def forward(layer: TorchWords) -> str:
    """Rows repeated, then columns."""
    rows, columns = layer.options["factor"]
    return f"{layer.x}.repeat_interleave({rows}, 1).repeat_interleave({columns}, 2)"
