"""A board: a slice of a tensor as rows and columns, with the numbers at work marked in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from walkthrough.mathematics.notation import Cell, Shape, ravel
from walkthrough.trace.steps.kinds import Ref

Spot: TypeAlias = tuple[int, int]
"""A row and a column of a board, from 0; on a frame of zeros they may lie outside."""


class Mark(Enum):
    """What a number is to the step at hand; each mark has signs of its own, not only a colour."""

    WINDOW = "[]"
    WINNER = "()"
    HERE = "«»"


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows and columns of zeros around a board."""

    top: int = 0
    left: int = 0
    bottom: int = 0
    right: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """A slice of a tensor: its last two axes, at `outer` of the others.

    `turned`: shown turned by 180°. `filled`: how many cells of the tensor stand there already (None: all).
    `blank` is a cell whose number is not told yet. `own`: numbers that somebody wrote, in place of the right
    ones. `spare`: what is left out first where there is no room. `name`, unlike the title, can be left out.
    """

    title: str
    name: str
    tensor: str
    shape: Shape
    outer: Cell
    marks: Mapping[Spot, Mark] = field(default_factory=dict)
    frame: Frame = Frame()
    turned: bool = False
    filled: int | None = None
    blank: Cell | None = None
    own: bool = False
    spare: bool = False

    @property
    def rows(self) -> int:
        """How many rows the slice has."""
        return self.shape[-2] if len(self.shape) > 1 else 1

    @property
    def columns(self) -> int:
        """How many columns the slice has."""
        return self.shape[-1] if self.shape else 1

    def ref(self, spot: Spot) -> Ref | None:
        """The number at a spot; None on the frame."""
        row, column = spot
        if not (0 <= row < self.rows and 0 <= column < self.columns):
            return None
        if len(self.shape) > 1:
            return Ref(self.tensor, (*self.outer, row, column))
        return Ref(self.tensor, (column,) if self.shape else ())

    def waits(self, ref: Ref) -> bool:
        """Whether a number is not worked out yet."""
        return self.filled is not None and ravel(ref.cell, self.shape) >= self.filled


def spot_of(ref: Ref) -> Spot:
    """Where in its slice a number stands."""
    if len(ref.cell) > 1:
        return ref.cell[-2], ref.cell[-1]
    return 0, (ref.cell[0] if ref.cell else 0)


def outer_of(ref: Ref) -> Cell:
    """In which slice of its tensor a number stands."""
    return ref.cell[:-2] if len(ref.cell) > 1 else ()
