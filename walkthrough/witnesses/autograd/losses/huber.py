"""The Huber loss."""

from __future__ import annotations

from walkthrough.witnesses.autograd.spelling import number
from walkthrough.witnesses.autograd.told import TorchWords


def value(judged: TorchWords) -> str:
    """F.huber_loss, summed."""
    y, t = judged.x, judged.tensors["target"]
    return f'F.huber_loss({y}, {t}, reduction="sum", delta={number(judged.options["delta"])})'
