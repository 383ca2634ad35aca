"""The derivative of ReLU."""

from __future__ import annotations

from dataclasses import replace

from walkthrough.derivations.derivation import (
    Derivation,
    Equalities,
    Equality,
    Paragraph,
    PartTitle,
    Premises,
    ProofCase,
)
from walkthrough.derivations.derivation_notation import ZERO_TERM, Bracket, Derivative, Maximum, atom
from walkthrough.derivations.pieces.asked_sizes import Sizes
from walkthrough.derivations.pieces.functions_of_one_number import Y, Z, backwards, equation_of
from walkthrough.derivations.rules import DerivedRule
from walkthrough.layers.relu import Relu
from walkthrough.mathematics.notation import PositivePart


class ReluDerivative(DerivedRule):
    """1 where the input is positive, 0 where it is negative."""

    title = "ReLU's derivative: open or closed"

    def derive(self, sizes: Sizes) -> Derivation:
        """Piece by piece."""
        right = equation_of(Relu()).right
        assert isinstance(right, PositivePart)
        z = right.body
        positive = Bracket(z, ">", ZERO_TERM)
        pieces = (
            ProofCase({}, {atom(Y): z}, {positive: True}),
            ProofCase({}, {atom(Y): ZERO_TERM}, {positive: False}),
        )
        largest = Premises({atom(Y): Maximum((ZERO_TERM, z))})
        blocks = (
            Paragraph(
                ("y = max(0, z) is ReLU's output for a number z. [z > 0] is 1 where z is positive, else 0.",)
            ),
            Equalities(Y, (Equality(Maximum((ZERO_TERM, z)), ("its definition",)),), premises=largest),
            Equalities(Y, (Equality(z * positive, ("z itself where it is positive, otherwise 0",)),), pieces),
            PartTitle("Its derivative"),
            Equalities(
                Derivative(Y, Z),
                (
                    Equality(
                        positive,
                        ("z has the slope 1, the constant 0 has the slope 0; proved on either side of 0",),
                    ),
                ),
                pieces,
            ),
            Paragraph(
                (
                    "At z = 0 the slope is 0 from the left and 1 from the right: there is no derivative, "
                    "and a convention takes its place. 0 is usual (PyTorch, JAX, TensorFlow); some notes "
                    "take ½ or 1. [z > 0] is the convention 0.",
                )
            ),
            PartTitle("Backwards"),
            Paragraph(("g = ∂L/∂y comes from the layer after it: it passes where the gate is open.",)),
            replace(backwards(positive, None, ("open: g goes through; closed: 0",)), cases=pieces),
        )
        return Derivation(self.word, self.title, "", Premises(), blocks)
