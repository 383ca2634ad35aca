"""The gradient of binary cross-entropy, alone and together with a sigmoid."""

from __future__ import annotations

from collections.abc import Iterator
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
    all_entries,
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
from walkthrough.layers import Conventions
from walkthrough.layers.sigmoid import Sigmoid
from walkthrough.losses.binary_cross_entropy import BinaryCrossEntropy
from walkthrough.mathematics.notation import (
    Addition,
    Entry,
    Equation,
    Expression,
    Negative,
    Number,
    Tensor,
    Term,
)


class BinaryCrossEntropyGradient(DerivedRule):
    """1/n · ((1 − t)/(1 − y) − t/y), and y − t once the sigmoid's slope cancels the denominators."""

    title = "Binary cross-entropy: its gradient, and why a sigmoid before it gives y − t"
    page_letters = MappingProxyType({"y": ""})
    takes = ("outputs",)

    def derive(self, sizes: AskedSizes) -> Derivation:
        """First with respect to the output, then through the sigmoid."""
        outputs = limits.count("outputs", sizes.outputs, 2, limits.MOST_CLASSES)
        equation, sigmoid = _equations(outputs)
        alone = Premises({atom(LOSS): equation.right})
        both = _through_sigmoid(equation, sigmoid)
        blocks = (*_blocks(equation, sigmoid, outputs, both), *general_rows(*_general()))
        return Derivation(self.word, self.title, f"{outputs} output{'s' * (outputs > 1)}", alone, blocks)


def _equations(outputs: int) -> tuple[Equation, Equation]:
    """The loss, and the sigmoid before it."""
    y, t, z = (Tensor(name, (outputs,), name) for name in "ytz")
    (equation,) = BinaryCrossEntropy().equations(y, t, LOSS.tensor)
    (sigmoid,) = Sigmoid().equations(z, y, Conventions())
    return equation, sigmoid


def _through_sigmoid(equation: Equation, sigmoid: Equation) -> Premises:
    """L by y, and y by z."""
    (j,) = sigmoid.left.variables
    values = {atom(y): placed(sigmoid.right, {j: atom(y)[1][0]}) for y in all_entries(sigmoid.left.tensor)}
    return Premises({atom(LOSS): equation.right, **values})


def _blocks(equation: Equation, sigmoid: Equation, outputs: int, both: Premises) -> Iterator[DerivationBlock]:
    ((slope_of, stated),) = equation.derivatives
    (n,) = slope_of.variables
    target = Tensor("t", (outputs,), "t")
    share = f" The loss is the mean over n = {outputs} outputs: that is where 1/n comes from." * (outputs > 1)
    yield Paragraph((f"y is the output, between 0 and 1, and t the target.{share}",))
    yield Equalities(LOSS, (Equality(equation.right, ("its definition",), defines=True),))
    yield PartTitle("With respect to the output")
    for place in range(outputs):
        y, t = at(slope_of.tensor, (place,)), at(target, (place,))
        logs = t * (1 / y) + (1 - t) * (Negative(Number(Fraction(1))) / (1 - y))
        yield Equalities(
            Derivative(LOSS, y),
            (
                Equality(
                    Negative(_mean(logs, outputs)),
                    ("(ln y)′ = 1/y, (ln(1 − y))′ = −1/(1 − y)",),
                ),
                Equality(placed(stated, {n: place}), ("the minus put in",)),
            ),
        )
    yield PartTitle("Through a sigmoid: y − t")
    yield Paragraph(("Now y = σ(z), whose slope is y(1 − y).",))
    ((by, slope),) = sigmoid.derivatives
    (i,) = by.variables
    for place in range(outputs):
        y, t, z = (at(each, (place,)) for each in (slope_of.tensor, target, by.tensor))
        yield _through(y, t, z, placed(stated, {n: place}), placed(slope, {i: place}), outputs, both)


def _through(
    y: Entry, t: Entry, z: Entry, stated: Expression, slope: Expression, outputs: int, both: Premises
) -> Equalities:
    return Equalities(
        Derivative(LOSS, z),
        (
            Equality(Derivative(LOSS, y) * Derivative(y, z), ("chain rule",)),
            Equality(stated * slope, ("both slopes put in",)),
            Equality(_mean((1 - t) * y - t * (1 - y), outputs), ("y(1 − y) cancels both denominators",)),
            Equality(_mean(Addition((y, Negative(t * y), Negative(t), t * y)), outputs), ("multiplied out",)),
            Equality(_mean(y - t, outputs), ("t·y is there once with plus and once with minus",)),
        ),
        premises=both,
    )


def _mean(body: Term, outputs: int) -> Expression:
    return written_product((body,)) if outputs == 1 else written_product((Number(Fraction(1, outputs)), body))


def _general() -> Iterator[GeneralEqualities]:
    """Both gradients for any number of outputs."""
    y, t, z = (LetteredTensor(name, (LENGTH,))[FIRST] for name in "ytz")
    share = 1 / LENGTH
    alone = share * ((1 - t) / (1 - y) - t / y)
    yield for_any_length(
        Derivative(LOSS, y), (Equality(alone, ("1/n: the mean",)),), lambda n: _row(n, sigmoid=False)
    )
    both = share * (y - t)
    yield for_any_length(
        Derivative(LOSS, z), (Equality(both, ("through the sigmoid",)),), lambda n: _row(n, sigmoid=True)
    )


def _row(outputs: int, sigmoid: bool) -> tuple[Premises, tuple[Tensor, ...]]:
    loss, before = _equations(outputs)
    ((by, _),) = before.derivatives
    premises = _through_sigmoid(loss, before) if sigmoid else Premises({atom(LOSS): loss.right})
    return premises, (before.left.tensor, Tensor("t", (outputs,), "t"), by.tensor)
