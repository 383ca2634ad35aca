"""The mathematics as it is written: tensors, indices, entries, equations.

An equation is written once, in the textbook's order, and is then read in several ways: by its left
side it is the forward pass, by any factor it is that factor's gradient. SymPy would reorder the
terms, merge 2·3 to 6 and drop 1·x, so the notation is our own; SymPy stays an independent witness.

Indices count from 0 in here, like the loops they are; whatever is printed counts from 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import TypeAlias

Shape: TypeAlias = tuple[int, ...]
Cell: TypeAlias = tuple[int, ...]


# --- indices -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Affine:
    """A position that depends on loop indices, such as 2·i + p − 1."""

    coefficients: tuple[tuple[Index, int], ...]
    constant: int = 0

    def __add__(self, other: Position) -> Affine:
        other = affine(other)
        merged = dict(self.coefficients)
        for index, coefficient in other.coefficients:
            merged[index] = merged.get(index, 0) + coefficient
        kept = tuple((index, coefficient) for index, coefficient in merged.items() if coefficient)
        return Affine(kept, self.constant + other.constant)

    __radd__ = __add__

    def __mul__(self, factor: int) -> Affine:
        return Affine(tuple((index, c * factor) for index, c in self.coefficients), self.constant * factor)

    __rmul__ = __mul__

    def __neg__(self) -> Affine:
        return self * -1

    def __sub__(self, other: Position) -> Affine:
        return self + -affine(other)

    def __rsub__(self, other: int) -> Affine:
        return -self + other

    def at(self, values: dict[Index, int]) -> int:
        """The position for these values of the loop indices."""
        return self.constant + sum(c * values[index] for index, c in self.coefficients)

    @property
    def span(self) -> tuple[int, int]:
        """The smallest and the largest position that occurs."""
        steps = [c * (index.extent - 1) for index, c in self.coefficients]
        return (
            self.constant + sum(step for step in steps if step < 0),
            self.constant + sum(step for step in steps if step > 0),
        )

    @property
    def alone(self) -> Index | None:
        """The index, if the position is that index and nothing else."""
        if self.constant == 0 and len(self.coefficients) == 1 and self.coefficients[0][1] == 1:
            return self.coefficients[0][0]
        return None


@dataclass(frozen=True, slots=True)
class Index:
    """A letter that runs over the positions of an axis: i = 1…4."""

    name: str
    extent: int

    def __add__(self, other: Position) -> Affine:
        return affine(self) + other

    __radd__ = __add__

    def __sub__(self, other: Position) -> Affine:
        return affine(self) - other

    def __rsub__(self, other: int) -> Affine:
        return -affine(self) + other

    def __mul__(self, factor: int) -> Affine:
        return affine(self) * factor

    __rmul__ = __mul__


Position: TypeAlias = Affine | Index | int


def affine(position: Position) -> Affine:
    """Any position as an affine one."""
    if isinstance(position, Affine):
        return position
    if isinstance(position, Index):
        return Affine(((position, 1),))
    return Affine((), position)


def indices(names: str, extents: Iterable[int]) -> tuple[Index, ...]:
    """Loop indices with these names, one for each extent."""
    return tuple(Index(name, extent) for name, extent in zip(names.split(), extents, strict=True))


# --- expressions -------------------------------------------------------------------------------


class Expression:
    """Anything that stands for a number."""

    __slots__ = ()

    def __add__(self, other: Term) -> Sum:
        return Sum((*_terms(self), *_terms(expression(other))))

    def __radd__(self, other: Term) -> Sum:
        return expression(other) + self

    def __sub__(self, other: Term) -> Sum:
        return self + Negative(expression(other))

    def __rsub__(self, other: Term) -> Sum:
        return expression(other) - self

    def __neg__(self) -> Negative:
        return Negative(self)

    def __mul__(self, other: Term) -> Product:
        return Product((*_factors(self), *_factors(expression(other))))

    def __rmul__(self, other: Term) -> Product:
        return expression(other) * self

    def __truediv__(self, other: Term) -> Quotient:
        return Quotient(self, expression(other))

    def __rtruediv__(self, other: Term) -> Quotient:
        return Quotient(expression(other), self)


Term: TypeAlias = Expression | Fraction | int


@dataclass(frozen=True, slots=True)
class Number(Expression):
    """A number that belongs to the formula itself, such as the ½ of the squared error."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Entry(Expression):
    """One entry of a tensor, x[c, i, j]; `flat` counts through the tensor in reading order."""

    tensor: Tensor
    index: tuple[Affine, ...]
    flat: bool = False

    def equals(
        self,
        right: Term,
        derivatives: dict[Entry, Expression] | None = None,
        computed: Expression | None = None,
    ) -> Equation:
        """The equation with this entry on its left side."""
        return Equation(self, expression(right), tuple((derivatives or {}).items()), computed)

    @property
    def variables(self) -> tuple[Index, ...]:
        """The loop indices in it, in order of appearance."""
        return unique(index for position in self.index for index, _ in position.coefficients)


