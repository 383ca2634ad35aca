"""How easily a written number is met by chance: how many numbers like it the slips of a step can give.

A made-up number of two digits is one term, one sign or one neighbour away from nearly anything. So a slip
explains a number only if it, and all that are as common, give few of the numbers that could stand there.
"""

from __future__ import annotations

from math import ceil, isfinite

from walkthrough.marking.diagnosis.possible_slips import results
from walkthrough.numbers.quantities import nearly
from walkthrough.slips import Candidate, SlipKind
from walkthrough.workbook.reworked_steps import ReworkedStep

MOST = 0.15
"""How large a share of all numbers may be explained."""
_FEWEST = 5
_TERMS_MISREAD = 5
"""In how many ways a term is misread without looking beside it."""
_POINTS_MOVED = 2
_DIGITS = 9


def numbers_like_it(own: ReworkedStep) -> float:
    """How many numbers of this size, to this last digit, could stand there; infinite for a fraction."""
    reach, unit = _reach(own)
    return 2 * max(ceil(reach / unit), _FEWEST) + 1 if unit and isfinite(reach / unit) else float("inf")


def share_explained(own: ReworkedStep, kind: SlipKind, candidate: Candidate) -> float:
    """The share of the numbers like the one sought that slips as common as this one give."""
    everything = numbers_like_it(own)
    if everything == float("inf"):
        return 0.0
    score = kind.common / candidate.places
    given = _by_operands(own, score) + _by_writing(own, score) + (candidate.places if kind.solves else 0)
    return min(1.0, given / everything)


def _reach(own: ReworkedStep) -> tuple[float, float]:
    """How large a number there may be, and the unit of its last digit."""
    sought = own.sought
    assert sought is not None
    ends = [abs(nearly(end)) for end in (sought.low, sought.high)]
    try:
        ends.append(abs(nearly(own.right)))
    except ArithmeticError:
        pass
    unit = nearly(sought.unit) if sought.unit is not None else nearly(sought.high - sought.low)
    return max(ends), unit


def _by_operands(own: ReworkedStep, score: float) -> int:
    """How many different numbers the slips give that are as common, with these operands."""
    reach, unit = _reach(own)
    table = results(own)
    if table is None:
        return len(own.rows) * _TERMS_MISREAD
    met = set()
    for number, _, common in zip(*table, strict=True):
        if common >= score and abs(number) <= reach + unit:
            met.add(round(number / unit))
    return len(met)


def _by_writing(own: ReworkedStep, score: float) -> int:
    """How many numbers come about on the way to the paper, as commonly."""
    reach, unit = _reach(own)
    digits = len(str(round(reach / unit)))
    found = 1 + _POINTS_MOVED
    if score <= 1 / (_DIGITS * max(3, digits)):
        found += _DIGITS * digits
    if own.sought is not None and score <= 1 / max(4, len(own.sought.page.numbers)):
        found += len(own.sought.page.numbers)
    return found
