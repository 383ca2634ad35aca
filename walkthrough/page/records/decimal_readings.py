"""Formulas read once more over decimals, as a page's script reads them: what it works out need not be carried.

A number is taken as exact as it is carried, with some digits more than are shown, and each operation is
rounded half-up to 40 digits. numbers.js does the same; what comes out otherwise than on the page is carried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal, DecimalException
from fractions import Fraction
from functools import cache
from itertools import product
from typing import TypeAlias

from walkthrough.document import Formula, Quantity, Reading
from walkthrough.numbers.printing import plain
from walkthrough.numbers.shown import FULL, Shown

_CONTEXT = Context(prec=40, rounding=ROUND_HALF_UP, Emin=MIN_EMIN, Emax=MAX_EMAX)

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
    plainly = plain(text)
    try:
        value = _CONTEXT.create_decimal(plainly)
    except DecimalException:
        raise NotDecimal(text) from None
    mantissa = plainly.partition("e")[0].replace(".", "").lstrip("-0")
    return value, not mantissa or len(mantissa) != digits


def written(of: Figure, digits: int, more: int) -> str:
    """A decimal's size as a page shows it: in full if it ends, or to so many digits and some more."""
    value, exact = of
    if not value:
        return "0"
    _, figures, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, figures))
    ended = text.rstrip("0")
    if exact and len(ended) <= FULL + more:
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
    if exact and len(value.normalize(_CONTEXT).as_tuple().digits) <= FULL + more:
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
            return _folded(_times, base, [base] * (int(str(exponent[1])) - 1))
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


@dataclass(frozen=True)
class OneProduct:
    """A table of products, one for each cell: where in its loop a cell's product is, and of which entries."""

    factors: tuple[int, ...]
    places: tuple[tuple[int, ...], ...]

    def value(self, place: int, read: Read) -> Figure:
        """The product of a cell."""
        found, *rest = (read(*each) for each in zip(self.factors, self.places[place], strict=True))
        for each in rest:
            found = _times(found, each)
        return found


def one_product(reading: Reading, of: Quantity, shapes: Sequence[tuple[int, ...]]) -> OneProduct | None:
    """A reading as one product of entries a cell, of none of which is padding; None if it is something else."""
    word, *parts = reading.formula
    factors = [reading.formula] if word == "entry" else parts if word == "product" else []
    count = 1
    for extent in reading.extents:
        count *= extent
    size = 1
    for extent in of.shape:
        size *= extent
    if not factors or count != size or reading.outer != len(reading.extents):
        return None
    tensors: list[int] = []
    rules = [(reading.target, of.shape)]
    for each in factors:
        if not isinstance(each, tuple) or each[0] != "entry":
            return None
        _, tensor, positions = each
        assert isinstance(tensor, int)
        tensors.append(tensor)
        rules.append((positions, shapes[tensor]))  # type: ignore[arg-type]
    rows = [tuple(_place(rule, shape, at) for rule, shape in rules)
            for at in product(*map(range, reading.extents))]  # fmt: skip
    if any(place < 0 for row in rows for place in row) or len({row[0] for row in rows}) < size:
        return None
    rows.sort()
    return OneProduct(tuple(tensors), tuple(row[1:] for row in rows))


def _place(rules: Sequence[tuple[int, ...]], shape: tuple[int, ...], at: tuple[int, ...]) -> int:
    extents = shape
    if len(rules) != len(shape):
        extents = (1,)
        for extent in shape:
            extents = (extents[0] * extent,)
    place = 0
    for (constant, *pairs), extent in zip(rules, extents, strict=True):
        value = constant
        for index, coefficient in zip(pairs[::2], pairs[1::2], strict=True):
            value += coefficient * at[index]
        if not 0 <= value < extent:
            return -1
        place = place * extent + value
    return place
