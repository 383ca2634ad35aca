"""An equation's right side, written out for one output cell as a SymPy expression."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product

import sympy

from walkthrough.mathematics.notation import (
    Addition,
    Applied,
    Cell,
    Entry,
    Equation,
    Expression,
    Index,
    Largest,
    Negative,
    Number,
    Piecewise,
    Power,
    Product,
    Quotient,
    Same,
    Tensor,
    Total,
    unravel,
)
from walkthrough.witnesses import CannotFollow
from walkthrough.witnesses.symbolic.enclosure import Evaluation

FUNCTIONS = {
    "exp": sympy.exp,
    "ln": sympy.log,
    "ln1p": lambda of: sympy.log(1 + of),
    "tanh": sympy.tanh,
    "sqrt": sympy.sqrt,
}

_DIGITS_FOR_A_SIGN = 60


@dataclass(frozen=True, slots=True)
class CellExpression:
    """An output cell: its formula in e0, e1, …, which entries these are, and their numbers."""

    cell: Cell
    formula: sympy.Expr
    symbols: dict[tuple[str, Cell], sympy.Symbol]
    numbers: dict[sympy.Symbol, Fraction]


def written_out(
    equation: Equation, value: Callable[[str, Cell], Fraction], matters: Callable[[Cell], bool]
) -> Iterator[CellExpression]:
    """Every cell on the left of an equation that matters, with what stands on the right of it."""
    variables = equation.left.variables
    for position in product(*(range(each.extent) for each in variables)):
        loops = dict(zip(variables, position, strict=True))
        cell = cell_of(equation.left, loops)
        if cell is not None and matters(cell):
            scribe = _Scribe(value, loops)
            formula = scribe.write(equation.right)
            yield CellExpression(cell, formula, scribe.symbols, scribe.numbers)


def cell_of(entry: Entry, loops: dict[Index, int]) -> Cell | None:
    """Which cell an entry is for these values of the loop indices; None where it is padding."""
    tensor = entry.tensor
    cell = tuple(position.at(loops) for position in entry.index)
    if entry.flat:
        return unravel(cell[0], tensor.shape) if 0 <= cell[0] < tensor.size else None
    inside = all(0 <= place < extent for place, extent in zip(cell, tensor.shape, strict=True))
    return cell if inside else None


def tensors(expression: Expression) -> Iterator[Tensor]:
    """The tensors that an expression reads, in order of appearance."""
    if isinstance(expression, Entry):
        yield expression.tensor
    for part in expression.parts:
        yield from tensors(part)


@cache
def _symbol(number: int) -> sympy.Symbol:
    return sympy.Symbol(f"e{number}")


def _rational(number: Fraction) -> sympy.Rational:
    return sympy.Rational(number.numerator, number.denominator)


class _Scribe:
    """Writes one cell's formula, naming entries as they appear."""

    def __init__(self, value: Callable[[str, Cell], Fraction], loops: dict[Index, int]) -> None:
        self.value = value
        self.loops = loops
        self.symbols: dict[tuple[str, Cell], sympy.Symbol] = {}
        self.numbers: dict[sympy.Symbol, Fraction] = {}

    def write(self, expression: Expression) -> sympy.Expr:
        """The expression at the present values of the loop indices."""
        match expression:
            case Entry():
                return self.entry(expression)
            case Product(factors):
                return self.product(factors)
            case Addition(terms):
                return sympy.Add(*map(self.write, terms))
            case Total(body, over):
                return sympy.Add(*self.each(body, over))
            case Number(number):
                return _rational(number)
            case Negative(of):
                return -self.write(of)
            case Quotient(above, below):
                return self.write(above) / self.write(below)
            case Power(base, exponent):
                return self.write(base) ** exponent
            case Applied(function, to) if function in FUNCTIONS:
                return FUNCTIONS[function](self.write(to))
            case Same(one, other):
                return sympy.Integer(int(one.at(self.loops) == other.at(self.loops)))
            case Largest(body, over, tie):
                return self.largest([each for each in self.each(body, over) if each in self.numbers], tie)
            case Piecewise():
                return self.piece(expression)
        raise CannotFollow(f"an expression of the kind {type(expression).__name__}")

    def product(self, factors: tuple[Expression, ...]) -> sympy.Expr:
        """A product; on padding it is 0, and its other factors are not even read."""
        written = []
        for factor in factors:
            written.append(self.write(factor))
            if written[-1] is sympy.S.Zero:
                return sympy.S.Zero
        return sympy.Mul(*written)

    def each(self, body: Expression, over: tuple[Index, ...]) -> list[sympy.Expr]:
        """The body for all values of these loop indices."""
        written = []
        for position in product(*(range(index.extent) for index in over)):
            self.loops.update(zip(over, position, strict=True))
            written.append(self.write(body))
        return written

    def entry(self, entry: Entry) -> sympy.Expr:
        """The entry's symbol; 0 where it is padding."""
        cell = cell_of(entry, self.loops)
        if cell is None:
            return sympy.S.Zero
        key = (entry.tensor.name, cell)
        symbol = self.symbols.get(key)
        if symbol is None:
            symbol = self.symbols[key] = _symbol(len(self.symbols))
            self.numbers[symbol] = Fraction(self.value(*key))
        return symbol

    def largest(self, candidates: list[sympy.Symbol], tie: str) -> sympy.Expr:
        """The piece of a maximum that is in force: an expression with its value and its slopes."""
        top = max(self.numbers[each] for each in candidates)
        winners = [each for each in candidates if self.numbers[each] == top]
        if tie == "first" or len(winners) == 1:
            return winners[0]
        if tie == "split":
            return sympy.Add(*winners) / len(winners)
        if tie == "all":  # each winner gets the whole gradient, while the value is that of one
            return sympy.Add(*winners, _rational(top * (1 - len(winners))))
        raise CannotFollow(f"ties decided by {tie!r}")

    def piece(self, of: Piecewise) -> sympy.Expr:
        """The piece that is in force; at the kink both, in the convention's shares."""
        sign = self.write(of.sign)
        side = Evaluation(self.numbers, _DIGITS_FOR_A_SIGN).of(sign)
        if side:
            return self.write(of.above if side > 0 else of.below)
        share = _rational(of.share)
        return share * self.write(of.above) + (1 - share) * self.write(of.below)
