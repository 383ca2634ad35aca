"""The derivative of ReLU."""

from __future__ import annotations

from dataclasses import replace

from walkthrough.derivations.derivation import Case, Chain, Derivation, Heading, Premises, Prose, Step
from walkthrough.derivations.expressions import ZERO, Bracket, Derivative, Maximum, atom
from walkthrough.derivations.pieces.functions_of_one import Y, Z, backwards, equation_of
from walkthrough.derivations.pieces.sizes import Sizes
from walkthrough.derivations.rules import Rule
from walkthrough.layers.relu import Relu
from walkthrough.mathematics.notation import Entry, Piecewise


class ReluDerivative(Rule):
    """1 where the input is positive, 0 where it is negative."""

    title = "ReLU's derivative: open or closed"

    def derive(self, sizes: Sizes) -> Derivation:
        """Piece by piece."""
        right = equation_of(Relu()).right
        assert isinstance(right, Piecewise)
        assert isinstance(right.sign, Entry)
        z = right.sign
        positive = Bracket(z, ">", ZERO)
        pieces = (
            Case({}, {atom(Y): z}, {positive: True}),
            Case({}, {atom(Y): ZERO}, {positive: False}),
        )
        largest = Premises({atom(Y): Maximum((ZERO, z))})
        blocks = (
            Prose(
                ("y = max(0, z) is ReLU's output for a number z. [z > 0] is 1 where z is positive, else 0.",)
            ),
            Chain(Y, (Step(Maximum((ZERO, z)), ("its definition",)),), premises=largest),
            Chain(Y, (Step(z * positive, ("z itself where it is positive, otherwise 0",)),), pieces),
            Heading("Its derivative"),
            Chain(
                Derivative(Y, Z),
                (
                    Step(
                        positive,
                        ("z has the slope 1, the constant 0 has the slope 0; proved on either side of 0",),
                    ),
                ),
                pieces,
            ),
            Prose(
                (
                    "At z = 0 the slope is 0 from the left and 1 from the right: there is no derivative, "
                    "and a convention takes its place. 0 is usual (PyTorch, JAX, TensorFlow); some notes "
                    "take ½ or 1. [z > 0] is the convention 0.",
                )
            ),
            Heading("Backwards"),
            Prose(("g = ∂L/∂y comes from the layer after it: it passes where the gate is open.",)),
            replace(backwards(positive, None, ("open: g goes through; closed: 0",)), cases=pieces),
        )
        return Derivation(self.word, self.title, "", Premises(), blocks)
