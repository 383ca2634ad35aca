"""The shelf of slips: one file per chapter, one function per slip.

A slip is a small wrong solution: the step of a cell, worked out from one's own operands, with one thing
read otherwise. Its function yields every number that this gives; its name is the slip's word.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from walkthrough.numbers.formulas import Quantity
from walkthrough.trace.steps import Ref
from walkthrough.words import shelf
from walkthrough.workbook.reworked_steps import ReworkedStep


@dataclass(frozen=True, slots=True)
class Told:
    """What a slip is in this place: `your 7 is what comes out if` … `condition`; and its line of arithmetic.

    The condition is half a sentence, the line may be empty.
    """

    condition: str
    line: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number that a slip gives.

    `at` is the operand at fault (None: the cell itself), `places` in how many places of this step the
    slip could have happened. `everywhere` names the misreading if it can be that of a whole layer.
    """

    value: Quantity
    told: Callable[[], Told]
    at: Ref | None = None
    places: int = 1
    everywhere: str = ""


Candidates = Iterator[Candidate]


@dataclass(frozen=True, slots=True)
class SlipKind:
    """A slip of the shelf: its word, its chapter, and how common it is (a weight, 1 is rare)."""

    word: str
    chapter: str
    common: float
    about: str
    play: Callable[[ReworkedStep], Candidates]


def slip(common: float) -> Callable[[Callable[[ReworkedStep], Candidates]], SlipKind]:
    """Puts a function on the shelf, under its own name, with how common the slip is."""

    def shelved(play: Callable[[ReworkedStep], Candidates]) -> SlipKind:
        word, chapter = play.__name__.replace("_", "-"), play.__module__.rpartition(".")[2]
        return SlipKind(word, chapter, common, (play.__doc__ or "").partition("\n")[0], play)

    return shelved


@cache
def all_slips() -> tuple[SlipKind, ...]:
    """Every slip there is, chapter by chapter."""
    package = sys.modules[__name__]
    chapters = (shelf.module(package, name) for name in shelf.names(package))
    return tuple(
        each for chapter in chapters for each in vars(chapter).values() if isinstance(each, SlipKind)
    )
