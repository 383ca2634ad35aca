"""ReLU."""

from __future__ import annotations

from walkthrough.witnesses.autograd.spelling import gate
from walkthrough.witnesses.autograd.told import TorchWords


def forward(layer: TorchWords) -> str:
    """The word whose slope at 0 is the convention's."""
    return gate(layer.x, layer.options["relu_at_zero"])
