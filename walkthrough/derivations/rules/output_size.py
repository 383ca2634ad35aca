"""How many windows fit: the size of what a convolution or a pool gives."""

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
    ProofCase,
)
from walkthrough.derivations.derivation_notation import Atom, atom, letter
from walkthrough.derivations.pieces.asked_sizes import AskedSizes, CannotDerive
from walkthrough.derivations.pieces.layers_in_letters import window
from walkthrough.derivations.rules import DerivedRule
from walkthrough.mathematics.notation import (
    Addition,
    Applied,
    Entry,
    Expression,
    Number,
    Quotient,
    expression,
)

M, N, K, P, S = (letter(name) for name in "mnkps")
_SMALL = 8
_PLAIN = "without padding, stride 1"


class OutputSize(DerivedRule):
    """⌊(n + 2p − k)/s⌋ + 1: as many windows as corners that leave room for the kernel."""

    title = "The output's size: how many windows fit"
    takes = ("input", "kernel", "stride", "padding")

    def derive(self, sizes: AskedSizes) -> Derivation:
        """In general, then for the rows and the columns at hand."""
        at = window(sizes, input=(6, 6), kernel=(3, 3))
        for axis in (0, 1):
            _refuse(at.input[axis], at.kernel[axis], at.padding[axis])
        blocks: list[DerivationBlock] = [*_general()]
        for axis, name in enumerate(("rows", "columns")):
            numbers = (at.input[axis], at.kernel[axis], at.padding[axis], at.stride[axis])
            blocks += [PartTitle(f"Here: {name}"), _for_numbers(name, *numbers)]
        return Derivation(self.word, self.title, at.text, Premises(), tuple(blocks))


def _refuse(n: int, k: int, p: int) -> None:
    if k > n + 2 * p:
        raise CannotDerive(f"a kernel of {k} does not fit into {n + 2 * p}: not a single window")


def _general() -> Iterator[DerivationBlock]:
    yield Paragraph(
        (
            "n is how many rows (or columns) the input has, k the kernel, p the padding on each side, s "
            "the stride, m how many windows fit.",
        )
    )
    yield Paragraph(
        (
            "The padded input has n + 2p rows. The first window begins at its first row. The last one "
            "may begin at most n + 2p − k rows further down, so that its k rows fit; a step is s rows, "
            "so there are ⌊(n + 2p − k)/s⌋ steps, and one window more than steps.",
        )
    )
    steps = Applied("floor", Quotient(Addition((N, 2 * P, -K)), S))
    tried = f"counted for every n up to {_SMALL}, k up to n"
    several = Equality(steps + 1, (f"{tried}, p up to 2, s up to 3",))
    yield Equalities(M, (several,), _tried(range(3), range(1, 4)), counted=True)
    plain = Equality(Addition((N, -K, expression(1))), (f"{_PLAIN}; {tried}",))
    yield Equalities(M, (plain,), _tried(range(1), range(1, 2)), given=_PLAIN, counted=True)
    yield Paragraph(
        (
            "Not n − (k + 1): a kernel as large as the input fits exactly once, n − n + 1 = 1, and n − "
            "(n + 1) = −1 windows there cannot be. The 1 is added to the difference, not to the kernel.",
        )
    )


def _tried(paddings: range, strides: range) -> tuple[ProofCase, ...]:
    """How many windows there are, for every small input and kernel."""
    return tuple(
        ProofCase({}, _numbers(n, k, p, s) | {atom(M): Number(_count(n, k, p, s))})
        for n in range(1, _SMALL + 1)
        for k in range(1, n + 1)
        for p in paddings
        for s in strides
    )


def _numbers(n: int, k: int, p: int, s: int) -> dict[Atom, Expression]:
    return {atom(one): expression(number) for one, number in zip((N, K, P, S), (n, k, p, s), strict=True)}


def _count(n: int, k: int, p: int, s: int) -> Fraction:
    """By trying every corner."""
    corners = [corner for corner in range(0, n + 2 * p, s) if corner + k <= n + 2 * p]
    return Fraction(len(corners))


def _for_numbers(name: str, n: int, k: int, p: int, s: int) -> Equalities:
    counted: Entry = letter(name)
    room = Addition((expression(n), *((expression(2) * expression(p),) if p else ()), -expression(k)))
    steps: Expression = room if s == 1 else Applied("floor", Quotient(room, expression(s)))
    result = (n + 2 * p - k) // s + 1
    reason = "the formula with these numbers"
    return Equalities(
        counted,
        (
            Equality(steps + 1, (reason,)),
            Equality(expression(result), (f"{result} window{'s' * (result > 1)}, counted one by one",)),
        ),
        (ProofCase({}, {atom(counted): Number(_count(n, k, p, s))}),),
        counted=True,
    )
