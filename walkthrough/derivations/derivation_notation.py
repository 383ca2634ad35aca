"""What a derivation needs beyond the notation: ∂a/∂b, [condition], max(…), and entries at a fixed place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TypeAlias

from walkthrough.mathematics.folding import all_places, rebuilt
from walkthrough.mathematics.notation import (
    Addition,
    Affine,
    Cell,
    Entry,
    Expression,
    Index,
    Number,
    Product,
    Same,
    Tensor,
    Term,
    Total,
    expression,
    unravel,
)

Atom: TypeAlias = tuple[str, Cell]
"""A tensor's name and a cell, counted from 0: what a polynomial calls a variable."""

Words: TypeAlias = tuple[str | Expression, ...]
"""A sentence in which formulas may stand."""

ZERO_TERM = Number(Fraction(0))
ONE_TERM = Number(Fraction(1))


@dataclass(frozen=True, slots=True)
class Derivative(Expression):
    """∂of/∂by, not yet worked out."""

    of: Expression
    by: Expression

    @property
    def parts(self) -> tuple[Expression, ...]:
        """What is differentiated, and by what."""
        return (self.of, self.by)

    def with_parts(self, parts: tuple[Expression, ...]) -> Derivative:
        """The same of others."""
        return Derivative(*parts)


@dataclass(frozen=True, slots=True)
class Bracket(Expression):
    """[left relation right]: 1 where it is true, else 0 (Iverson's bracket)."""

    left: Expression
    relation: str
    right: Expression

    @property
    def parts(self) -> tuple[Expression, ...]:
        """Both sides."""
        return (self.left, self.right)

    def with_parts(self, parts: tuple[Expression, ...]) -> Bracket:
        """The same of others."""
        left, right = parts
        return Bracket(left, self.relation, right)


@dataclass(frozen=True, slots=True)
class Maximum(Expression):
    """max(a, b, c)."""

    among: tuple[Expression, ...]

    @property
    def parts(self) -> tuple[Expression, ...]:
        """What it is the largest of."""
        return self.among

    def with_parts(self, parts: tuple[Expression, ...]) -> Maximum:
        """The same of others."""
        return Maximum(parts)


@cache
def _fixed(position: int) -> Affine:
    return Affine((), position)


def at(tensor: Tensor, cell: Cell) -> Entry:
    """The entry of a tensor at a cell that counts from 0."""
    return Entry(tensor, tuple(map(_fixed, cell)))


def all_entries(tensor: Tensor) -> list[Entry]:
    """All entries of a tensor in reading order."""
    return [at(tensor, cell) for cell in tensor.cells()]


def letter(name: str, symbol: str = "") -> Entry:
    """A single number with a letter of its own, such as the loss."""
    return Tensor(name, (), symbol or name)[()]


LOSS = letter("L")
"""The loss; its derivative with respect to an output is what a layer is given."""


def atom(entry: Entry) -> Atom:
    """Which tensor and which cell an entry at a fixed place is."""
    if entry.flat:
        return entry.tensor.name, unravel(entry.index[0].constant, entry.tensor.shape)
    return entry.tensor.name, tuple([position.constant for position in entry.index])


def written_sum(terms: Iterable[Expression]) -> Expression:
    """The sum of these, in this order; 0 of none."""
    several = tuple(terms)
    if len(several) == 1:
        return several[0]
    return Addition(several) if several else ZERO_TERM


def written_product(factors: Iterable[Term]) -> Expression:
    """The product of these, in this order; a product among them is not set apart."""
    several: tuple[Expression, ...] = ()
    for each in map(expression, factors):
        several += each.factors if isinstance(each, Product) else (each,)
    return several[0] if len(several) == 1 else Product(several)


def placed(of: Expression, loops: Mapping[Index, int], written_out: bool = False) -> Expression:
    """The expression at these values of loop indices; sums over others stay sums, unless written out."""
    match of:
        case Entry():
            return placed_entry(of, loops)
        case Same(one, other) if not _open(one, other, loops):
            return ONE_TERM if one.at(dict(loops)) == other.at(dict(loops)) else ZERO_TERM
        case Total(body, over) if written_out:
            return written_sum(placed(body, {**loops, **place}, True) for place in all_places(over))
    return rebuilt(of, lambda part: placed(part, loops, written_out))


def placed_entry(entry: Entry, loops: Mapping[Index, int]) -> Entry:
    """The entry at these values of loop indices."""
    if not entry.variables:
        return entry
    moved = Entry(entry.tensor, tuple(_placed(position, loops) for position in entry.index), entry.flat)
    return at(entry.tensor, atom(moved)[1]) if entry.flat and not moved.variables else moved


def _placed(position: Affine, loops: Mapping[Index, int]) -> Affine:
    left = tuple((index, c) for index, c in position.coefficients if index not in loops)
    constant = position.constant + sum(
        c * loops[index] for index, c in position.coefficients if index in loops
    )
    return Affine(left, constant) if left else _fixed(constant)


def _open(one: Affine, other: Affine, loops: Mapping[Index, int]) -> bool:
    return any(index not in loops for index, _ in (*one.coefficients, *other.coefficients))
