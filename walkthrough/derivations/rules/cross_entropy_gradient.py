"""The gradient of cross-entropy through softmax."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
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
    ProofCase,
)
from walkthrough.derivations.derivation_notation import (
    LOSS,
    ONE_TERM,
    ZERO_TERM,
    Atom,
    Derivative,
    all_entries,
    at,
    atom,
    placed,
    written_sum,
)
from walkthrough.derivations.general_notation import LetteredTensor
from walkthrough.derivations.pieces import asked_sizes as limits
from walkthrough.derivations.pieces.asked_sizes import AskedSizes
from walkthrough.derivations.pieces.general_rows import LENGTH, SECOND, for_any_length, general_rows
from walkthrough.derivations.pieces.softmax_shares import softmax
from walkthrough.derivations.rules import DerivedRule
from walkthrough.layers.softmax import Softmax
from walkthrough.losses.cross_entropy import CrossEntropy
from walkthrough.mathematics.notation import Entry, Equation, Expression, Index, Negative, Tensor, ln, total

_RIGHT_CLASS = "y[c] == 1, every other y == 0"


class CrossEntropyGradient(DerivedRule):
    """p − 1 for the right class, p for every other one; in one line p − y."""

    title = "Softmax and cross-entropy together: p − y"
    page_letters = MappingProxyType({"p": Softmax.letter, "y": "t"})
    takes = ("classes",)

    def derive(self, sizes: AskedSizes) -> Derivation:
        """First case by case for the right class c, then for any target whose entries add up to 1."""
        classes = limits.count("classes", sizes.classes, 3, limits.MOST_CLASSES)
        equation, shares = softmax(classes)
        target = Tensor("y", (classes,), "y")
        (loss,) = CrossEntropy().equations(equation.left.tensor, target, LOSS.tensor)
        premises = Premises({**shares, atom(LOSS): loss.right})
        blocks = (
            *_right_class(equation, loss, classes),
            *_any_target(equation, loss, target),
            *general_rows(_general()),
        )
        return Derivation(self.word, self.title, f"{classes} classes", premises, blocks)


def _right_class(equation: Equation, loss: Equation, classes: int) -> Iterator[DerivationBlock]:
    """L = −ln p_c for a target that is 1 at c and 0 elsewhere, and the two cases of the notes."""
    ((by, _),) = equation.derivatives
    c, k = Index("c", classes), Index("k", classes)
    p, z = equation.left.tensor, by.tensor
    surprise = Negative(ln(p[c]))
    yield Paragraph(
        (
            "z are the logits, p = softmax(z) the shares, y the target. If c is the right class, y is 1 "
            "there and 0 elsewhere, and the loss is −ln of that class's share.",
        )
    )
    right = tuple(ProofCase({c: place}, _one_hot(classes, place)) for place in range(classes))
    steps = (
        Equality(loss.right, ("its definition",), defines=True),
        Equality(surprise, ("the other terms are multiplied by 0",), given=_RIGHT_CLASS),
    )
    yield Equalities(LOSS, steps, right)
    yield PartTitle("The right class: k = c")
    yield Equalities(
        Derivative(LOSS, z[c]),
        (
            Equality(Negative((1 / p[c]) * Derivative(p[c], z[c])), ("chain rule; (ln p)′ = 1/p",)),
            Equality(Negative((1 / p[c]) * p[c] * (1 - p[c])), ("softmax-jacobian, the same class",)),
            Equality(p[c] - 1, (p[c], " cancels; the minus turns the difference round")),
        ),
        right,
        given=_RIGHT_CLASS,
    )
    if classes > 1:
        yield PartTitle("Every other class: k ≠ c")
        yield _wrong_class(p[c], p[k], z[k], c, k)


def _wrong_class(right: Entry, other: Entry, logit: Entry, c: Index, k: Index) -> Equalities:
    classes = c.extent
    wrong = tuple(
        ProofCase({c: one, k: other}, _one_hot(classes, one))
        for one, other in permutations(range(classes), 2)
    )
    return Equalities(
        Derivative(LOSS, logit),
        (
            Equality(Negative((1 / right) * Derivative(right, logit)), ("chain rule; (ln p)′ = 1/p",)),
            Equality(Negative((1 / right) * Negative(right * other)), ("softmax-jacobian, two classes",)),
            Equality(other, (right, " cancels; minus times minus")),
        ),
        wrong,
        given="k != c",
    )


def _one_hot(classes: int, right: int) -> dict[Atom, Expression]:
    return {("y", (place,)): ONE_TERM if place == right else ZERO_TERM for place in range(classes)}


def _any_target(equation: Equation, loss: Equation, target: Tensor) -> Iterator[DerivationBlock]:
    yield PartTitle("For any target: p − y")
    yield Equalities(LOSS, (Equality(loss.right, ("its definition",), defines=True),))
    for place in range(target.size):
        yield _for_class(equation, loss, target, place)


def _for_class(equation: Equation, loss: Equation, target: Tensor, place: int) -> Equalities:
    ((by, stated),) = equation.derivatives
    ((output, slope),) = loss.derivatives
    (n,), (m,), (j,) = output.variables, equation.left.variables, by.variables
    p, z, y = (at(each, (place,)) for each in (equation.left.tensor, by.tensor, target))
    ys = all_entries(target)
    others = [each for each in range(target.size) if each != place]
    terms = [
        _signed(placed(slope, {n: each}), placed(stated, {m: each, j: place})) for each in range(target.size)
    ]
    cancelled = written_sum((Negative(y * (1 - p)), *(ys[each] * p for each in others)))
    last = atom(ys[-1])
    all_but_last = written_sum((ONE_TERM, *(Negative(each) for each in ys[:-1])))
    return Equalities(
        Derivative(LOSS, z),
        (
            Equality(
                total(Derivative(LOSS, p.tensor[n]) * Derivative(p.tensor[n], z), over=(n,)),
                ("chain rule: ", z, " goes into every share"),
            ),
            Equality(written_sum(terms), ("the loss's slopes −y/p, and the softmax-jacobian",)),
            Equality(cancelled, ("the shares below the line cancel",)),
            Equality(
                p * written_sum(ys) - y if len(ys) > 1 else p * y - y,
                ("sorted: everything with ", p, " together"),
            ),
            Equality(
                p - y,
                ("the target's entries add up to 1: Σy = 1 is used here, and only here",),
                {last: all_but_last},
                f"{' + '.join(f'y[{each + 1}]' for each in range(len(ys)))} == 1",
            ),
        ),
    )


def _signed(slope: Expression, share: Expression) -> Expression:
    """−(a·b) for (−a)·b."""
    return Negative(slope.of * share) if isinstance(slope, Negative) else slope * share


def _general() -> GeneralEqualities:
    """p − y for any class of any number of them."""
    z, p, y = (LetteredTensor(name, (LENGTH,)) for name in "zpy")
    step = Equality(p[SECOND] - y[SECOND], ("where the target's entries add up to 1",))
    return for_any_length(
        Derivative(LOSS, z[SECOND]), (step,), _row, (SECOND,), given="Sum(y[i], (i, 1, n)) == 1"
    )


def _row(classes: int) -> tuple[Premises, tuple[Tensor, ...]]:
    """Softmax, cross-entropy, and a target of which the last entry is what is left of 1."""
    equation, shares = softmax(classes)
    ((by, _),) = equation.derivatives
    target = Tensor("y", (classes,), "y")
    (loss,) = CrossEntropy().equations(equation.left.tensor, target, LOSS.tensor)
    *first, last = all_entries(target)
    rest = written_sum((ONE_TERM, *(Negative(each) for each in first)))
    premises = Premises({**shares, atom(LOSS): loss.right, atom(last): rest})
    return premises, (by.tensor, equation.left.tensor, target)
