"""Batch normalisation with a mean and a variance that are given."""

from __future__ import annotations

from walkthrough.witnesses.autograd.spelling import number
from walkthrough.witnesses.autograd.told import TorchWords


def forward(layer: TorchWords) -> str:
    """It wants an axis for the samples of a batch."""
    given = ", ".join(layer.tensors[role] for role in ("mean", "variance", "gamma", "beta"))
    return f"F.batch_norm({layer.x}.unsqueeze(0), {given}, eps={number(layer.options['epsilon'])}).squeeze(0)"
