"""The derivative of ReLU."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from walkthrough.derivations.derivation import (
    Derivation,
    DerivationBlock,
    Equalities,
    Equality,
    Paragraph,
    PartTitle,
    Premises,
    ProofCase,
)
from walkthrough.derivations.derivation_notation import (
    ZERO_TERM,
    Bracket,
    Derivative,
    Maximum,
    atom,
    letter,
)
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.functions_of_one_number import Y, Z, backwards, equation_of
from walkthrough.derivations.rules import DerivedRule, letters_of
from walkthrough.layers.relu import Relu
from walkthrough.mathematics.notation import Entry, Expression, Number, Piecewise

AT_ZERO = letter("r")
_OPEN, _ZERO = Bracket(Z, ">", ZERO_TERM), Bracket(Z, "=", ZERO_TERM)
_NOT_ZERO = "z != 0"


class ReluDerivative(DerivedRule):
    """1 where the input is positive, 0 where it is negative; at 0 a convention."""

    title = "ReLU's derivative: open or closed"
    page_letters = letters_of(Relu, x="z", z="y", g=False)

    def derive(self, sizes: AskedSizes) -> Derivation:
        """Piece by piece."""
        right = equation_of(Relu()).right
        assert isinstance(right, Piecewise)
        assert isinstance(right.sign, Entry)
        pieces = (_piece(right.above, "above"), _piece(right.below, "below"))
        blocks = (*_away_from_zero(pieces), *_at_zero(pieces), *_backwards(pieces))
        return Derivation(self.word, self.title, "", Premises(), blocks)


def _piece(value: Expression, where: str) -> ProofCase:
    """What y is above, below or at 0, and which brackets are true there."""
    return ProofCase({}, {atom(Y): value}, {_OPEN: where == "above", _ZERO: where == "at"})


def _away_from_zero(pieces: tuple[ProofCase, ...]) -> Iterator[DerivationBlock]:
    largest = Maximum((ZERO_TERM, Z))
    yield Paragraph(
        ("y = max(0, z) is ReLU's output for a number z. [z > 0] is 1 where z is positive, else 0.",)
    )
    definition = Equality(largest, ("its definition",), defines=True)
    yield Equalities(Y, (definition,), premises=Premises({atom(Y): largest}))
    yield Equalities(Y, (Equality(Z * _OPEN, ("z itself where it is positive, otherwise 0",)),), pieces)
    yield PartTitle("Its derivative")
    because = ("z has the slope 1, the constant 0 has the slope 0; proved on either side of 0",)
    yield Equalities(Derivative(Y, Z), (Equality(_OPEN, because),), pieces, given=_NOT_ZERO)


def _at_zero(pieces: tuple[ProofCase, ...]) -> Iterator[DerivationBlock]:
    """With a convention r: at 0 the slope is r, as if y were r·z there."""
    yield PartTitle("At z = 0: a convention")
    yield Paragraph(
        (
            "At z = 0 the slope is 0 from the left and 1 from the right: there is no derivative, and a "
            "convention takes its place, a slope r between the two. r = 0 is usual (PyTorch, JAX, "
            "TensorFlow) and makes it [z > 0] everywhere; r = ½ is the mean of both sides, r = 1 counts 0 "
            "as open. It is what relu_at_zero says in a case.",
        )
    )
    everywhere = (*pieces, _piece(AT_ZERO * Z, "at"))
    half = Number(Fraction(1, 2))
    general = Equality(_OPEN + AT_ZERO * _ZERO, ("open, closed, and r at 0",), given="r is the slope at 0")
    at_half = {atom(AT_ZERO): half}
    mean = Equality(_OPEN + half * _ZERO, ("r = ½: the mean of both sides",), at_half, given="r == 1/2")
    yield Equalities(Derivative(Y, Z), (general, mean), everywhere, general=True)
    usual = Equality(_OPEN, ("r = 0: closed at 0 too",), {atom(AT_ZERO): ZERO_TERM}, given="r == 0")
    yield Equalities(Derivative(Y, Z), (usual,), everywhere, general=True)


def _backwards(pieces: tuple[ProofCase, ...]) -> Iterator[DerivationBlock]:
    yield PartTitle("Backwards")
    yield Paragraph(("g = ∂L/∂y comes from the layer after it: it passes where the gate is open.",))
    chain = backwards(_OPEN, None, ("open: g goes through; closed: 0",))
    yield replace(chain, cases=pieces, given=_NOT_ZERO)
