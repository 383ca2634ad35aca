"""The gradient of the squared error."""

from __future__ import annotations

from fractions import Fraction

from walkthrough.derivations.derivation import (
    Derivation,
    DerivationBlock,
    Equalities,
    Equality,
    Paragraph,
    PartTitle,
    Premises,
)
from walkthrough.derivations.derivation_notation import (
    Derivative,
    all_entries,
    atom,
    letter,
    placed,
    written_product,
)
from walkthrough.derivations.pieces import asked_sizes as limits
from walkthrough.derivations.pieces.asked_sizes import Sizes
from walkthrough.derivations.rules import DerivedRule
from walkthrough.losses.squared_error import SquaredError
from walkthrough.mathematics.notation import Negative, Number, Power, Tensor


class SquaredErrorGradient(DerivedRule):
    """The ½ is there so that the 2 of the square cancels."""

    title = "Squared error: its gradient"
    takes = ("outputs",)

    def derive(self, sizes: Sizes) -> Derivation:
        """Only one of the squares knows a given output."""
        outputs = limits.count("outputs", sizes.outputs, 2, limits.MOST_UNITS)
        o, t = Tensor("o", (outputs,), "o"), Tensor("t", (outputs,), "t")
        loss = letter("L")
        (equation,) = SquaredError().equations(o, t, loss.tensor)
        ((slope_of, stated),) = equation.derivatives
        (n,) = slope_of.variables
        half = Number(Fraction(1, 2))
        chains = []
        for place, (output, target) in enumerate(zip(all_entries(o), all_entries(t), strict=True)):
            chains.append(
                Equalities(
                    Derivative(loss, output),
                    (
                        Equality(
                            written_product((half, Derivative(Power(target - output, 2), output))),
                            ("the other squares do not know ", output)
                            if outputs > 1
                            else ("½ is a constant",),
                        ),
                        Equality(
                            written_product((half, 2, target - output, Negative(Number(Fraction(1))))),
                            ("power rule, times the inner derivative −1",),
                        ),
                        Equality(
                            placed(stated, {n: place}), ("½ · 2 = 1; the minus turns the difference round",)
                        ),
                    ),
                )
            )
        blocks: tuple[DerivationBlock, ...] = (
            Paragraph(("o is the output, t the target.",)),
            Equalities(loss, (Equality(equation.right, ("its definition",)),)),
            PartTitle("Its gradient"),
            *chains,
        )
        premises = Premises({atom(loss): equation.right})
        return Derivation(self.word, self.title, f"{outputs} output{'s' * (outputs > 1)}", premises, blocks)
