"""What a layer, a loss or an update rule lets a case file say, declared beside the field that takes it.

`size: Extents = option("positive extents", default=(1, 1))` is both the field of a frozen dataclass and
all that the case reader needs to know about the key `size`.
"""

from __future__ import annotations

from dataclasses import MISSING, field, fields
from typing import Any, Literal, NamedTuple, TypeAlias

Pair: TypeAlias = tuple[int, int]
Extents: TypeAlias = tuple[int, ...]
"""A whole number for each axis along which a window slides."""
Padding: TypeAlias = tuple[int, ...] | Literal["same"]
"""How wide the frame is: a number per axis, or two (before and after), or as wide as keeps the size."""

Kind = Literal[
    "grid",
    "kernel",
    "matrix",
    "number",
    "two numbers",
    "whole number",
    "positive extents",
    "extents",
    "padding",
    "flag",
    "shape",
    "word",
]
"""grid: any rank · kernel: filter × channel × the window's axes · matrix: rank 2, or a single row ·
number: exact as written · two numbers: a list of them · whole number: from 1 · extents: a whole number
from 0 for all axes, or a list with one for each (positive: from 1) · padding: extents, two for each axis,
or "same" · flag: true or false · shape: whole numbers from 1 · word: one of a few"""


class Option(NamedTuple):
    """A key of a layer, a loss or a rule: what it takes, whether it must be given; its axes, or its words."""

    kind: Kind
    required: bool
    axes: int
    words: tuple[str, ...] = ()


def option(kind: Kind, default: Any = MISSING, axes: int = 2, words: tuple[str, ...] = ()) -> Any:
    """A field that a case file fills; without a default it must be given."""
    return field(default=default, metadata={"kind": kind, "axes": axes, "words": words})


def options(of: type) -> dict[str, Option]:
    """The keys that a layer, a loss or an update rule takes."""
    return {
        each.name: Option(
            each.metadata["kind"], each.default is MISSING, each.metadata["axes"], each.metadata["words"]
        )
        for each in fields(of)
        if "kind" in each.metadata
    }
