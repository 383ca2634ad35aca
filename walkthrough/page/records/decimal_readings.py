"""Formulas read over decimals, as a page's script reads them: what it works out is not carried.

A number is taken as exact as it is carried, with some digits more than are shown, and each operation is
rounded half-up to 40 digits. numbers.js does the same; what comes out otherwise than on the page is carried.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import cache
from itertools import product
from math import prod
from typing import TypeAlias

from walkthrough.document import Formula, Positions, Quantity
from walkthrough.mathematics.notation import Shape
from walkthrough.numbers.printing import plain
from walkthrough.numbers.shown import FULL, Shown

_CONTEXT = Context(prec=40, rounding=ROUND_HALF_UP, Emin=MIN_EMIN, Emax=MAX_EMAX)

_EXACT = Context(prec=MAX_PREC, Emin=MIN_EMIN, Emax=MAX_EMAX)
_DECIMAL = re.compile("−?[0-9]+([.][0-9]+)?(·10⁻?[⁰¹²³⁴-⁹]+)?")

Figure: TypeAlias = tuple[Decimal, bool]
"""A decimal, and whether nothing of the number is left out in it."""
Read: TypeAlias = Callable[[int, int], Figure]
"""The number of a tensor, by its number and place."""
Compiled: TypeAlias = Callable[[int, Read], Figure]

_ZERO: Figure = (Decimal(0), True)


class NotDecimal(Exception):
    """A formula or a number that is no matter of decimals, or that divides by 0."""


def figure(text: str, digits: int) -> Figure:
    """A number as it stands on a page, rounded if it has exactly so many digits."""
    if not _DECIMAL.fullmatch(text):  # such as 1/3, which a case may write
        raise NotDecimal(text)
    plainly = plain(text)
    mantissa = plainly.partition("e")[0].replace(".", "").lstrip("-0")
    return _EXACT.create_decimal(plainly), not mantissa or len(mantissa) != digits


def written(of: Figure, digits: int, more: int) -> str:
    """A decimal's size as a page shows it: in full if it ends, or to so many digits and some more."""
    value, exact = of
    if not value:
        return "0"
    _, figures, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, figures))
    ended = text.rstrip("0")
    if exact and len(ended) <= max(FULL, digits) + more:
        return Shown(False, ended, exponent + len(text) - len(ended), True).text
    wanted = digits + more
    if len(text) > wanted:
        _, figures, exponent = _rounding(wanted).plus(value).as_tuple()
        assert isinstance(exponent, int)
        text = "".join(map(str, figures))
    return Shown(False, text.ljust(wanted, "0"), exponent + len(text) - wanted, False).text


@cache
def _rounding(digits: int) -> Context:
    return Context(prec=digits, rounding=ROUND_HALF_UP, Emin=MIN_EMIN, Emax=MAX_EMAX)


def rounded(of: Figure, digits: int, more: int) -> Figure:
    """What is shown of a number, taken as it stands."""
    value, exact = of
    if exact and len(value.normalize(_EXACT).as_tuple().digits) <= max(FULL, digits) + more:
        return of
    return _rounding(digits + more).plus(value), True


def nodes(of: Formula) -> Iterator[Formula]:
    """A formula and all parts of it, each before its own parts."""
    yield of
    if of[0] not in ("entry", "number"):
        for part in of[1:]:
            if isinstance(part, tuple):
                yield from nodes(part)


