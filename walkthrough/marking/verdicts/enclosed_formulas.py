"""A formula at one place, laid out once: from the intervals of its operands to its own.

Each operand is one number, however often it stands in the formula. Where the textbook's form names one
twice (a·(1 − a), a softmax's share), the way in which the formula grows and falls gives the exact ends.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from itertools import product
from typing import NamedTuple, TypeAlias

from walkthrough.marking.verdicts.enclosures import (
    ENCLOSED_FUNCTIONS,
    NOUGHT,
    ONE,
    ZERO,
    Enclosure,
    negative,
    over,
    plus,
    power,
    share,
    times,
    times_rest,
)
from walkthrough.mathematics.notation import (
    Applied,
    Entry,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Same,
    Sum,
    Total,
)
from walkthrough.numbers.formulas import Place
from walkthrough.numbers.quantities import quantity

Enclosures: TypeAlias = Mapping[int, Enclosure]
"""What is known of each number, by its place in the order of computation."""


class EnclosedFormula(NamedTuple):
    """A formula laid out: how its interval follows, which numbers are in it, and its shape.

    Two formulas of one shape are one number. `parts` are the terms of a sum.
    """

    of: Callable[[Enclosures], Enclosure]
    operands: frozenset[int]
    shape: Hashable
    parts: tuple[EnclosedFormula, ...] = ()


def enclosed(
    expression: Expression, place: Place, number_of: Callable[[Entry, Place], int]
) -> EnclosedFormula:
    """The expression where its loop indices have these values; `number_of` says which number an entry is."""

    def made(of: Expression, at: Place) -> EnclosedFormula:
        match of:
            case Number(constant):
                value = quantity(constant)
                return _constant((value, value))
            case Entry():
                which = number_of(of, at)
                return EnclosedFormula(lambda numbers: numbers[which], frozenset([which]), which)
            case Sum(terms):
                return _sum([made(term, at) for term in terms])
            case Total(body, indices):
                heres = product(*(range(index.extent) for index in indices))
                return _sum([made(body, {**at, **dict(zip(indices, here, strict=True))}) for here in heres])
            case Product(factors):
                return _product([made(factor, at) for factor in factors])
            case Negative(inner):
                return _one(negative, made(inner, at), "negative")
            case Quotient(above, below):
                return _quotient(made(above, at), made(below, at))
            case Power(base, exponent):
                return _one(lambda of: power(of, exponent), made(base, at), ("power", exponent))
            case Applied(function, to):
                return _one(ENCLOSED_FUNCTIONS[function], made(to, at), function)
            case Same(one, other):
                value = ONE if one.at(at) == other.at(at) else ZERO
                return _constant((value, value))
        raise TypeError(f"no single value: {of}")

    return made(expression, place)


def _constant(value: Enclosure) -> EnclosedFormula:
    return EnclosedFormula(lambda _: value, frozenset(), ("number", value[0]))


def _one(
    function: Callable[[Enclosure], Enclosure], inner: EnclosedFormula, name: Hashable
) -> EnclosedFormula:
    of = inner.of
    return EnclosedFormula(lambda numbers: function(of(numbers)), inner.operands, (name, inner.shape))


def _operands(parts: list[EnclosedFormula]) -> frozenset[int]:
    return frozenset(each for part in parts for each in part.operands)


def _sum(parts: list[EnclosedFormula]) -> EnclosedFormula:
    several = [part.of for part in parts]

    def added(numbers: Enclosures) -> Enclosure:
        result = NOUGHT
        for of in several:
            result = plus(result, of(numbers))
        return result

    return EnclosedFormula(
        added, _operands(parts), ("sum", tuple(part.shape for part in parts)), tuple(parts)
    )


def _product(parts: list[EnclosedFormula]) -> EnclosedFormula:
    shapes = [part.shape for part in parts]
    for at, shape in enumerate(shapes):
        rest = ("sum", (("number", 1), ("negative", shape)))
        if rest in shapes:
            # a·(1 − a): one number, so its two factors do not vary each as it likes
            both = _one(times_rest, parts[at], "a(1 − a)")
            others = [part for n, part in enumerate(parts) if n not in (at, shapes.index(rest))]
            return _product([both, *others]) if others else both

    def multiplied(numbers: Enclosures) -> Enclosure:
        result = parts[0].of(numbers)
        for part in parts[1:]:
            result = times(result, part.of(numbers))
        return result

    return EnclosedFormula(multiplied, _operands(parts), ("product", tuple(shapes)))


def _quotient(above: EnclosedFormula, below: EnclosedFormula) -> EnclosedFormula:
    operands, shape = above.operands | below.operands, ("quotient", above.shape, below.shape)
    rest = [part for part in below.parts if part.shape != above.shape]
    if len(rest) == len(below.parts) - 1 and all(_positive(part) for part in below.parts):
        others = _sum(rest)
        return EnclosedFormula(lambda numbers: share(above.of(numbers), others.of(numbers)), operands, shape)
    return EnclosedFormula(lambda numbers: over(above.of(numbers), below.of(numbers)), operands, shape)


def _positive(formula: EnclosedFormula) -> bool:
    """Whether it is positive whatever the numbers are."""
    return isinstance(formula.shape, tuple) and formula.shape[0] == "exp"
