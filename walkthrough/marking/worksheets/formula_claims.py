"""Formulas that somebody claims on a worksheet: which cells they are for, looked up but not yet judged."""

from __future__ import annotations

from collections.abc import Sequence

from walkthrough.case.cells import NoSuchCell
from walkthrough.case.claims import Claim
from walkthrough.marking.worksheets.exercises import Exercise
from walkthrough.mathematics.notation import Cell
from walkthrough.words.problems import CaseError, Problem

MOST_FORMULAS = 2_000
_ENOUGH_PROBLEMS = 50


def read_formulas(
    raw: Sequence[Claim], exercise: Exercise, file: str, odd: list[Problem]
) -> tuple[Claim, ...]:
    """The claimed formulas as they stand; raises CaseError for cells that are there twice.

    Names that no cell has are added to what is `odd`.
    """
    if len(raw) > MOST_FORMULAS:
        message = f"has {len(raw):,} formulas; at most {MOST_FORMULAS:,} are marked"
        raise CaseError([Problem(file, raw[MOST_FORMULAS].line, "formulas", message)])
    problems: list[Problem] = []
    found: list[Claim] = []
    seen: dict[tuple[str, Cell | None], Claim] = {}
    for each in raw:
        key = f'formulas."{each.cell[:80]}"'
        try:
            place = exercise.place(each.cell)
        except NoSuchCell as error:
            odd.append(Problem(file, each.line, key, str(error)))
        else:
            found.append(each)
            first = seen.setdefault((place.tensor, place.at), each)
            if first is not each:
                message = f"is claimed twice, the other time in line {first.line}; leave one of them out"
                problems.append(Problem(file, each.line, key, message))
        if len(problems) >= _ENOUGH_PROBLEMS:
            break
    if problems:
        raise CaseError(problems)
    return tuple(found)
