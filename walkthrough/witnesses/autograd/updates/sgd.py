"""Gradient descent."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from walkthrough.witnesses.autograd.spelling import called, number, unless

KEPT = MappingProxyType({"velocity": "momentum_buffer"})


def optimizer(options: Mapping[str, Any]) -> str:
    """torch.optim.SGD, of what is learned, with its rate."""
    return called(
        "torch.optim.SGD",
        "learned",
        lr="rate",
        momentum=unless(number(options["momentum"]), "0"),
        nesterov="True" if options["nesterov"] else None,
        weight_decay=unless(number(options["weight_decay"]), "0"),
    )
