"""Equations written out: for one cell, the sum that the engine would compute, in letters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.derivations.derivation import Equalities, Equality
from walkthrough.derivations.derivation_notation import (
    Derivative,
    Words,
    at,
    atom,
    written_product,
    written_sum,
)
from walkthrough.mathematics import readings
from walkthrough.mathematics.notation import Cell, Entry, Equation, Expression, Negative, Number, Tensor
from walkthrough.mathematics.readings import LoopPlace, Part

CellAtPlace = Callable[[LoopPlace], Cell | None]


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor of a table of multiply-adds: whose entry it is, and which, at each place of the loop."""

    tensor: Tensor
    cell: CellAtPlace


@dataclass(frozen=True, slots=True)
class WrittenReading:
    """An equation read in one direction: for any cell, the products that are added up there.

    A product is None where one of its factors lies in the padding, and therefore is 0.
    """

    parts: tuple[tuple[Part, tuple[Factor, ...]], ...]

    def products(self, cell: Cell) -> list[tuple[Fraction, tuple[Entry, ...]]]:
        """Coefficient and factors of every product at a cell, in the order in which a person writes."""
        found = []
        for part, factors in self.parts:
            for place in part.places(cell):
                cells = [factor.cell(place) for factor in factors]
                entries = [
                    at(factor.tensor, each)
                    for factor, each in zip(factors, cells, strict=True)
                    if each is not None
                ]
                if len(entries) == len(factors):
                    found.append((part.coefficient, tuple(entries)))
        return found

    def at(self, entry: Entry) -> Expression:
        """The sum at an entry."""
        return written_sum(weighted(*each) for each in self.products(atom(entry)[1]))


def weighted(coefficient: Fraction, factors: tuple[Entry, ...]) -> Expression:
    """coefficient · factor · factor; a coefficient of 1 is not written, one of −1 is a sign."""
    if coefficient == 1 and factors:
        return written_product(factors)
    if coefficient == -1 and factors:
        return Negative(written_product(factors))
    return written_product((Number(coefficient), *factors))


def output_reading(equation: Equation) -> WrittenReading:
    """The equation read forwards."""
    return _reading(readings.forward(equation) or (), {})


def gradient_reading(equation: Equation, tensor: Tensor, upstream: Tensor) -> WrittenReading:
    """The equation read by a factor; `upstream` is what the output's gradient is called."""
    return _reading(readings.backward(equation, tensor), {equation.left.tensor.grad.name: upstream})


def _reading(parts: tuple[Part, ...], called: dict[str, Tensor]) -> WrittenReading:
    return WrittenReading(
        tuple(
            (
                part,
                tuple(
                    Factor(called.get(factor.tensor.name, factor.tensor), part.cells(factor))
                    for factor in part.factors
                ),
            )
            for part in parts
        )
    )


def chain_rule(
    loss: Entry, by: Entry, reading: WrittenReading, z: Tensor, because: Words = (), letter: str = ""
) -> Equalities:
    """∂L/∂x = Σ ∂L/∂z · ∂z/∂x over the outputs that x goes into, then with its values."""
    products = reading.products(atom(by)[1])
    outputs = list(dict.fromkeys(at(z, atom(factors[0])[1]) for _, factors in products))
    slopes = written_sum(written_product((Derivative(loss, each), Derivative(each, by))) for each in outputs)
    values = written_sum(weighted(*each) for each in products)
    if not outputs:
        return Equalities(Derivative(loss, by), (Equality(values, ("no output depends on ", by)),))
    return Equalities(
        Derivative(loss, by),
        (Equality(slopes, ("chain rule: ", by, " goes into ", *_listed(outputs))), Equality(values, because)),
    )


def _listed(outputs: list[Entry]) -> Words:
    """z₁₁ and z₁₂, or z₁₁ … z₄₄ where there are many."""
    if len(outputs) == 1:
        return (outputs[0],)
    if len(outputs) > 4:
        return (f"{len(outputs)} outputs, ", outputs[0], " to ", outputs[-1])
    words: list[str | Expression] = []
    for number, each in enumerate(outputs):
        words += ["" if number == 0 else " and " if number == len(outputs) - 1 else ", ", each]
    return tuple(word for word in words if word)
