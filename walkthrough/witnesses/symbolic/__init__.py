"""The symbolic witness: SymPy differentiates the textbook expression of every output cell.

It reads what an equation says and nothing else: neither its stated derivatives nor a reading of the
engine's. Each output cell becomes a SymPy expression over the entries that it is made of, SymPy
differentiates it, and both are evaluated at the given numbers: where these are rational, exactly;
through exp, ln and tanh within enclosures as narrow as `digits` asks.

The entries of a cell are named e0, e1, … in order of appearance, so that cells of the same form are
differentiated once: a sigmoid once and not for every pixel, a convolution once for all its windows.

A maximum is treated as what it is, a function in pieces: the numbers decide window by window which
piece is in force (the convention, where entries are equal), and that piece is differentiated.
SymPy's own Max and Piecewise are slow, and undefined at ties.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import TypeAlias

from walkthrough.mathematics.notation import Cell, Equation, Tensor
from walkthrough.witnesses import CannotFollow
from walkthrough.witnesses.symbolic.differentiation import slopes
from walkthrough.witnesses.symbolic.enclosure import Evaluation
from walkthrough.witnesses.symbolic.textbook import CellExpression, tensors, written_out

__all__ = ["CannotFollow", "Values", "forward", "gradients"]

Values: TypeAlias = Mapping[str, Mapping[Cell, Fraction]] | Callable[[str, Cell], Fraction]
"""The numbers: by tensor and cell (counted from 0), or a function of both."""

DIGITS = 60


def forward(equations: Iterable[Equation], values: Values, digits: int = DIGITS) -> dict[Cell, Fraction]:
    """Every output cell's value; what several windows write to one cell adds up."""
    found: dict[Cell, Fraction] = defaultdict(Fraction)
    for each in _cells(equations, _by_name(values)):
        found[each.cell] += Evaluation(each.numbers, digits).of(each.formula)
    return dict(found)


def gradients(
    equations: Iterable[Equation],
    values: Values,
    output_gradient: Mapping[Cell, Fraction],
    digits: int = DIGITS,
    of: Collection[str] | None = None,
) -> dict[str, dict[Cell, Fraction]]:
    """The loss's derivative with respect to every entry: Σ over the output cells of g·∂z/∂entry.

    `of` names the tensors that matter (a target's derivative does not); without it, all on the
    right sides. An output cell that is missing from `output_gradient` counts as 0.
    """
    equations = tuple(equations)
    read = [each for equation in equations for each in tensors(equation.right)]
    wanted = {each.name: each for each in read if of is None or each.name in of}
    found: dict[tuple[str, Cell], Fraction] = defaultdict(Fraction)
    for each in _cells(equations, _by_name(values), lambda cell: bool(output_gradient.get(cell))):
        upstream = output_gradient[each.cell]
        by_symbol, evaluation = slopes(each.formula), Evaluation(each.numbers, digits)
        for (name, cell), symbol in each.symbols.items():
            if name in wanted and symbol in by_symbol:
                found[name, cell] += upstream * evaluation.of(by_symbol[symbol])
    return {name: _filled(tensor, found) for name, tensor in wanted.items()}


def _cells(
    equations: Iterable[Equation],
    value: Callable[[str, Cell], Fraction],
    matters: Callable[[Cell], bool] = lambda cell: True,
) -> Iterator[CellExpression]:
    """The output cells that matter, written out."""
    for equation in equations:
        yield from written_out(equation, value, matters)


def _by_name(values: Values) -> Callable[[str, Cell], Fraction]:
    if callable(values):
        return values
    return lambda name, cell: values[name][cell]


def _filled(tensor: Tensor, found: Mapping[tuple[str, Cell], Fraction]) -> dict[Cell, Fraction]:
    """All cells of a tensor; what no output depends on has the derivative 0."""
    nothing = Fraction(0)
    return {cell: found.get((tensor.name, cell), nothing) for cell in tensor.cells()}
