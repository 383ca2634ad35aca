"""The sigmoid."""

from __future__ import annotations

from walkthrough.witnesses.autograd.told import TorchWords


def forward(layer: TorchWords) -> str:
    """torch.sigmoid(x)."""
    return f"torch.sigmoid({layer.x})"