def compiled(of: Formula) -> Compiled:
    """A formula as a function of its place, every entry of which is read at that place."""
    word, *parts = of
    match word, parts:
        case "number", [str(text)]:
            value = Fraction(text)
            constant = (_CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator)), True)
            return lambda place, read: constant
        case "entry", [int(tensor), _]:
            return lambda place, read: read(tensor, place)
    inner = [compiled(part) for part in parts if isinstance(part, tuple)]
    match word, inner:
        case "sum", [first, *rest]:
            return _folded(_plus, first, rest)
        case "product", [first, *rest]:
            return _folded(_times, first, rest)
        case "negative", [of_]:
            return lambda place, read: _negative(of_(place, read))
        case "quotient", [above, below]:
            return lambda place, read: _over(above(place, read), below(place, read))
        case "sqrt", [of_]:
            return lambda place, read: _root(of_(place, read))
        case "power", [base, _]:
            exponent = parts[1]
            assert isinstance(exponent, tuple)
            times = int(str(exponent[1]))
            if times > 0:
                return _folded(_times, base, [base] * (times - 1))
        case "piecewise", [sign, above, below, share]:
            return lambda place, read: _piece(sign(place, read)[0], above, below, share, place, read)
    raise NotDecimal(str(word))


def _folded(by: Callable[[Figure, Figure], Figure], first: Compiled, rest: list[Compiled]) -> Compiled:
    def value(place: int, read: Read) -> Figure:
        found = first(place, read)
        for each in rest:
            found = by(found, each(place, read))
        return found

    return value


def _plus(one: Figure, other: Figure) -> Figure:
    return _CONTEXT.add(one[0], other[0]), one[1] and other[1]


def _times(one: Figure, other: Figure) -> Figure:
    if (one[1] and not one[0]) or (other[1] and not other[0]):
        return _ZERO
    return _CONTEXT.multiply(one[0], other[0]), one[1] and other[1]


def _negative(of: Figure) -> Figure:
    return of[0].copy_negate() if of[0] else of[0], of[1]


def _over(above: Figure, below: Figure) -> Figure:
    return _CONTEXT.divide(above[0], below[0]), above[1] and below[1]


def _root(of: Figure) -> Figure:
    return _CONTEXT.sqrt(of[0]), of[1]


def _piece(
    sign: Decimal, above: Compiled, below: Compiled, share: Compiled, place: int, read: Read
) -> Figure:
    if sign > 0:
        return above(place, read)
    if sign < 0:
        return below(place, read)
    held = share(place, read)
    left = (_CONTEXT.subtract(Decimal(1), held[0]), True)
    return _plus(_times(left, below(place, read)), _times(held, above(place, read)))


def one_product(of: Quantity, shapes: Sequence[Shape]) -> Compiled:
    """A table with one product a cell, as a function of the cell; NotDecimal if it is no such table."""
    reading = of.readings[0] if len(of.readings) == 1 else None
    if reading is None or prod(reading.extents) != prod(of.shape):
        raise NotDecimal(of.name)
    word, *parts = reading.formula
    factors = [reading.formula] if word == "entry" else parts if word == "product" else []
    tensors: list[int] = []
    rules = [(reading.target, of.shape)]
    for each in factors:
        match each:
            case ("entry", int(tensor), tuple(positions)):
                tensors.append(tensor)
                rules.append((positions, shapes[tensor]))  # type: ignore[arg-type]
            case _:
                raise NotDecimal(of.name)
    loop = product(*map(range, reading.extents))
    rows = {_place(*rules[0], at): [_place(*each, at) for each in rules[1:]] for at in loop}
    if not tensors or len(rows) < prod(of.shape) or min(rows) < 0 or min(map(min, rows.values())) < 0:
        raise NotDecimal(of.name)

    def value(place: int, read: Read) -> Figure:
        found, *rest = map(read, tensors, rows[place])
        for each in rest:
            found = _times(found, each)
        return found

    return value


def _place(rules: Positions, shape: Shape, at: tuple[int, ...]) -> int:
    """The place of an entry in reading order, −1 if it is padding."""
    place = 0
    extents = shape if len(rules) == len(shape) else (prod(shape),)
    for (value, *pairs), extent in zip(rules, extents, strict=True):
        value += sum(k * at[index] for index, k in zip(pairs[::2], pairs[1::2], strict=True))
        if not 0 <= value < extent:
            return -1
        place = place * extent + value
    return place
