"""AdamW."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from walkthrough.witnesses.autograd.spelling import called, number, unless

KEPT = MappingProxyType({"moment1": "exp_avg", "moment2": "exp_avg_sq"})


def optimizer(options: Mapping[str, Any]) -> str:
    """torch.optim.AdamW, of what is learned, with its rate."""
    first, second = options["betas"]
    return called(
        "torch.optim.AdamW",
        "learned",
        lr="rate",
        betas=f"({number(first)}, {number(second)})",
        eps=unless(number(options["epsilon"]), "1e-08"),
        weight_decay=number(options["weight_decay"]),
    )
