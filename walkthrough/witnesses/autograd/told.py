"""What is told of a layer or a loss: its variables, their shapes, its options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class TorchWords:
    """A layer or a loss as the script knows it: the variables, their shapes, and the options as numbers.

    `x` is what goes in, `tensors` are its parameters and constants by their roles (of a loss, the target).
    """

    x: str
    shape: tuple[int, ...]
    options: Mapping[str, Any]
    tensors: Mapping[str, str] = field(default_factory=dict)
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
