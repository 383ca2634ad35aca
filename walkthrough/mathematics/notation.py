"""The mathematics as it is written: tensors, indices, entries, equations.

An equation is written once, in the textbook's order, and is then read in several ways: by its left
side it is the forward pass, by any factor it is that factor's gradient. SymPy would reorder the
terms, merge 2·3 to 6 and drop 1·x, so the notation is our own; SymPy stays an independent witness.

Indices count from 0 in here, like the loops they are; whatever is printed counts from 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import TypeAlias

from walkthrough.mathematics.indices import (
    Affine,
    Cell,
    Index,
    Position,
    Shape,
    affine,
    indices,
    unique,
)

__all__ = [
    "Addition",
    "Affine",
    "Applied",
    "Cell",
    "Constant",
    "Entry",
    "Equation",
    "Expression",
    "Index",
    "Largest",
    "Negative",
    "Number",
    "Piecewise",
    "Position",
    "Power",
    "Product",
    "Quotient",
    "Same",
    "Shape",
    "Tensor",
    "Term",
    "Total",
    "affine",
    "beside",
    "entries",
    "exp",
    "expression",
    "gradient_name",
    "indices",
    "ln",
    "ln1p",
    "magnitude",
    "own_part",
    "positive_part",
    "ravel",
    "same",
    "sqrt",
    "tanh",
    "total",
    "unique",
    "unravel",
]

# --- expressions -------------------------------------------------------------------------------


class Expression:
    """Anything that stands for a number.

    `parts` are the expressions in it, in the order in which they are written; `with_parts` is the same
    expression with others in their place. So whatever only looks for something, or exchanges leaves,
    need not know the kinds of expression.
    """

    __slots__ = ()

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The expressions in it; none in a leaf."""
        return ()

    def with_parts(self, parts: tuple[Expression, ...]) -> Expression:
        """The same with these parts."""
        return self

    def __add__(self, other: Term) -> Addition:
        return Addition((*_terms(self), *_terms(expression(other))))

    def __radd__(self, other: Term) -> Addition:
        return expression(other) + self

    def __sub__(self, other: Term) -> Addition:
        return self + Negative(expression(other))

    def __rsub__(self, other: Term) -> Addition:
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
class Constant(Number):
    """A number with a letter of its own, such as the learning rate α; `text` is how somebody wrote it."""

    symbol: str
    text: str


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
class Addition(Expression):
    """a + b + c, in this order."""

    terms: tuple[Expression, ...]

    @property
    def parts(self) -> tuple[Expression, ...]:
        """Its terms."""
        return self.terms

    def with_parts(self, parts: tuple[Expression, ...]) -> Addition:
        """The same of others."""
        return Addition(parts)


@dataclass(frozen=True, slots=True)
class Product(Expression):
    """a·b·c, in this order."""

    factors: tuple[Expression, ...]

    @property
    def parts(self) -> tuple[Expression, ...]:
        """Its factors."""
        return self.factors

    def with_parts(self, parts: tuple[Expression, ...]) -> Product:
        """The same of others."""
        return Product(parts)


@dataclass(frozen=True, slots=True)
class Negative(Expression):
    """−a."""

    of: Expression

    @property
    def parts(self) -> tuple[Expression, ...]:
        """What is negated."""
        return (self.of,)

    def with_parts(self, parts: tuple[Expression, ...]) -> Negative:
        """The same of others."""
        return Negative(*parts)


@dataclass(frozen=True, slots=True)
class Quotient(Expression):
    """a / b."""

    above: Expression
    below: Expression

    @property
    def parts(self) -> tuple[Expression, ...]:
        """Above and below."""
        return (self.above, self.below)

    def with_parts(self, parts: tuple[Expression, ...]) -> Quotient:
        """The same of others."""
        return Quotient(*parts)


