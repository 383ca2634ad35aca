"""What the symbols of a claimed formula stand for, and which formula is right for a cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod

from walkthrough.case.cells import NoSuchCell, resolve
from walkthrough.derivations.derivation import Premises, ProofCase
from walkthrough.derivations.derivation_notation import Atom, placed
from walkthrough.derivations.proof import polynomials
from walkthrough.derivations.proof.meaning import Meaning, NotOfThisKind, TermSums
from walkthrough.derivations.proof.polynomials import Monomial, Polynomial
from walkthrough.formulas.grammar import Unreadable
from walkthrough.mathematics import readings
from walkthrough.mathematics.notation import Cell, Expression, Shape, Tensor, unravel
from walkthrough.mathematics.readings import Part
from walkthrough.mathematics.windows import times
from walkthrough.trace.network import Network, Stage
from walkthrough.words.messages import quoted

_ALSO = {"k": ("w",), "w": ("k",), "y": ("o", "x"), "z": ("y",)}
"""Other letters that notes use for the same thing."""
_ONE = "loss.grad"
"""∂L/∂L, which nobody writes."""
_SAMPLE = re.compile(r"@[1-9][0-9]*")


@dataclass(frozen=True)
class Asked:
    """The cell that a formula is claimed for: which stage it belongs to, and how that is read.

    `of` is the tensor whose gradient is asked for; None asks for the stage's output.
    """

    name: str
    stage: Stage
    of: Tensor | None
    cell: Cell
    target: Tensor | None = None

    @cached_property
    def letters(self) -> dict[str, Tensor]:
        """The canonical letters: x, k or w, b, z, g; of a loss its output y and the target t."""
        stage = self.stage
        if self.target is not None:
            return {"y": stage.x, "t": self.target}
        found = {"x": stage.x}
        for name, tensor in stage.parameters.items():
            found["b" if name == "bias" else "k" if name == "kernel" else "w"] = tensor
        return found | {"z": stage.z, "g": stage.z.grad}

    @cached_property
    def names(self) -> dict[str, str]:
        """All names that may stand in a formula, and the letters they mean."""
        letters, found = self.letters, {each: each for each in self.letters}
        for letter, tensor in letters.items():
            found.setdefault(tensor.name.lower(), letter)
        for letter, others in _ALSO.items():
            for other in others if letter in letters else ():
                found.setdefault(other, letter)
        return found

    @cached_property
    def right(self) -> list[tuple[Fraction, Monomial]]:
        """The right formula's terms, in the order in which a person writes them. Raises Unreadable."""
        parts = self._parts()
        terms: list[tuple[Fraction, Monomial]] = []
        for part in parts:
            terms += self._terms(part)
        if not parts:
            raise Unreadable(f"{self.name} is no sum of products: no formula of this kind says what it is")
        return terms

    @cached_property
    def polynomial(self) -> Polynomial:
        """The right formula."""
        return polynomials.plus({monomial: coefficient} for coefficient, monomial in self.right)

    def _parts(self) -> tuple[Part, ...]:
        (*equations,) = self.stage.equations
        if self.of is None:
            return tuple(part for equation in equations for part in readings.forward(equation) or ())
        return tuple(part for equation in equations for part in readings.backward(equation, self.of))

    def _terms(self, part: Part) -> list[tuple[Fraction, Monomial]]:
        """A part's products at this cell; a function's slope is multiplied out."""
        found: list[tuple[Fraction, Monomial]] = []
        readers = [(factor.tensor, part.cells(factor)) for factor in part.factors]
        for place in part.places(self.cell):
            cells = [(tensor, read(place)) for tensor, read in readers]
            if any(cell is None for _, cell in cells):
                continue
            known = [(tensor, cell) for tensor, cell in cells if cell is not None and tensor.name != _ONE]
            factors = tuple(self.atom(*each) for each in known)
            if part.local is None:
                found.append((part.coefficient, tuple(factors)))
                continue
            slope = placed(part.local, dict(zip(part.variables, place, strict=True)), written_out=True)
            for monomial, coefficient in self._slope(slope).items():
                found.append((part.coefficient * coefficient, (*factors, *monomial)))
        return [(coefficient, tuple(sorted(monomial))) for coefficient, monomial in found]

    def _slope(self, slope: Expression) -> Polynomial:
        try:
            opened = Meaning(TermSums(), Premises(), ProofCase()).of(slope)
        except NotOfThisKind:
            raise Unreadable(f"the slope in {self.name} is no sum of products") from None
        letters = {tensor.name: letter for letter, tensor in self.letters.items()}
        return {
            tuple((letters[name], cell) for name, cell in monomial): coefficient
            for monomial, coefficient in opened.items()
        }

    def atom(self, tensor: Tensor, cell: Cell) -> Atom:
        """An entry by its letter."""
        return next(letter for letter, each in self.letters.items() if each.name == tensor.name), cell

    def resolve(self, name: str, index: tuple[int, ...]) -> Atom:
        """What a symbol of the text means; raises Unreadable."""
        if name.startswith("∂"):
            if self.names.get(name[1:]) != "z":
                raise Unreadable(f"∂L/∂{name[1:]} is no symbol here; the gradient that is given is g = ∂L/∂z")
            name = "g"
        letter = self.names[name]
        shape = self.letters[letter].shape
        cell = _cell(index, shape)
        if cell is None:
            listed = f"[{','.join(map(str, index))}]" if index else ""
            raise Unreadable(f"{name}{listed}: {name} is {times(shape)} and takes {len(shape)} index(es)")
        return letter, cell


def _cell(index: tuple[int, ...], shape: Shape) -> Cell | None:
    """A cell counted from 0; None if there are not as many indices as axes.

    Leading axes of size 1 may be left out. An entry that lies outside is wrong, but not unreadable.
    """
    missing = len(shape) - len(index)
    if missing >= 0 and all(extent == 1 for extent in shape[:missing]):
        return (0,) * missing + tuple(position - 1 for position in index)
    # x12 of a flat row is its twelfth entry, and an image that is read in a row may be counted so
    digits = len(shape) == 1 and len(index) > 1 and max(index) <= 9
    place = int("".join(map(str, index))) if digits else index[0] if len(index) == 1 else 0
    return unravel(place - 1, shape) if 1 <= place <= prod(shape) else None


def asked_cell(network: Network, name: str) -> Asked:
    """The cell of this name; raises Unreadable if there is none, or none that a formula could say."""
    tensors: dict[str, tuple[Stage, Tensor | None, Tensor]] = {}
    for stage in network.stages:
        for tensor in stage.inputs:
            tensors[tensor.grad.name] = (stage, tensor, tensor.grad)
        tensors[stage.z.name] = (stage, None, stage.z)
    shapes: Mapping[str, Shape] = {each: tensor.shape for each, (_, _, tensor) in tensors.items()}
    try:
        tensor_name, cell = resolve(_SAMPLE.sub("", name, count=1), shapes)
    except NoSuchCell as problem:
        raise Unreadable(str(problem)) from None
    if cell is None:
        raise Unreadable(f"{quoted(name)} is a whole tensor; a formula belongs to one cell of it")
    stage, of, _ = tensors[tensor_name]
    return Asked(name, stage, of, cell, network.target if stage is network.loss else None)


def claimed_entry_text(name: Atom, shape: Shape) -> str:
    """x[1,2]: an entry as a claim writes it."""
    letter, cell = name
    start = 0
    while start < len(shape) - 2 and shape[start] == 1 and cell[start] == 0:
        start += 1
    return f"{letter}[{','.join(str(position + 1) for position in cell[start:])}]" if cell else letter
