"""What marking is about: a worksheet of claims, and what is said of each."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from walkthrough.case.claims import Claim
from walkthrough.mathematics.notation import Cell
from walkthrough.numbers.shown import Shown

if TYPE_CHECKING:
    from walkthrough.formulas import FormulaVerdict

VerdictWord: TypeAlias = Literal[
    "exact",
    "rounded",
    "cut-off",
    "own-rounding",
    "follows",
    "lucky",
    "no-evidence",
    "wrong",
    "unreadable",
    "blank",
]
VERDICTS: tuple[VerdictWord, ...] = get_args(VerdictWord)
"""All of them, in the contract's order."""
RIGHT: frozenset[VerdictWord] = frozenset({"exact", "rounded", "cut-off", "own-rounding"})
"""Right without regard to any other number; what `follows` is right too, for what came before."""


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number on a worksheet: its value, and the units that its last digit may stand for.

    `units` is empty for a fraction (exact only); 1000 has the units 1, 10 and 100, tried in this order,
    as its zeros may be places that nobody worked out.
    """

    value: Fraction
    units: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class NumberClaim:
    """One number of a worksheet, for one cell.

    `tensor` is a full name of the trace and `at` a cell counted from 0; `number` is None if the place
    is blank (`problem` None) or cannot be read (`problem` says why, with the column). `whole` is set if it
    stands for a whole tensor, which is blank or cannot be read; `at` is then its first cell.
    """

    cell: str
    tensor: str
    at: Cell
    written: str
    number: WrittenNumber | None
    line: int
    problem: str | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Worksheet:
    """What one person worked out: a file, its case, a label of whose it is, and the claims.

    `formulas` and `sizes` (`conv.shape`) are as they stand in the file, not yet read.
    """

    file: str
    case: str
    student: str | None
    claims: tuple[NumberClaim, ...]
    formulas: tuple[Claim, ...] = ()
    sizes: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Slip:
    """A common mistake that gives the written number: `your 7 is what comes out if …`.

    `slip` is the contract's word, `at` the operand at fault (else the cell), `gives` the number (of a grid
    that cannot be read, the shape), `words`
    one sentence for a student, `line` the line of arithmetic that shows it. `everywhere` names the
    misreading if it may be that of a whole layer.
    """

    slip: str
    at: str
    gives: Shown | str
    words: str
    line: str = ""
    everywhere: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """A claim with its verdict.

    `expected` is the true value, `from_yours` what one's own earlier values give (None: nothing).
    """

    claim: NumberClaim
    verdict: VerdictWord
    expected: Shown | None
    from_yours: Shown | None
    enough_digits: bool = True
    slips: tuple[Slip, ...] = ()

    def explained_by(self, slips: tuple[Slip, ...]) -> Marked:
        """The same with these slips."""
        return Marked(self.claim, self.verdict, self.expected, self.from_yours, self.enough_digits, slips)


@dataclass(frozen=True, slots=True)
class MarkedFormula:
    """A formula that was claimed for a cell, with all that is to be said of it.

    `tensor` is a full name of the trace and `at` a cell counted from 0.
    """

    cell: str
    tensor: str
    at: Cell
    written: str
    line: int
    verdict: FormulaVerdict


@dataclass(frozen=True, slots=True)
class SizeSlip:
    """A common mistake in counting that gives the written size; `words` is half a sentence."""

    slip: str
    gives: str
    words: str


@dataclass(frozen=True, slots=True)
class MarkedSize:
    """A size that was claimed (`conv.shape`), with the right one and its arithmetic.

    `from_yours` is what one's own earlier sizes give (None: nothing). `at` is the layer's place.
    """

    cell: str
    written: str
    line: int
    at: int
    verdict: VerdictWord
    expected: str
    from_yours: str | None
    arithmetic: str
    slips: tuple[SizeSlip, ...] = ()
    problem: str | None = None


def unit_found(marked: Marked) -> Fraction | None:
    """What the last digit was found to stand for, where trailing zeros leave it open: 100 for 1300.

    None where it is not open, or where the number agrees with nothing.
    """
    number = marked.claim.number
    right = marked.expected if marked.verdict in ("rounded", "cut-off") else marked.from_yours
    if number is None or right is None or len(number.units) < 2 or marked.verdict in ("exact", "wrong"):
        return None
    apart = abs(right.value - number.value)
    room = 2 if marked.verdict == "rounded" else 1
    return next((unit for unit in number.units if apart * room <= unit), None)


@dataclass(frozen=True, slots=True)
class LayerSlip:
    """One slip that explains every wrong number of a tensor, and changes none of the right ones."""

    slip: str
    tensor: str
    claims: tuple[NumberClaim, ...]
    words: str


@dataclass(frozen=True, slots=True)
class ShortenedNumber:
    """A number that its writer went on with at fewer digits: the claim, what was `used`, what it explains."""

    claim: NumberClaim
    used: Shown
    explains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarkedSheet:
    """A worksheet, marked: claims in the order of computation; `first_wrong` is a cell or None.

    `layer_slips` are slips that were made throughout a layer, and explain several claims at once;
    `shortened` is a number that was gone on with at fewer digits, if that explains several others.
    """

    worksheet: Worksheet
    claims: tuple[Marked, ...]
    first_wrong: str | None
    layer_slips: tuple[LayerSlip, ...] = ()
    formulas: tuple[MarkedFormula, ...] = ()
    sizes: tuple[MarkedSize, ...] = ()
    shortened: ShortenedNumber | None = None