@dataclass(frozen=True, slots=True)
class Power(Expression):
    """a to a whole number."""

    base: Expression
    exponent: int

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The base."""
        return (self.base,)

    def with_parts(self, parts: tuple[Expression, ...]) -> Power:
        """The same of others."""
        return Power(parts[0], self.exponent)


@dataclass(frozen=True, slots=True)
class Applied(Expression):
    """A named function of one number: exp, ln, ln1p, tanh, sqrt."""

    function: str
    to: Expression

    @property
    def parts(self) -> tuple[Expression, ...]:
        """What it is applied to."""
        return (self.to,)

    def with_parts(self, parts: tuple[Expression, ...]) -> Applied:
        """The same of others."""
        return Applied(self.function, parts[0])


@dataclass(frozen=True, slots=True)
class Total(Expression):
    """Σ of the body over loop indices."""

    body: Expression
    over: tuple[Index, ...]

    @property
    def parts(self) -> tuple[Expression, ...]:
        """What is added up."""
        return (self.body,)

    def with_parts(self, parts: tuple[Expression, ...]) -> Total:
        """The same of others."""
        return Total(parts[0], self.over)


@dataclass(frozen=True, slots=True)
class Largest(Expression):
    """The largest entry of a window; `tie` says who wins among equals."""

    body: Entry
    over: tuple[Index, ...]
    tie: str = "first"

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The entry that runs over the window."""
        return (self.body,)

    def with_parts(self, parts: tuple[Expression, ...]) -> Largest:
        """The same of others."""
        (body,) = parts
        assert isinstance(body, Entry)
        return Largest(body, self.over, self.tie)


@dataclass(frozen=True, slots=True)
class Piecewise(Expression):
    """`above` where `sign` is positive, `below` where it is negative: max(0, a), |a|, a kinked line.

    Where `sign` is exactly 0 it is (1 − share)·below + share·above. Of a function that has no jump there
    both are one number; of its derivative that is the slope that a convention chooses at the kink.
    """

    sign: Expression
    above: Expression
    below: Expression
    share: Fraction = Fraction(0)

    @property
    def parts(self) -> tuple[Expression, ...]:
        """What decides, and both pieces."""
        return (self.sign, self.above, self.below)

    def with_parts(self, parts: tuple[Expression, ...]) -> Piecewise:
        """The same of others."""
        sign, above, below = parts
        return Piecewise(sign, above, below, self.share)


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


def ln1p(term: Term) -> Applied:
    """ln(1 + a), for forms to compute with: a small a is not lost beside the 1."""
    return Applied("ln1p", expression(term))


def tanh(term: Term) -> Applied:
    """The hyperbolic tangent."""
    return Applied("tanh", expression(term))


def sqrt(term: Term) -> Applied:
    """The square root."""
    return Applied("sqrt", expression(term))


def positive_part(term: Term, share: Fraction = Fraction(0)) -> Piecewise:
    """max(0, a); at 0 its slope is the share."""
    of = expression(term)
    return Piecewise(of, of, Number(Fraction(0)), share)


def magnitude(term: Term, share: Fraction = Fraction(0)) -> Piecewise:
    """|a|; at 0 its slope is share − (1 − share)."""
    of = expression(term)
    return Piecewise(of, of, Negative(of), share)


def total(body: Term, over: tuple[Index, ...]) -> Total:
    """Σ body, over these loop indices."""
    return Total(expression(body), over)


def same(one: Position, other: Position) -> Same:
    """1 where the positions agree, else 0."""
    return Same(affine(one), affine(other))


def entries(of: Expression, over: tuple[Index, ...] = ()) -> Iterator[tuple[Entry, tuple[Index, ...]]]:
    """The entries in an expression, in order, with the indices that are summed over around them."""
    if isinstance(of, Entry):
        yield of, over
    inside = (*over, *of.over) if isinstance(of, Total | Largest) else over
    for part in of.parts:
        yield from entries(part, inside)


def _terms(of: Expression) -> tuple[Expression, ...]:
    return of.terms if isinstance(of, Addition) else (of,)


def _factors(of: Expression) -> tuple[Expression, ...]:
    return of.factors if isinstance(of, Product) else (of,)


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
    """`conv` → `conv.grad`, `conv@2` → `conv.grad@2`, `conv#3` → `conv.grad#3`."""
    return beside(name, "grad")


def beside(name: str, word: str) -> str:
    """The tensor of this word beside another one, of the same sample and the same step."""
    base = own_part(name)
    return f"{base}.{word}{name[len(base) :]}"


def own_part(name: str) -> str:
    """A tensor's name without its sample and its step: `conv.grad@2#3` → `conv.grad`."""
    return name.partition("#")[0].partition("@")[0]


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
