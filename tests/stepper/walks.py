"""Walks through shipped cases, opened once for all tests."""

from __future__ import annotations

from functools import cache

from walkthrough.case import Case, load, read_case
from walkthrough.stepper.places.course import Course
from walkthrough.stepper.places.opened import Opened
from walkthrough.stepper.session import Session
from walkthrough.stepper.walk import Walk
from walkthrough.trace.trace import replay

SIZES = ((80, 24), (160, 50))


@cache
def walk_through(name: str) -> Walk:
    """A shipped case, at its first line."""
    return walk_of(load(name))


def walk_of(case: Case) -> Walk:
    """A case at its first line."""
    opened = Opened(replay(case))
    return Walk(opened, Course(opened))


def walk_of_text(toml: str) -> Walk:
    """The case that a TOML text is."""
    return walk_of(read_case(toml))


def at(name: str, cell: str) -> Walk:
    """A shipped case, at a cell."""
    walk = walk_through(name)
    return walk.to(walk.course.find(cell))


def texts(session: Session, width: int = 80, height: int = 24) -> list[str]:
    """The screen as rows of text."""
    return ["".join(run.text for run in row) for row in session.rows(width, height)]


def shown(session: Session, width: int = 80, height: int = 24) -> str:
    """The screen as one text."""
    return "\n".join(row.rstrip() for row in texts(session, width, height))
