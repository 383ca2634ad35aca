"""The hyperbolic tangent."""

from __future__ import annotations

from walkthrough.witnesses.autograd.told import TorchWords


def forward(layer: TorchWords) -> str:
    """torch.tanh(x)."""
    return f"torch.tanh({layer.x})"
