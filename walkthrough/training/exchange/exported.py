"""A case's parameters as a state_dict: named as PyTorch names them, laid as PyTorch lays them."""

from __future__ import annotations

import numpy as np

from walkthrough.case import Case
from walkthrough.training.exchange.names import ROLES, converted
from walkthrough.training.exchange.state_dicts import StateDict


def exported(case: Case) -> tuple[StateDict, list[str]]:
    """The arrays by PyTorch's names, and what PyTorch's own layers cannot take as it is, in words."""
    found: StateDict = {}
    remarks = []
    for named in case.layers:
        for role, own in ROLES.get(named.type, {}).items():
            grid = getattr(named.layer, role)
            if grid is None:
                continue
            numbers = grid.floats
            if named.type.startswith("conv") and own == "bias" and numbers.ndim > 1:
                remarks.append(
                    f"{named.name}.bias has a number for each place, and PyTorch's layers have one for each "
                    "filter: it is to be added to the layer's output"
                )
            turned = converted(named.type, role, numbers, vars(named.layer))
            found[f"{named.name}.{own}"] = np.array(turned, dtype=np.float64)
    return found, remarks
