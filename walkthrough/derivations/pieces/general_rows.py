"""Formulas for rows of any length: softmax, losses and dense layers, counted for short ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product

from walkthrough.derivations.derivation import (
    DerivationBlock,
    Equality,
    GeneralEqualities,
    Instance,
    Paragraph,
    PartTitle,
    Premises,
)
from walkthrough.derivations.general_notation import letters
from walkthrough.mathematics.notation import Entry, Expression, Tensor

LENGTH, FIRST, SECOND = letters("n i j")
"""How long the row is, and places in it."""

LENGTHS = (1, 2, 3, 4)

RowOfLength = Callable[[int], tuple[Premises, Iterable[Tensor]]]
"""What a row of so many numbers is: its premises, and the tensors that the formula names."""


def general_rows(*chains: GeneralEqualities, most: int = LENGTHS[-1]) -> Iterator[DerivationBlock]:
    """The part of a page that holds for any number of outputs."""
    yield PartTitle("In general")
    yield Paragraph(
        (f"For any number n. Counted, not proved in letters: every place of rows of up to {most}.",)
    )
    yield from chains


def for_any_length(
    left: Expression,
    steps: tuple[Equality, ...],
    row: RowOfLength,
    places: tuple[Entry, ...] = (FIRST,),
    lengths: tuple[int, ...] = LENGTHS,
    given: str = "",
) -> GeneralEqualities:
    """A formula for the places of a row, compared at every place of rows of these lengths."""

    def instances() -> Iterator[Instance]:
        for length in lengths:
            premises, tensors = row(length)
            named = {each.name: each for each in tensors}
            for several in product(range(1, length + 1), repeat=len(places)):
                yield Instance({LENGTH.tensor.name: length, **_at(places, several)}, named, premises)

    return GeneralEqualities(left, steps, instances, given)


def _at(places: tuple[Entry, ...], several: tuple[int, ...]) -> Mapping[str, int]:
    return {each.tensor.name: place for each, place in zip(places, several, strict=True)}
