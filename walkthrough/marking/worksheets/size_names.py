"""Names of sizes: `conv.shape`, `conv.parameters`, `conv.multiplications`, `conv.receptive_field`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from walkthrough.case.claims import Claim as RawClaim
from walkthrough.marking.worksheets.exercises import Exercise

KINDS = ("shape", "parameters", "multiplications", "receptive_field")
_NAME = re.compile(rf"\s*([A-Za-z][A-Za-z0-9_]*)\.({'|'.join(KINDS)})\s*")


@lru_cache(maxsize=1024)
def named(cell: str) -> tuple[str, str] | None:
    """The layer and the kind of size in a name; None if it is no such name."""
    match = _NAME.fullmatch(cell)
    return (match[1], match[2]) if match else None


def is_size(cell: str, exercise: Exercise) -> bool:
    """Whether a claim's name stands for a size of a layer of the exercise."""
    found = named(cell) if len(cell) < 200 else None
    return found is not None and any(layer.name == found[0] for layer in exercise.case.layers)


def sizes_among(raw: Sequence[RawClaim], exercise: Exercise) -> tuple[RawClaim, ...]:
    """The claims that are about sizes."""
    return tuple(each for each in raw if is_size(each.cell, exercise))
