"""Formulas as plain terms: words, numbers, and entries by the numbers of their tensors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.document import Formula, Positions
from walkthrough.mathematics.folding import Algebra
from walkthrough.mathematics.notation import Entry, Expression, Index, Largest, Piecewise, Same, Total
from walkthrough.trace.places import Place
from walkthrough.trace.steps.steps import Steps


def positions(of: Entry, at: dict[Index, int]) -> Positions:
    """Where an entry lies, axis by axis, by the numbers of the loop indices."""
    return tuple(_position(each.constant, each.coefficients, at) for each in of.index)


def _position(constant: int, pairs: tuple[tuple[Index, int], ...], at: dict[Index, int]) -> tuple[int, ...]:
    return (constant, *(number for index, c in pairs for number in (at[index], c)))


@dataclass(frozen=True)
class Terms(Algebra[Formula, None]):
    """A formula as words and numbers; `at` numbers the loop indices, `numbered` the tensors."""

    at: dict[Index, int]
    numbered: dict[str, int]

    def number(self, of: Fraction) -> Formula:
        """A constant, as a fraction."""
        return ("number", str(of))

    def entry(self, of: Entry, scope: None) -> Formula:
        """An entry: its tensor, and where it lies."""
        return ("entry", self.numbered[of.tensor.name], positions(of, self.at))

    def added(self, terms: list[Formula]) -> Formula:
        """A sum."""
        return ("sum", *terms)

    def multiplied(self, factors: list[Formula]) -> Formula:
        """A product."""
        return ("product", *factors)

    def negative(self, of: Formula) -> Formula:
        """A formula with the other sign."""
        return ("negative", of)

    def quotient(self, above: Formula, below: Formula) -> Formula:
        """A quotient."""
        return ("quotient", above, below)

    def power(self, base: Formula, exponent: int) -> Formula:
        """A power with a whole exponent."""
        return ("power", base, ("number", str(exponent)))

    def applied(self, function: str, to: Formula) -> Formula:
        """A function by its name."""
        return (function, to)

    def same(self, of: Same, scope: None) -> Formula:
        """1 where two indices are the same, else 0."""
        sides = (of.one, of.other)
        return ("same", tuple(_position(each.constant, each.coefficients, self.at) for each in sides))

    def total(self, of: Total, scope: None) -> Formula:
        """A sum over indices."""
        return ("total", self.fold(of.body, None), self.over(of.over))

    def piecewise(self, of: Piecewise, scope: None) -> Formula:
        """A formula for each sign of another one, and the share of the first where that is 0."""
        pieces = (self.fold(each, None) for each in (of.sign, of.above, of.below))
        return ("piecewise", *pieces, ("number", str(of.share)))

    def over(self, indices: tuple[Index, ...]) -> tuple[int, ...]:
        """Indices by their numbers."""
        return tuple(self.at[index] for index in indices)


class Names(dict[str, int]):
    """Which tensor an equation means by a name, as a sample sees it."""

    def __init__(self, at: dict[str, int], steps: Steps, sample: int | None) -> None:
        super().__init__()
        self._known, self._steps, self._sample = at, steps, sample

    def __missing__(self, local: str) -> int:
        return self._known[self._steps.full(local, self._sample)]


def inner_indices(formula: Expression) -> Iterator[Index]:
    """The indices that are summed over inside a formula."""
    if isinstance(formula, Total | Largest):
        yield from formula.over
    for part in formula.parts:
        yield from inner_indices(part)


def transcribed(terms: Terms, of: Expression) -> Formula:
    """An expression, or the largest of a window, as words and numbers."""
    if isinstance(of, Largest):
        return ("largest", terms.fold(of.body, None), terms.over(of.over), of.tie)
    return terms.fold(of, None)


def axes_of(place: Place) -> Positions:
    """The positions of a loop that goes through a tensor, an index for each axis."""
    return tuple((0, axis, 1) for axis in range(len(place.shape)))
