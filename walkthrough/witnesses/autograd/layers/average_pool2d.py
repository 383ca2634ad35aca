"""Average pooling."""

from __future__ import annotations

from walkthrough.witnesses.autograd.layers._windows import pooled
from walkthrough.witnesses.autograd.told import Told


def forward(layer: Told) -> str:
    """A frame counts in the mean."""
    return pooled(layer, "F.avg_pool2d")
