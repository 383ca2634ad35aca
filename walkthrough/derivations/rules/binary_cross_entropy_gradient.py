"""The gradient of binary cross-entropy, alone and together with a sigmoid."""

from __future__ import annotations

from collections.abc import Iterator
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
    LOSS,
    Derivative,
    at,
    atom,
    placed,
    written_product,
)
from walkthrough.derivations.pieces import asked_sizes as limits
from walkthrough.derivations.pieces.asked_sizes import Sizes
from walkthrough.derivations.rules import DerivedRule
from walkthrough.layers import Conventions
from walkthrough.layers.sigmoid import Sigmoid
from walkthrough.losses.binary_cross_entropy import BinaryCrossEntropy
from walkthrough.mathematics.notation import Entry, Equation, Expression, Negative, Number, Sum, Tensor, Term


class BinaryCrossEntropyGradient(DerivedRule):
    """1/n · ((1 − t)/(1 − y) − t/y), and y − t once the sigmoid's slope cancels the denominators."""

    title = "Binary cross-entropy: its gradient, and why a sigmoid before it gives y − t"
    takes = ("outputs",)

    def derive(self, sizes: Sizes) -> Derivation:
        """First with respect to the output, then through the sigmoid."""
        outputs = limits.count("outputs", sizes.outputs, 2, limits.MOST_CLASSES)
        y, t, z = (Tensor(name, (outputs,), name) for name in "ytz")
        (equation,) = BinaryCrossEntropy().equations(y, t, LOSS.tensor)
        (sigmoid,) = Sigmoid().equations(z, y, Conventions())
        alone = Premises({atom(LOSS): equation.right})
        (j,) = sigmoid.left.variables
        values = {atom(at(y, (place,))): placed(sigmoid.right, {j: place}) for place in range(outputs)}
        both = Premises({**alone.definitions, **values})
        blocks = tuple(_blocks(equation, sigmoid, outputs, both))
        return Derivation(self.word, self.title, f"{outputs} output{'s' * (outputs > 1)}", alone, blocks)


def _blocks(equation: Equation, sigmoid: Equation, outputs: int, both: Premises) -> Iterator[DerivationBlock]:
    ((slope_of, stated),) = equation.derivatives
    (n,) = slope_of.variables
    target = Tensor("t", (outputs,), "t")
    share = f" The loss is the mean over n = {outputs} outputs: that is where 1/n comes from." * (outputs > 1)
    yield Paragraph((f"y is the output, between 0 and 1, and t the target.{share}",))
    yield Equalities(LOSS, (Equality(equation.right, ("its definition",)),))
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
            Equality(_mean(Sum((y, Negative(t * y), Negative(t), t * y)), outputs), ("multiplied out",)),
            Equality(_mean(y - t, outputs), ("t·y is there once with plus and once with minus",)),
        ),
        premises=both,
    )


def _mean(body: Term, outputs: int) -> Expression:
    return written_product((body,)) if outputs == 1 else written_product((Number(Fraction(1, outputs)), body))
