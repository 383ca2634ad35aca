"""SiLU: z·σ(z)."""

from __future__ import annotations

from walkthrough.witnesses.autograd.told import Told


def forward(layer: Told) -> str:
    """F.silu(x)."""
    return f"F.silu({layer.x})"
