"""What the next key is likely to ask for, worked out before it is pressed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from walkthrough.stepper.pictures.at_work import AtWork
from walkthrough.stepper.places.line_pieces import Piece, pieces
from walkthrough.stepper.places.opened import Opened
from walkthrough.stepper.screen import boards_of
from walkthrough.stepper.walk import Walk
from walkthrough.trace.refusal import CannotReplay

_MANY = 50
"""Terms of a line whose numbers are worked out some at a time."""
_AT_A_TIME = 10


def ahead(walk: Walk, at_work: AtWork) -> Iterator[None]:
    """The next line and the neighbouring parts, in small pieces: keys are read in between."""
    opened = walk.opened
    for following in (walk.down(), walk.next_part(), walk.previous_part()):
        ref = following.ref
        terms = pieces(opened, opened.step(ref))
        yield
        if len(terms) > _MANY:
            yield from _numbers(opened, terms)
        opened.working(ref, walk.fold)
        yield
        opened.rules(ref.tensor)
        yield
        boards_of(following, at_work)
        yield


def _numbers(opened: Opened, terms: tuple[Piece, ...]) -> Iterator[None]:
    """The numbers of a long line, with as many digits as its line asks for first."""
    with suppress(CannotReplay):  # what cannot be decided is said when somebody looks at it
        for at, term in enumerate(terms):
            for each in term:
                opened.narration.value(each)
                opened.narration.value(each, 2)
            if not at % _AT_A_TIME:
                yield
