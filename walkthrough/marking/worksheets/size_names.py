"""Names of sizes: `conv.shape`, `conv.parameters`, `conv.multiplications`, `conv.receptive_field`."""

from __future__ import annotations

from collections.abc import Sequence

from walkthrough.case.cells import size_name
from walkthrough.case.claims import Claim as RawClaim
from walkthrough.marking.worksheets.exercises import Exercise


def is_size(cell: str, exercise: Exercise) -> bool:
    """Whether a claim's name stands for a size of a layer of the exercise."""
    found = size_name(cell)
    return found is not None and found[0] in exercise.layer_names


def sizes_among(raw: Sequence[RawClaim], exercise: Exercise) -> tuple[RawClaim, ...]:
    """The claims that are about sizes."""
    return tuple(each for each in raw if is_size(each.cell, exercise))
