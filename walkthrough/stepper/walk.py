"""Where somebody is in a case, and where each key leads: plain data, without a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from walkthrough.mathematics.notation import ravel, unravel
from walkthrough.stepper.places.course import Course, CoursePart
from walkthrough.stepper.places.line_pieces import pieces
from walkthrough.stepper.places.opened import Opened
from walkthrough.stepper.places.uses import uses
from walkthrough.trace.steps.kinds import Ref

if TYPE_CHECKING:
    from walkthrough.stepper.sheet import OwnNumber
    from walkthrough.stepper.whatif.changes import CaseChange


@dataclass(frozen=True)
class Walk:
    """A place in a case.

    `line` counts the lines of the course from 0. `term` is the term at hand of a line that is opened.
    `looked` is a number that is looked at for what it goes into, in place of the line. `guess` keeps a value
    back until the next key, `told` says that it has been pressed. `changes` were made to the case, each with
    the case as it was before it.
    """

    opened: Opened
    course: Course
    line: int = 0
    term: int | None = None
    looked: Ref | None = None
    fold: bool = False
    guess: bool = False
    told: bool = False
    changes: tuple[tuple[CaseChange, Opened], ...] = ()
    own: Mapping[Ref, OwnNumber] = field(default_factory=dict)

    # --- what is here ----------------------------------------------------------------------------

    @property
    def ref(self) -> Ref:
        """The number at hand: that of the line, or the one that is looked at."""
        return self.looked or self.course.ref(self.line)

    @property
    def part(self) -> CoursePart:
        """The part of the course that the line belongs to."""
        return self.course.part(self.line)

    @property
    def hidden(self) -> bool:
        """Whether the value is kept back for a class to say."""
        return self.guess and not self.told and self.looked is None

    @property
    def before(self) -> Opened | None:
        """The case as its file has it, if it has been changed since."""
        return self.changes[0][1] if self.changes else None

    def terms(self) -> int:
        """How many terms the line has."""
        return len(pieces(self.opened, self.opened.step(self.ref)))

    @property
    def ended(self) -> bool:
        """Whether there is nothing after this."""
        return self.line == self.course.lines - 1 and (self.term is None or self.term == self.terms() - 1)

    # --- moving ----------------------------------------------------------------------------------

    def at(self, line: int, term: int | None = None) -> Walk:
        """At another line, or at the nearest one that there is."""
        line = max(0, min(line, self.course.lines - 1))
        return replace(self, line=line, term=term, looked=None, told=False)

    def forward(self) -> Walk:
        """→: the value that was kept back; else the next term of an opened line, else the next line."""
        if self.hidden:
            return replace(self, told=True)
        if self.looked is not None:
            return self._beside(1)
        if self.term is not None and self.term + 1 < self.terms():
            return replace(self, term=self.term + 1)
        return self.down()

    def back(self) -> Walk:
        """←: the term before, or the line before."""
        if self.looked is not None:
            return self._beside(-1)
        if self.term:
            return replace(self, term=self.term - 1)
        if self.term is None or self.line == 0:
            return self.up()
        before = self.at(self.line - 1)
        several = before.terms() > 1
        return replace(before, term=before.terms() - 1) if several else replace(before, term=0)

    def down(self) -> Walk:
        """↓: the next line, opened if this one is."""
        if self.hidden:
            return replace(self, told=True)
        if self.looked is not None:
            return self._beside(self._row())
        if self.line == self.course.lines - 1:
            return self
        return self.at(self.line + 1, None if self.term is None else 0)

    def up(self) -> Walk:
        """↑: the line before."""
        if self.looked is not None:
            return self._beside(-self._row())
        return self.at(self.line - 1, None if self.term is None else 0) if self.line else self

    def _beside(self, places: int) -> Walk:
        """Looking at another number of the same tensor."""
        assert self.looked is not None
        shape = self.opened.shape(self.looked.tensor)
        place, size = ravel(self.looked.cell, shape) + places, 1
        for extent in shape:
            size *= extent
        if not 0 <= place < size:
            return self
        return replace(self, looked=Ref(self.looked.tensor, unravel(place, shape)))

    def _row(self) -> int:
        assert self.looked is not None
        shape = self.opened.shape(self.looked.tensor)
        return shape[-1] if len(shape) > 1 else 1

    def next_part(self) -> Walk:
        """PgDn: the first line of the next part."""
        following = [part.first for part in self.course.parts if part.first > self.line]
        return self.at(following[0]) if following else self.at(self.course.lines - 1)

    def previous_part(self) -> Walk:
        """PgUp: the first line of this part, or of the one before."""
        return self.at(max((part.first for part in self.course.parts if part.first < self.line), default=0))

    def enter(self) -> Walk:
        """Enter: the line opened into its terms; from a number that is looked at to where it is used."""
        if self.hidden:
            return replace(self, told=True)
        if self.looked is not None:
            line = self.course.line(next(iter(uses(self.opened, self.looked)), self.looked))
            return self if line is None else self.at(line)
        if self.term is not None or self.terms() < 2:
            return self
        return replace(self, term=0)

    def leave(self) -> Walk:
        """Esc: whatever was opened is closed again."""
        if self.looked is not None:
            return replace(self, looked=None)
        return replace(self, term=None)

    def to(self, ref: Ref) -> Walk:
        """At a number: its line, or itself if the case gives it."""
        line = self.course.line(ref)
        return replace(self, looked=ref) if line is None else self.at(line)

    def look(self, ref: Ref) -> Walk:
        """Looking at a number, and at everything that it goes into."""
        return replace(self, looked=ref)

    def next_wrong(self) -> Walk | None:
        """n: the next line with a number on the worksheet that is wrong, from the start after the last."""
        lines = sorted(
            line
            for ref, own in self.own.items()
            if own.verdict == "wrong" and (line := self.course.line(ref)) is not None
        )
        if not lines:
            return None
        return self.at(next((line for line in lines if line > self.line), lines[0]))

    # --- switches --------------------------------------------------------------------------------

    def folded(self) -> Walk:
        """z: products with 0 left out, or shown again."""
        return replace(self, fold=not self.fold)

    def guessing(self) -> Walk:
        """b: values are kept back until the next key, or not any more."""
        return replace(self, guess=not self.guess, told=False)

    def changed(self, change: CaseChange, opened: Opened) -> Walk:
        """With another number in the case."""
        return replace(self, opened=opened, changes=(*self.changes, (change, self.opened)), told=True)

    def undone(self) -> Walk:
        """u: as it was before the last change."""
        if not self.changes:
            return self
        return replace(self, opened=self.changes[-1][1], changes=self.changes[:-1])
