"""The shelf of slips: one file per chapter, one function per slip.

A slip is a small wrong solution: the step of a cell, worked out from one's own operands, with one thing
read otherwise. Its function yields every number that this gives; its name is the slip's word.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from flint import arb

from walkthrough.numbers.formulas import Quantity
from walkthrough.trace.steps.kinds import Ref
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
    slip could have happened. `everywhere` names the misreading if it can be that of a whole layer, and
    `again` gives what it makes of another step, where playing the slip there would not find it by its name.
    `across`: it is no layer's, but goes through the sheet, like a pixel misread or a wrong rate.
    """

    value: Quantity
    told: Callable[[], Told]
    at: Ref | None = None
    places: int = 1
    everywhere: str = ""
    across: bool = False
    again: Callable[[ReworkedStep], Quantity | None] | None = None


_SMALLEST, _LARGEST = arb(10) ** -400, arb(10) ** 400

Candidates = Iterator[Candidate]
Play: TypeAlias = Callable[[ReworkedStep], Candidates]


@dataclass(frozen=True, slots=True)
class SlipKind:
    """A slip of the shelf: its word, its chapter, and how common it is (a weight, 1 is rare).

    `solves` if what it gives depends on the number that was written, or on what else stands on the sheet:
    then no list of what it gives is complete.
    """

    word: str
    chapter: str
    common: float
    about: str
    play: Play
    solves: bool = False


def slip(common: float, solves: bool = False) -> Callable[[Play], SlipKind]:
    """Puts a function on the shelf, under its own name, with how common the slip is."""

    def shelved(play: Play) -> SlipKind:
        word, chapter = play.__name__.replace("_", "-"), play.__module__.rpartition(".")[2]

        def numbers(own: ReworkedStep) -> Candidates:
            return (each for each in play(own) if _can_be_written(each.value))

        return SlipKind(word, chapter, common, (play.__doc__ or "").partition("\n")[0], numbers, solves)

    return shelved


def _can_be_written(value: Quantity) -> bool:
    """Whether anybody could write a number: not one of a division by 0, and not 10 to a feature map."""
    if not isinstance(value, arb):
        return True
    return bool(value.is_finite() and (value == 0 or _SMALLEST < value.abs_upper() < _LARGEST))


@cache
def all_slips() -> tuple[SlipKind, ...]:
    """Every slip there is, chapter by chapter."""
    package = sys.modules[__name__]
    chapters = (shelf.module(package, name) for name in shelf.names(package))
    return tuple(
        each for chapter in chapters for each in vars(chapter).values() if isinstance(each, SlipKind)
    )
