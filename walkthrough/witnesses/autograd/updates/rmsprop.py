"""RMSprop."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from walkthrough.witnesses.autograd.spelling import called, number, unless

KEPT = MappingProxyType({"square_average": "square_avg", "velocity": "momentum_buffer"})


def optimizer(options: Mapping[str, Any]) -> str:
    """torch.optim.RMSprop, of what is learned, with its rate."""
    return called(
        "torch.optim.RMSprop",
        "learned",
        lr="rate",
        alpha=number(options["alpha"]),
        eps=unless(number(options["epsilon"]), "1e-08"),
        momentum=unless(number(options["momentum"]), "0"),
        weight_decay=unless(number(options["weight_decay"]), "0"),
    )
