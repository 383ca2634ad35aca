"""A formula at one place, laid out once: from the intervals of its operands to its own.

Each operand is one number, however often it stands in the formula. Where the textbook's form names one
twice (a·(1 − a), a softmax's share), the way in which the formula grows and falls gives the exact ends.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from walkthrough.marking.verdicts.enclosures import (
    FUNCTIONS,
    NOUGHT,
    ONE,
    ZERO,
    Interval,
    hull,
    negative,
    over,
    plus,
    power,
    rational,
    share,
    times,
    times_rest,
)
from walkthrough.mathematics.folding import Algebra, all_places
from walkthrough.mathematics.notation import Entry, Expression, Index, Piecewise, Same, Total

Numbers: TypeAlias = Mapping[int, Interval]
"""What is known of each number, by its place in the order of computation."""
Place: TypeAlias = dict[Index, int]


class Enclosed(NamedTuple):
    """A formula laid out: how its interval follows, which numbers are in it, and its shape.

    Two formulas of one shape are one number. `parts` are the terms of a sum.
    """

    of: Callable[[Numbers], Interval]
    operands: frozenset[int]
    shape: Hashable
    parts: tuple[Enclosed, ...] = ()


@dataclass(frozen=True)
class _LaidOut(Algebra[Enclosed, Place]):
    number_of: Callable[[Entry, Place], int]

    def number(self, of: Fraction) -> Enclosed:
        value = rational(of)
        return _constant((value, value))

    def entry(self, of: Entry, scope: Place) -> Enclosed:
        which = self.number_of(of, scope)
        return Enclosed(lambda numbers: numbers[which], frozenset([which]), which)

    def added(self, terms: list[Enclosed]) -> Enclosed:
        return _sum(terms)

    def multiplied(self, factors: list[Enclosed]) -> Enclosed:
        return _product(factors)

    def negative(self, of: Enclosed) -> Enclosed:
        return _one(negative, of, "negative")

    def quotient(self, above: Enclosed, below: Enclosed) -> Enclosed:
        return _quotient(above, below)

    def power(self, base: Enclosed, exponent: int) -> Enclosed:
        return _one(lambda of: power(of, exponent), base, ("power", exponent))

    def applied(self, function: str, to: Enclosed) -> Enclosed:
        return _one(FUNCTIONS[function], to, function)

    def same(self, of: Same, scope: Place) -> Enclosed:
        value = ONE if of.one.at(scope) == of.other.at(scope) else ZERO
        return _constant((value, value))

    def total(self, of: Total, scope: Place) -> Enclosed:
        return _sum([self.fold(of.body, {**scope, **here}) for here in all_places(of.over)])

    def piecewise(self, of: Piecewise, scope: Place) -> Enclosed:
        sign, above, below = (self.fold(part, scope) for part in of.parts)
        share = rational(of.share)
        kink = _sum([_product([_constant((s, s)), part]) for s, part in ((share, above), (1 - share, below))])

        def chosen(numbers: Numbers) -> Interval:
            low, high = sign.of(numbers)
            pieces = [piece for side, piece in ((high > 0, above), (low < 0, below)) if side]
            if low <= 0 <= high:
                pieces.append(kink)
            return hull([piece.of(numbers) for piece in pieces])

        shape = ("piecewise", sign.shape, above.shape, below.shape)
        return Enclosed(chosen, _operands([sign, above, below]), shape)


def laid_out(expression: Expression, place: Place, number_of: Callable[[Entry, Place], int]) -> Enclosed:
    """The expression where its loop indices have these values; `number_of` says which number an entry is."""
    return _LaidOut(number_of).fold(expression, place)


def _constant(value: Interval) -> Enclosed:
    return Enclosed(lambda _: value, frozenset(), ("number", value[0]))


def _one(function: Callable[[Interval], Interval], inner: Enclosed, name: Hashable) -> Enclosed:
    of = inner.of
    return Enclosed(lambda numbers: function(of(numbers)), inner.operands, (name, inner.shape))


def _operands(parts: list[Enclosed]) -> frozenset[int]:
    return frozenset(each for part in parts for each in part.operands)


def _sum(parts: list[Enclosed]) -> Enclosed:
    several = [part.of for part in parts]

    def added(numbers: Numbers) -> Interval:
        result = NOUGHT
        for of in several:
            result = plus(result, of(numbers))
        return result

    return Enclosed(added, _operands(parts), ("sum", tuple(part.shape for part in parts)), tuple(parts))


def _product(parts: list[Enclosed]) -> Enclosed:
    shapes = [part.shape for part in parts]
    for at, shape in enumerate(shapes):
        rest = ("sum", (("number", 1), ("negative", shape)))
        if rest in shapes:
            # a·(1 − a): one number, so its two factors do not vary each as it likes
            both = _one(times_rest, parts[at], "a(1 − a)")
            others = [part for n, part in enumerate(parts) if n not in (at, shapes.index(rest))]
            return _product([both, *others]) if others else both

    def multiplied(numbers: Numbers) -> Interval:
        result = parts[0].of(numbers)
        for part in parts[1:]:
            result = times(result, part.of(numbers))
        return result

    return Enclosed(multiplied, _operands(parts), ("product", tuple(shapes)))


def _quotient(above: Enclosed, below: Enclosed) -> Enclosed:
    operands, shape = above.operands | below.operands, ("quotient", above.shape, below.shape)
    rest = [part for part in below.parts if part.shape != above.shape]
    if len(rest) == len(below.parts) - 1 and all(_positive(part) for part in below.parts):
        others = _sum(rest)
        return Enclosed(lambda numbers: share(above.of(numbers), others.of(numbers)), operands, shape)
    return Enclosed(lambda numbers: over(above.of(numbers), below.of(numbers)), operands, shape)


def _positive(formula: Enclosed) -> bool:
    """Whether it is positive whatever the numbers are."""
    return isinstance(formula.shape, tuple) and formula.shape[0] == "exp"
