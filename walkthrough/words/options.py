"""What a layer or a loss lets a case file say, declared beside the field that takes it.

`size: Pair = option("positive pair", default=(1, 1))` is both the field of a frozen dataclass and
all that the case reader needs to know about the key `size`.
"""

from __future__ import annotations

from dataclasses import MISSING, field, fields
from typing import Any, Literal, TypeAlias

Pair: TypeAlias = tuple[int, int]

Kind = Literal["grid", "kernel", "matrix", "number", "positive pair", "pair", "flag", "shape"]
"""grid: any rank · kernel: filter × channel × row × column · matrix: rank 2, or a single row ·
number: exact as written · pair: a whole number from 0 or [rows, columns] (positive: from 1) ·
flag: true or false · shape: whole numbers from 1"""


def option(kind: Kind, default: Any = MISSING) -> Any:
    """A field that a case file fills; without a default it must be given."""
    return field(default=default, metadata={"kind": kind})


def options(of: type) -> dict[str, tuple[Kind, bool]]:
    """The keys that a layer or a loss takes: their kind, and whether they must be given."""
    return {
        each.name: (each.metadata["kind"], each.default is MISSING)
        for each in fields(of)
        if "kind" in each.metadata
    }
