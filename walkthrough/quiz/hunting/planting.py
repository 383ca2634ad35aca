"""A filled sheet with one mistake in it: a slip that is made once, and carried on rightly from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from flint import ctx

from walkthrough.marking.diagnosis.played_exercises import BITS, PlayedExercise, is_small
from walkthrough.marking.diagnosis.ripples import same
from walkthrough.marking.marked_worksheets import Marked
from walkthrough.numbers.arithmetic import NeedsPrecision
from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.shown import shown
from walkthrough.quiz.desk import Desk
from walkthrough.quiz.kinds import is_copy
from walkthrough.slips import all_slips
from walkthrough.slips._lines import as_known
from walkthrough.stepper.places.course import Course
from walkthrough.stepper.places.opened import Opened
from walkthrough.trace.steps.kinds import Ref
from walkthrough.workbook.reworked_steps import reworked

DIGITS = 6
"""Significant digits that numbers have on the sheet: so many that a slip is no rounding."""
_MOST_TRIED = 400
_OF_TWO = ("output-transposed", "cells-swapped")
"""Numbers in each other's places: one wrong number alone is none of these."""


class CannotPlant(ValueError):
    """A case in which no mistake can be hidden and found; str() says why."""


@dataclass(frozen=True, slots=True)
class PlantedSheet:
    """Every number that is worked out, as somebody wrote it; `marked` is what is said of the wrong one.

    `carried` are the numbers that are others only because of it.
    """

    numbers: Mapping[Ref, str]
    wrong: Ref
    slip: str
    marked: Marked
    carried: frozenset[Ref]


def planted(opened: Opened, seed: int) -> PlantedSheet:
    """The sheet of a seed: marked, its one wrong number is found, and explained by the slip that was made.

    Raises CannotPlant.
    """
    if not is_small(opened.trace.network):
        raise CannotPlant(f"{opened.case.name} is too large for a filled sheet that anybody would check")
    exercise, desk = PlayedExercise(opened.case), Desk(opened.trace, opened.digits)
    course = Course(opened)
    parts = [part for part in course.parts if not is_copy(opened, part)]
    refs = map(course.ref, range(course.lines))
    right = {ref: opened.trace.shown(*ref, DIGITS, 2 * DIGITS).plain for ref in refs}
    chance = Random(f"{opened.case.name}/{seed}")
    with ctx.workprec(BITS):
        for attempt in range(_MOST_TRIED):
            part = chance.choice(parts)
            ref = course.ref(chance.randint(part.first, part.last))
            made = _slips(exercise, ref, thoughtless=attempt > _MOST_TRIED // 2)
            if not made:
                continue
            word = chance.choice(sorted(made))
            sheet = _sheet(exercise, desk, right, ref, word, chance.choice(made[word]))
            if sheet is not None:
                return sheet
    raise CannotPlant(f"{opened.case.name}: no slip was found that this exercise reveals; try another --seed")


def _slips(exercise: PlayedExercise, ref: Ref, thoughtless: bool) -> dict[str, list[Quantity]]:
    """What each slip gives that can be made at a number; `thoughtless` ones, such as a digit changed, too."""
    own = reworked(exercise.book, ref, exercise.numbers)
    found: dict[str, list[Quantity]] = {}
    for kind in all_slips():
        if kind.solves or kind.word in _OF_TWO or (kind.chapter == "writing" and not thoughtless):
            continue  # of a number misread or copied nothing on the sheet says which
        try:
            for candidate in kind.play(own):
                if not candidate.across and not same(candidate.value, own.right):
                    found.setdefault(kind.word, []).append(candidate.value)
        except ArithmeticError:
            continue
    return found


def _sheet(
    exercise: PlayedExercise, desk: Desk, right: Mapping[Ref, str], ref: Ref, word: str, value: Quantity
) -> PlantedSheet | None:
    """The sheet with this slip; None if marking it would not find just that."""
    changed = exercise.ripples.after({ref: value})
    written = {each: _text(number) for each, number in changed.items()}
    if written[ref] == right[ref] or any(text is None for text in written.values()):
        return None
    numbers = {each: written.get(each) or text for each, text in right.items()}
    found = desk.sheet(numbers)
    wrong = [marked for marked in found.claims if marked.verdict in ("wrong", "unreadable")]
    if len(wrong) != 1 or Ref(wrong[0].claim.tensor, wrong[0].claim.at) != ref:
        return None
    if not wrong[0].slips or wrong[0].slips[0].slip != word:
        return None
    return PlantedSheet(numbers, ref, word, wrong[0], frozenset(changed.keys() - {ref}))


def _text(value: Quantity) -> str | None:
    """A number as it is written on the sheet; None where there is none."""
    try:
        return shown(as_known(value), DIGITS, 2 * DIGITS).plain
    except (ArithmeticError, NeedsPrecision):
        return None
