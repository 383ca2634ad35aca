"""What `step` is called with, made into a walk: a case or a worksheet, and where to begin."""

from __future__ import annotations

from dataclasses import dataclass

from walkthrough.case import Case
from walkthrough.stepper.places.course import Course
from walkthrough.stepper.places.opened import Opened
from walkthrough.stepper.sheet import is_worksheet, marked_numbers
from walkthrough.stepper.walk import Walk
from walkthrough.trace.trace import replay


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a walk begins; digits of numbers that do not end; whether zeros are folded."""

    start: str | None = None
    digits: int = 10
    fold_zeros: bool = False


def opened_case(case: Case, beginning: Beginning) -> Walk:
    """A walk through a case; raises NoSuchCell, CannotReplay."""
    opened = Opened(replay(case), beginning.digits)
    return _begun(Walk(opened, Course(opened), fold=beginning.fold_zeros), beginning)


def opened_sheet(name: str, beginning: Beginning) -> Walk:
    """A walk through the exercise of a worksheet; raises CaseError, NoSuchCell."""
    trace, own = marked_numbers(name, beginning.digits)
    opened = Opened(trace, beginning.digits)
    return _begun(Walk(opened, Course(opened), fold=beginning.fold_zeros, own=own), beginning)


def _begun(walk: Walk, beginning: Beginning) -> Walk:
    return walk if beginning.start is None else walk.to(walk.course.find(beginning.start))


__all__ = ["Beginning", "is_worksheet", "opened_case", "opened_sheet"]
