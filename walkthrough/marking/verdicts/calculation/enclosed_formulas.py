"""A formula at one place, laid out once: from the intervals of its operands to its own.

Each operand is one number, however often it stands in the formula. Where the textbook's form names one
twice (a·(1 − a), a softmax's share), the way in which the formula grows and falls gives the exact ends.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from walkthrough.marking.verdicts.calculation.enclosures import (
    ENCLOSED_FUNCTIONS,
    NOUGHT,
    ONE,
    ZERO,
    Enclosure,
    Rational,
    hull,
    negative,
    over,
    plus,
    power,
    share,
    times,
    times_rest,
)
from walkthrough.mathematics.folding import Algebra, all_places
from walkthrough.mathematics.notation import Entry, Expression, Piecewise, Same, Total
from walkthrough.numbers.formulas import IndexValues
from walkthrough.numbers.quantities import quantity

Enclosures: TypeAlias = Mapping[int, Enclosure]
"""What is known of each number, by its place in the order of computation."""


class EnclosedFormula(NamedTuple):
    """A formula laid out: how its interval follows, which numbers are in it, and its shape.

    Two formulas of one shape are one number. `parts` are the terms of a sum. `inner` is what a person
    works out first, and `combine` what is made of it; nothing if it is worked out in one go.
    """

    of: Callable[[Enclosures], Enclosure]
    operands: frozenset[int]
    shape: Hashable
    parts: tuple[EnclosedFormula, ...] = ()
    inner: tuple[EnclosedFormula, ...] = ()
    combine: Callable[[Sequence[Enclosure]], Enclosure] | None = None


@dataclass(frozen=True)
class _LaidOut(Algebra[EnclosedFormula, IndexValues]):
    number_of: Callable[[Entry, IndexValues], int]
    written: Mapping[Hashable, int] = field(default_factory=dict)

    def fold(self, of: Expression, scope: IndexValues) -> EnclosedFormula:
        """A part of the formula, or the number that was written down for it."""
        found = super().fold(of, scope)
        return one_number(self.written[found.shape]) if found.shape in self.written else found

    def number(self, of: Fraction) -> EnclosedFormula:
        value = quantity(of)
        return _constant((value, value))

    def entry(self, of: Entry, scope: IndexValues) -> EnclosedFormula:
        return one_number(self.number_of(of, scope))

    def added(self, terms: list[EnclosedFormula]) -> EnclosedFormula:
        return _sum(terms)

    def multiplied(self, factors: list[EnclosedFormula]) -> EnclosedFormula:
        return _product(factors)

    def negative(self, of: EnclosedFormula) -> EnclosedFormula:
        return _one(negative, of, "negative")

    def quotient(self, above: EnclosedFormula, below: EnclosedFormula) -> EnclosedFormula:
        return _quotient(above, below)

    def power(self, base: EnclosedFormula, exponent: int) -> EnclosedFormula:
        return _one(lambda of: power(of, exponent), base, ("power", exponent))

    def applied(self, function: str, to: EnclosedFormula) -> EnclosedFormula:
        return _one(ENCLOSED_FUNCTIONS[function], to, function)

    def same(self, of: Same, scope: IndexValues) -> EnclosedFormula:
        value = ONE if of.one.at(scope) == of.other.at(scope) else ZERO
        return _constant((value, value))

    def total(self, of: Total, scope: IndexValues) -> EnclosedFormula:
        return _sum([self.fold(of.body, {**scope, **here}) for here in all_places(of.over)])

    def piecewise(self, of: Piecewise, scope: IndexValues) -> EnclosedFormula:
        sign, above, below = (self.fold(part, scope) for part in of.parts)
        share = quantity(of.share)
        kink = _sum([_product([_constant((s, s)), part]) for s, part in ((share, above), (1 - share, below))])

        def chosen(numbers: Enclosures) -> Enclosure:
            low, high = sign.of(numbers)
            pieces = [piece for side, piece in ((high > 0, above), (low < 0, below)) if side]
            if low <= 0 <= high:
                pieces.append(kink)
            return hull([piece.of(numbers) for piece in pieces])

        def by_hand(values: Sequence[Enclosure]) -> Enclosure:
            (low, high), up, down = values
            pieces = [piece for side, piece in ((high > 0, up), (low < 0, down)) if side]
            if low <= 0 <= high:
                pieces.append(plus(times((share, share), up), times((1 - share, 1 - share), down)))
            return hull(pieces)

        shape = ("piecewise", sign.shape, above.shape, below.shape)
        operands = _operands([sign, above, below])
        return EnclosedFormula(chosen, operands, shape, inner=(sign, above, below), combine=by_hand)


def enclosed(
    expression: Expression,
    place: IndexValues,
    number_of: Callable[[Entry, IndexValues], int],
    written: Mapping[Hashable, int] | None = None,
) -> EnclosedFormula:
    """The expression where its loop indices have these values; `number_of` says which number an entry is.

    `written` are numbers that somebody wrote down for parts of a formula, by the shape of the part.
    """
    return _LaidOut(number_of, written or {}).fold(expression, place)


def sum_of_products(terms: Iterable[tuple[Rational, Sequence[EnclosedFormula]]]) -> EnclosedFormula:
    """coefficient · factor · factor + …, as a formula."""
    return _sum([_term(coefficient, list(factors)) for coefficient, factors in terms])


def _term(coefficient: Rational, factors: list[EnclosedFormula]) -> EnclosedFormula:
    if len(factors) == 1 and abs(coefficient) == ONE:
        return factors[0] if coefficient == ONE else _one(negative, factors[0], "negative")
    return _product(factors if coefficient == ONE else [_constant((coefficient, coefficient)), *factors])


def one_number(which: int) -> EnclosedFormula:
    """A number of the calculation, as a formula."""
    return EnclosedFormula(lambda numbers: numbers[which], frozenset([which]), which)


def _constant(value: Enclosure) -> EnclosedFormula:
    return EnclosedFormula(lambda _: value, frozenset(), ("number", value[0]))


def _one(
    function: Callable[[Enclosure], Enclosure], inner: EnclosedFormula, name: Hashable
) -> EnclosedFormula:
    of = inner.of
    return EnclosedFormula(
        lambda numbers: function(of(numbers)),
        inner.operands,
        (name, inner.shape),
        inner=(inner,),
        combine=lambda values: function(values[0]),
    )


def _operands(parts: list[EnclosedFormula]) -> frozenset[int]:
    return frozenset(each for part in parts for each in part.operands)


def _sum(parts: list[EnclosedFormula]) -> EnclosedFormula:
    several = [part.of for part in parts]

    def added(numbers: Enclosures) -> Enclosure:
        result = NOUGHT
        for of in several:
            result = plus(result, of(numbers))
        return result

    shape = ("sum", tuple(part.shape for part in parts))
    return EnclosedFormula(added, _operands(parts), shape, tuple(parts), tuple(parts), _all_added)


def _all_added(values: Sequence[Enclosure]) -> Enclosure:
    result = NOUGHT
    for each in values:
        result = plus(result, each)
    return result


def _all_multiplied(values: Sequence[Enclosure]) -> Enclosure:
    result = values[0]
    for each in values[1:]:
        result = times(result, each)
    return result


def _product(parts: list[EnclosedFormula]) -> EnclosedFormula:
    shapes = [part.shape for part in parts]
    for at, shape in enumerate(shapes):
        rest = ("sum", (("number", 1), ("negative", shape)))
        if rest in shapes:
            # a·(1 − a): one number, so its two factors do not vary each as it likes
            both = _one(times_rest, parts[at], "a(1 − a)")
            # by hand 1 − a is worked out first
            pair = (parts[at], parts[shapes.index(rest)])
            both = both._replace(inner=pair, combine=_all_multiplied)
            others = [part for n, part in enumerate(parts) if n not in (at, shapes.index(rest))]
            return _product([both, *others]) if others else both

    def multiplied(numbers: Enclosures) -> Enclosure:
        result = parts[0].of(numbers)
        for part in parts[1:]:
            result = times(result, part.of(numbers))
        return result

    shape = ("product", tuple(shapes))
    return EnclosedFormula(multiplied, _operands(parts), shape, inner=tuple(parts), combine=_all_multiplied)


def _quotient(above: EnclosedFormula, below: EnclosedFormula) -> EnclosedFormula:
    operands, shape = above.operands | below.operands, ("quotient", above.shape, below.shape)
    rest = [part for part in below.parts if part.shape != above.shape]
    if len(rest) == len(below.parts) - 1 and all(_positive(part) for part in below.parts):
        others = _sum(rest)

        def of(numbers: Enclosures) -> Enclosure:
            return share(above.of(numbers), others.of(numbers))
    else:

        def of(numbers: Enclosures) -> Enclosure:
            return over(above.of(numbers), below.of(numbers))

    return EnclosedFormula(of, operands, shape, inner=(above, below), combine=lambda both: over(*both))


def _positive(formula: EnclosedFormula) -> bool:
    """Whether it is positive whatever the numbers are."""
    return isinstance(formula.shape, tuple) and formula.shape[0] == "exp"