@dataclass(frozen=True, slots=True)
class Sum(Expression):
    """a + b + c, in this order."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Product(Expression):
    """a·b·c, in this order."""

    factors: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Negative(Expression):
    """−a."""

    of: Expression


@dataclass(frozen=True, slots=True)
class Quotient(Expression):
    """a / b."""

    above: Expression
    below: Expression


@dataclass(frozen=True, slots=True)
class Power(Expression):
    """a to a whole number."""

    base: Expression
    exponent: int


@dataclass(frozen=True, slots=True)
class Applied(Expression):
    """A named function of one number: exp, ln, tanh."""

    function: str
    to: Expression


@dataclass(frozen=True, slots=True)
class Total(Expression):
    """Σ of the body over loop indices."""

    body: Expression
    over: tuple[Index, ...]


@dataclass(frozen=True, slots=True)
class Largest(Expression):
    """The largest entry of a window; `tie` says who wins among equals."""

    body: Entry
    over: tuple[Index, ...]
    tie: str = "first"


@dataclass(frozen=True, slots=True)
class PositivePart(Expression):
    """max(0, a); its slope where a is exactly 0 is a convention."""

    body: Entry
    slope_at_zero: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Same(Expression):
    """1 where two positions are the same, otherwise 0 (Kronecker's delta)."""

    one: Affine
    other: Affine


def expression(term: Term) -> Expression:
    """A number or an expression as an expression."""
    return term if isinstance(term, Expression) else Number(Fraction(term))


def exp(term: Term) -> Applied:
    """e to the power of the term."""
    return Applied("exp", expression(term))


def ln(term: Term) -> Applied:
    """The natural logarithm."""
    return Applied("ln", expression(term))


def tanh(term: Term) -> Applied:
    """The hyperbolic tangent."""
    return Applied("tanh", expression(term))


def total(body: Term, over: tuple[Index, ...]) -> Total:
    """Σ body, over these loop indices."""
    return Total(expression(body), over)


def same(one: Position, other: Position) -> Same:
    """1 where the positions agree, else 0."""
    return Same(affine(one), affine(other))


def entries(of: Expression, over: tuple[Index, ...] = ()) -> Iterator[tuple[Entry, tuple[Index, ...]]]:
    """The entries in an expression, in order, with the indices that are summed over around them."""
    match of:
        case Entry():
            yield of, over
        case Sum(parts) | Product(parts):
            for part in parts:
                yield from entries(part, over)
        case Negative(inner) | Power(inner, _) | Applied(_, inner):
            yield from entries(inner, over)
        case Quotient(above, below):
            yield from entries(above, over)
            yield from entries(below, over)
        case Total(inner, more):
            yield from entries(inner, (*over, *more))
        case Largest(inner, more):
            yield inner, (*over, *more)
        case PositivePart(inner):
            yield inner, over


def _terms(of: Expression) -> tuple[Expression, ...]:
    return of.terms if isinstance(of, Sum) else (of,)


def _factors(of: Expression) -> tuple[Expression, ...]:
    return of.factors if isinstance(of, Product) else (of,)


def unique(items: Iterable[Index]) -> tuple[Index, ...]:
    """The indices, each once, in order of first appearance."""
    return tuple(dict.fromkeys(items))


# --- tensors and equations ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tensor:
    """A named box of numbers; `symbol` is the letter that a page uses for it."""

    name: str
    shape: Shape
    symbol: str = field(default="", compare=False)

    def __getitem__(self, position: Position | tuple[Position, ...]) -> Entry:
        positions = position if isinstance(position, tuple) else (position,)
        if len(positions) != len(self.shape):
            raise ValueError(f"{self.name} has {len(self.shape)} axes, not {len(positions)}")
        return Entry(self, tuple(affine(each) for each in positions))

    def in_reading_order(self, position: Position) -> Entry:
        """The entry at this place when rows are read one after the other."""
        return Entry(self, (affine(position),), flat=True)

    def positions(self) -> tuple[Index, ...]:
        """A loop index for each axis."""
        letters = {0: "", 1: "n", 2: "i j", 3: "c i j"}.get(len(self.shape))
        if letters is None:
            letters = " ".join(f"i{axis + 1}" for axis in range(len(self.shape)))
        return indices(letters, self.shape)

    @property
    def size(self) -> int:
        """How many numbers are in it."""
        return prod(self.shape)

    def cells(self) -> Iterator[Cell]:
        """All its cells in reading order, counted from 0."""
        for place in range(self.size):
            yield unravel(place, self.shape)

    @property
    def grad(self) -> Tensor:
        """The loss's derivatives with respect to this tensor."""
        return Tensor(gradient_name(self.name), self.shape, f"∂L/∂{self.symbol}")


def gradient_name(name: str) -> str:
    """`conv` → `conv.grad`, `conv@2` → `conv.grad@2`."""
    base, at, sample = name.partition("@")
    return f"{base}.grad{at}{sample}"


def unravel(place: int, shape: Shape) -> Cell:
    """The cell at a place in reading order."""
    cell = []
    for extent in reversed(shape):
        place, position = divmod(place, extent)
        cell.append(position)
    return tuple(reversed(cell))


def ravel(cell: Cell, shape: Shape) -> int:
    """The place of a cell in reading order."""
    place = 0
    for position, extent in zip(cell, shape, strict=True):
        place = place * extent + position
    return place


@dataclass(frozen=True, slots=True)
class Equation:
    """A textbook equation: an entry of the output, and what it is made of.

    A function of entries also states its derivatives in textbook form, one for each entry that it
    depends on; sums of products and largest-of-a-window need none, their derivatives follow from
    how they are written. `computed`, if given, is an equal form that does not overflow.
    """

    left: Entry
    right: Expression
    derivatives: tuple[tuple[Entry, Expression], ...] = ()
    computed: Expression | None = None
