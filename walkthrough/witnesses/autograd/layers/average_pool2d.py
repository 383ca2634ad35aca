"""Average pooling."""

from __future__ import annotations

from walkthrough.witnesses.autograd.layers._windows import pooled
from walkthrough.witnesses.autograd.told import TorchWords


def forward(layer: TorchWords) -> str:
    """A frame counts in the mean."""
    return pooled(layer, "F.avg_pool2d")
