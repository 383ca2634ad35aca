"""The Jacobian of softmax."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.derivations.derivation import (
    Derivation,
    DerivationBlock,
    Equalities,
    Equality,
    GeneralEqualities,
    Paragraph,
    PartTitle,
    Premises,
    SideBySide,
)
from walkthrough.derivations.derivation_notation import (
    ZERO_TERM,
    Bracket,
    Derivative,
    all_entries,
    at,
    placed,
)
from walkthrough.derivations.general_notation import LetteredTensor
from walkthrough.derivations.pieces import asked_sizes as limits
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.general_rows import FIRST, LENGTH, SECOND, for_any_length, general_rows
from walkthrough.derivations.pieces.softmax_shares import softmax
from walkthrough.derivations.rules import DerivedRule, letters_of
from walkthrough.layers.softmax import Softmax
from walkthrough.mathematics.notation import Equation, Expression, Negative, Power, Quotient, Tensor, exp


class SoftmaxJacobian(DerivedRule):
    """p(1 − p) on the diagonal, minus the product of two shares beside it."""

    title = "Softmax: its Jacobian"
    page_letters = letters_of(Softmax, x="z", z="p")
    takes = ("classes",)

    def derive(self, sizes: AskedSizes) -> Derivation:
        """By the quotient rule, for the same class and for two different ones."""
        classes = limits.count("classes", sizes.classes, 3, limits.MOST_CLASSES)
        equation, definitions = softmax(classes)
        blocks = (*_blocks(equation, classes), *general_rows(_general(), most=3))
        return Derivation(self.word, self.title, f"{classes} classes", Premises(definitions), blocks)


def _blocks(equation: Equation, classes: int) -> Iterator[DerivationBlock]:
    (m,), p = equation.left.variables, equation.left.tensor
    yield Paragraph(("z are the logits, p the shares: each is between 0 and 1, and their sum is 1.",))
    for place, share in enumerate(all_entries(p)):
        yield Equalities(
            share, (Equality(placed(equation.right, {m: place}), ("its definition",), defines=True),)
        )
    yield PartTitle("The same class: its logit is above and below the line")
    for place in range(classes):
        yield _same(equation, place)
    if classes > 1:
        yield PartTitle("Two classes: the other's logit is below the line only")
    for one in range(classes):
        for other in range(classes):
            if one != other:
                yield _different(equation, one, other)
    yield PartTitle("All of it")
    rows = tuple(tuple(_entry(equation, one, other) for other in range(classes)) for one in range(classes))
    yield SideBySide(("∂p/∂z", "=", rows))


def _below(equation: Equation) -> Expression:
    assert isinstance(equation.right, Quotient)
    return equation.right.below


def _stated(equation: Equation, one: int, other: int) -> Expression:
    """The derivative as the layer states it: p(δ − p)."""
    ((by, stated),) = equation.derivatives
    return placed(stated, {equation.left.variables[0]: one, by.variables[0]: other})


def _entry(equation: Equation, one: int, other: int) -> Expression:
    p = equation.left.tensor
    return _stated(equation, one, one) if one == other else Negative(at(p, (one,)) * at(p, (other,)))


def _same(equation: Equation, place: int) -> Equalities:
    ((by, _),) = equation.derivatives
    own, below = exp(at(by.tensor, (place,))), _below(equation)
    return Equalities(
        Derivative(at(equation.left.tensor, (place,)), at(by.tensor, (place,))),
        (
            Equality((own * below - own * own) / Power(below, 2), ("quotient rule",)),
            Equality((own / below) * (1 - own / below), ("divided term by term",)),
            Equality(_stated(equation, place, place), ("each fraction is a share",)),
        ),
    )


def _different(equation: Equation, one: int, other: int) -> Equalities:
    ((by, _),) = equation.derivatives
    mine, others, below = exp(at(by.tensor, (one,))), exp(at(by.tensor, (other,))), _below(equation)
    return Equalities(
        Derivative(at(equation.left.tensor, (one,)), at(by.tensor, (other,))),
        (
            Equality((ZERO_TERM * below - mine * others) / Power(below, 2), ("quotient rule",)),
            Equality(Negative((mine / below) * (others / below)), ("what is multiplied by 0 is gone",)),
            Equality(_entry(equation, one, other), ("each fraction is a share",)),
        ),
    )


def _general() -> GeneralEqualities:
    """p(δ − p): both cases in one line."""
    z, p = LetteredTensor("z", (LENGTH,)), LetteredTensor("p", (LENGTH,))
    same_place = Bracket(FIRST, "=", SECOND)
    step = Equality(p[FIRST] * (same_place - p[SECOND]), ("both cases in one; [i = j] is 1 where i is j",))
    return for_any_length(Derivative(p[FIRST], z[SECOND]), (step,), _row, (FIRST, SECOND), lengths=(1, 2, 3))


def _row(classes: int) -> tuple[Premises, tuple[Tensor, ...]]:
    equation, definitions = softmax(classes)
    ((by, _),) = equation.derivatives
    return Premises(definitions), (by.tensor, equation.left.tensor)
