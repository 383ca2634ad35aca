"""What PyTorch calls the parameters of a layer, and how its numbers lie where a case has them otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "conv1d": {"kernel": "weight", "bias": "bias"},
        "conv2d": {"kernel": "weight", "bias": "bias"},
        "conv_transpose2d": {"kernel": "weight", "bias": "bias"},
        "dense": {"weight": "weight", "bias": "bias"},
        "batch_norm2d": {
            "gamma": "weight",
            "beta": "bias",
            "mean": "running_mean",
            "variance": "running_var",
        },
    }
)
"""Role in a case → name in a state_dict, by type of layer."""
IGNORED = ("num_batches_tracked",)


def converted(type: str, role: str, numbers: NDArray[Any], options: Mapping[str, Any]) -> NDArray[Any]:
    """An array as the other side has it: PyTorch does not turn kernels, and has a row for each output.

    It is the same in both directions.
    """
    if role == "kernel" and options.get("flip"):
        return np.flip(numbers, axis=tuple(range(2, numbers.ndim)))
    if type == "dense" and role == "weight" and options.get("layout") == "input-output":
        return numbers.T
    return numbers
