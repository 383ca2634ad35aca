"""Fading: how much of the next line is shown, and how much is asked, by kind of step as it is mastered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, TypeAlias, get_args

Fade: TypeAlias = Literal["adaptive", "backward", "forward", "all"]
FADES: tuple[Fade, ...] = get_args(Fade)

MOST_ASKED = 16
"""Numbers of one tensor that are asked one after the other; then the others are filled in."""


class Support(IntEnum):
    """How much of a line stands there already, from all of it to nothing."""

    WHOLE = 0
    NUMBERS = 1
    FORMULA = 2
    BARE = 3


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a number stands: its column, of how many, and whether it is the last of its kind in the case.

    `asked` is how many numbers of its tensor have been asked.
    """

    column: int
    columns: int
    last: bool
    asked: int


@dataclass(slots=True)
class Mastery:
    """What somebody has seen and done of one kind of step.

    `level` rises with each number that is right at once, and falls with each that is not; `rows` are rows of
    numbers that have been begun.
    """

    level: int = 0
    seen: int = 0
    asked: int = 0
    rows: int = 0

    def saw(self) -> None:
        """A whole line was shown: the next one can be asked."""
        self.seen += 1
        self.level = max(self.level, 1)

    def did(self, at_once: bool, helped: bool, given_up: bool) -> None:
        """A number was asked, and found or not."""
        self.seen += 1
        self.asked += 1
        if given_up:
            self.level = 0
        elif at_once:
            self.level += not helped
        else:
            self.level = max(1, self.level - 1)


def support(fade: Fade, record: Mastery, spot: Spot) -> Support:
    """How much of the next line of a kind is shown.

    `adaptive`: a whole line, then one without its value, then the formula alone, then nothing; a step back
    with every mistake, and a whole line again after giving up. `backward`: the last number of a row is asked,
    the last two of the next, and so on until all are; `forward`: the first ones. `all`: everything is asked.
    A kind of which there is one number alone is asked without its value.
    """
    if fade == "all":
        return Support.BARE
    if record.seen == 0:
        return Support.NUMBERS if spot.last else Support.WHOLE
    if spot.asked >= MOST_ASKED:
        return Support.WHOLE
    if fade == "adaptive":
        if record.level == 0 and spot.last:
            return Support.NUMBERS
        return Support(min(record.level, Support.BARE))
    row = record.rows
    if fade == "backward":
        asks = spot.column >= spot.columns - 1 - row
    else:
        asks = spot.column <= row if row else spot.column == 1
    return Support(min(record.asked + 1, Support.BARE)) if asks else Support.WHOLE
