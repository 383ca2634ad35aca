"""The gradient of the squared error."""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType

from walkthrough.derivations.derivation import (
    Derivation,
    DerivationBlock,
    Equalities,
    Equality,
    GeneralEqualities,
    Paragraph,
    PartTitle,
    Premises,
)
from walkthrough.derivations.derivation_notation import (
    LOSS,
    Derivative,
    at,
    atom,
    placed,
    written_product,
)
from walkthrough.derivations.general_notation import LetteredTensor
from walkthrough.derivations.pieces import asked_sizes as limits
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.general_rows import FIRST, LENGTH, for_any_length, general_rows
from walkthrough.derivations.rules import DerivedRule
from walkthrough.losses.squared_error import SquaredError
from walkthrough.mathematics.notation import Equation, Negative, Number, Power, Tensor


class SquaredErrorGradient(DerivedRule):
    """The ½ is there so that the 2 of the square cancels."""

    title = "Squared error: its gradient"
    takes = ("outputs",)
    page_letters = MappingProxyType({"o": ""})

    def derive(self, sizes: AskedSizes) -> Derivation:
        """Only one of the squares knows a given output."""
        outputs = limits.count("outputs", sizes.outputs, 2, limits.MOST_UNITS)
        equation, target = _error(outputs)
        blocks: tuple[DerivationBlock, ...] = (
            Paragraph(("o is the output, t the target.",)),
            Equalities(LOSS, (Equality(equation.right, ("its definition",), defines=True),)),
            PartTitle("Its gradient"),
            *(_for_output(equation, target, place) for place in range(outputs)),
            *general_rows(_general()),
        )
        premises = Premises({atom(LOSS): equation.right})
        return Derivation(self.word, self.title, f"{outputs} output{'s' * (outputs > 1)}", premises, blocks)


def _error(outputs: int) -> tuple[Equation, Tensor]:
    o, t = Tensor("o", (outputs,), "o"), Tensor("t", (outputs,), "t")
    (equation,) = SquaredError().equations(o, t, LOSS.tensor)
    return equation, t


def _for_output(equation: Equation, targets: Tensor, place: int) -> Equalities:
    ((slope_of, stated),) = equation.derivatives
    (n,) = slope_of.variables
    output, target = at(slope_of.tensor, (place,)), at(targets, (place,))
    half, minus = Number(Fraction(1, 2)), Negative(Number(Fraction(1)))
    alone = ("the other squares do not know ", output) if targets.size > 1 else ("½ is a constant",)
    return Equalities(
        Derivative(LOSS, output),
        (
            Equality(written_product((half, Derivative(Power(target - output, 2), output))), alone),
            Equality(
                written_product((half, 2, target - output, minus)),
                ("power rule, times the inner derivative −1",),
            ),
            Equality(placed(stated, {n: place}), ("½ · 2 = 1; the minus turns the difference round",)),
        ),
    )


def _general() -> GeneralEqualities:
    """o − t for any number of outputs."""
    o, t = LetteredTensor("o", (LENGTH,)), LetteredTensor("t", (LENGTH,))
    step = Equality(o[FIRST] - t[FIRST], ("only its own square knows it",))
    return for_any_length(Derivative(LOSS, o[FIRST]), (step,), _row)


def _row(outputs: int) -> tuple[Premises, tuple[Tensor, ...]]:
    equation, target = _error(outputs)
    ((slope_of, _),) = equation.derivatives
    return Premises({atom(LOSS): equation.right}), (slope_of.tensor, target)
