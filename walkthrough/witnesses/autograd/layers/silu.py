"""SiLU: z·σ(z)."""

from __future__ import annotations

from walkthrough.witnesses.autograd.told import TorchWords


def forward(layer: TorchWords) -> str:
    """F.silu(x)."""
    return f"F.silu({layer.x})"
