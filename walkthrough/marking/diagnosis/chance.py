"""How easily a written number is met by chance: how many numbers like it the slips of a step can give.

A made-up number of two digits is one term, one sign or one neighbour away from nearly anything. So a slip
explains a number only if it, and all that are as common, give few of the numbers that could stand there.
"""

from __future__ import annotations

from contextlib import suppress
from math import ceil, isfinite

from walkthrough.marking.diagnosis.possible_slips import results
from walkthrough.numbers.quantities import nearly
from walkthrough.slips import Candidate, SlipKind
from walkthrough.workbook.reworked_steps import ReworkedStep

MOST = 0.15
"""How large a share of all numbers may be explained."""
_FEW, _OFTEN = 3, 1.5
"""So few numbers that come about easily are no coincidence, however short they are."""
_FEWEST = 5
_TERMS_MISREAD = 5
"""In how many ways a term is misread without looking beside it."""
_POINTS_MOVED = 2
_DIGITS = 9
_SURELY = MOST / 5
_WAYS_OF_A_STEP, _WAYS_OF_A_TERM = 80, 14
"""More numbers than this no slips give."""


def numbers_like_it(own: ReworkedStep) -> float:
    """How many numbers of this size, to this last digit, could stand there; infinite for a fraction."""
    reach, unit = own.once("reach", lambda: _reach(own))
    return 2 * max(ceil(reach / unit), _FEWEST) + 1 if unit and isfinite(reach / unit) else float("inf")


def share_explained(own: ReworkedStep, kind: SlipKind, candidate: Candidate) -> float:
    """The share of the numbers like the one sought that slips give at least as easily."""
    everything = numbers_like_it(own)
    if everything == float("inf"):
        return 0.0
    reach, unit = own.once("reach", lambda: _reach(own))
    at_most = most_ways(own) + _by_writing(own, 0.0, reach / unit) + (candidate.places if kind.solves else 0)
    if at_most <= everything * _SURELY:
        return at_most / everything  # so many numbers there are that nothing need be laid out
    weights = own.once("weights", lambda: _weights(own, reach, unit))
    score = kind.common / candidate.places
    easily = max(score, weights.get(round(nearly(candidate.value) / unit), 0.0))
    as_easily = sum(weight >= easily for weight in weights.values())
    if weights and as_easily <= _FEW and easily >= _OFTEN:
        return 0.0  # hardly anything else is made of these operands
    if own.sought is not None and results(own) is None:
        as_easily = len(own.rows) * _TERMS_MISREAD
    as_easily += _by_writing(own, easily, reach / unit) + (candidate.places if kind.solves else 0)
    return min(1.0, as_easily / everything)


def most_ways(own: ReworkedStep) -> int:
    """More numbers than all slips of a step give."""
    return _WAYS_OF_A_STEP + _WAYS_OF_A_TERM * len(own.rows)


def _reach(own: ReworkedStep) -> tuple[float, float]:
    """How large a number there may be, and the unit of its last digit."""
    sought = own.sought
    assert sought is not None
    ends = [abs(nearly(end)) for end in (sought.low, sought.high)]
    with suppress(ArithmeticError):
        ends.append(abs(nearly(own.right)))
    unit = nearly(sought.unit) if sought.unit is not None else nearly(sought.high - sought.low)
    return max(ends), unit


def _weights(own: ReworkedStep, reach: float, unit: float) -> dict[int, float]:
    """How easily each number comes about from these operands, in units of the last digit."""
    found: dict[int, float] = {}
    for number, _, common in zip(*(results(own) or ((), (), ())), strict=True):
        if abs(number) <= reach + unit:
            place = round(number / unit)
            found[place] = found.get(place, 0.0) + common
    with suppress(ArithmeticError):
        found.pop(round(nearly(own.right) / unit), None)  # nobody explains what is right
    return found


def _by_writing(own: ReworkedStep, score: float, size: float) -> int:
    """How many numbers come about on the way to the paper, as easily."""
    digits = len(str(round(size)))
    found = 1 + _POINTS_MOVED
    if score <= 1 / (_DIGITS * max(3, digits)):
        found += _DIGITS * digits
    if own.sought is not None and score <= 1 / max(4, len(own.sought.page.numbers)):
        found += len(own.sought.page.numbers)
    return found
