"""One sitting of a quiz: what is shown, what is asked, and what has been said; without a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from walkthrough.quiz.desk import Desk
from walkthrough.quiz.fading import MOST_ASKED, Fade, Mastery, Spot, Support, support
from walkthrough.quiz.hints import HINTS
from walkthrough.quiz.kinds import is_copy, kind_of
from walkthrough.quiz.replies import LONGEST, Reply, reply, too_long, unread
from walkthrough.quiz.turns import Try, Turn
from walkthrough.stepper.places.course import Course, CoursePart
from walkthrough.stepper.places.opened import Opened
from walkthrough.trace.steps.kinds import Ref

_MOST_CARRIED = 1_000
"""Numbers of a tensor that are shown and counted as read; of more, each is what follows from those before."""


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A worked line; `filled` if it and the lines up to `last` are only filled in."""

    line: int
    last: int
    filled: bool = False


@dataclass(frozen=True, slots=True)
class AskedNumber:
    """A number that is asked, and what of its line stands there."""

    line: int
    support: Support


@dataclass(frozen=True, slots=True)
class Over:
    """Nothing more is asked."""


_STUCK = "h gives a hint, s shows it"

Scene: TypeAlias = ShownLine | AskedNumber | Over
Keep: TypeAlias = Callable[[tuple[Turn, ...]], None]
"""Takes what has been said to where it is safe, before anybody sees the reply."""


class AnotherExercise(ValueError):
    """Turns that this quiz would not have asked."""


class Quiz:
    """A case asked line by line; `scene` is what is to be seen now, `turns` all that has been said."""

    def __init__(self, opened: Opened, fade: Fade, keep: Keep = lambda turns: None) -> None:
        self.opened = opened
        self.course = Course(opened)
        self.fade: Fade = fade
        self.turns: list[Turn] = []
        self._keep = keep
        self._desk = Desk(opened.trace, opened.digits)
        self._records: dict[str, Mastery] = {}
        self._kinds = {part.tensor: kind_of(opened, part) for part in self.course.parts}
        self._copies = {part.tensor: is_copy(opened, part) for part in self.course.parts}
        self._last_of = {
            self._kinds[part.tensor]: part.last for part in self.course.parts if not self._copies[part.tensor]
        }
        self._asked = 0
        self._carried: dict[Ref, str] = {}
        self.scene: Scene = self._decided(0)

    # --- where it is -------------------------------------------------------------------------------

    @property
    def part(self) -> CoursePart:
        """The tensor that is worked out."""
        return self.course.part(self._line)

    @property
    def ref(self) -> Ref:
        """The number that is shown or asked."""
        return self.course.ref(self._line)

    @property
    def _line(self) -> int:
        return self.course.lines - 1 if isinstance(self.scene, Over) else self.scene.line

    @property
    def turn(self) -> Turn:
        """What has been said of the number that is asked."""
        name = self.opened.name(self.ref)
        if self.turns and not self.turns[-1].done and self.turns[-1].cell == name:
            return self.turns[-1]
        return Turn(name)

    @property
    def stands(self) -> Support:
        """What of the line that is asked stands there by now, hints included."""
        assert isinstance(self.scene, AskedNumber)
        return Support(max(self.scene.support - self.turn.hints, Support.WHOLE))

    def kind(self, cell: str) -> str:
        """The kind of step of a cell."""
        return self._kinds[self.course.find(cell).tensor]

    # --- going on ----------------------------------------------------------------------------------

    def go_on(self) -> None:
        """From what was shown to what comes next."""
        assert isinstance(self.scene, ShownLine)
        self._saw(self.scene)
        self.scene = self._decided(self.scene.last + 1)

    def _saw(self, scene: ShownLine) -> None:
        part = self.course.part(scene.line)
        if part.size <= _MOST_CARRIED and not self._copies[part.tensor]:
            for line in range(scene.line, scene.last + 1):
                self._carry(self.course.ref(line))
        record = self._record(part)
        if not self._copies[part.tensor]:
            record.saw()
        self._count_rows(part, scene.line, scene.last)

    def _carry(self, ref: Ref) -> None:
        """A number that was shown is gone on with as it was shown."""
        trace, digits = self.opened.trace, self.opened.digits
        self._carried[ref] = trace.shown(*ref, digits).plain

    def _record(self, part: CoursePart) -> Mastery:
        return self._records.setdefault(self._kinds[part.tensor], Mastery())

    def _count_rows(self, part: CoursePart, first: int, last: int) -> None:
        columns = self._columns(part)
        ends = (last + 1 - part.first) // columns - (first - part.first) // columns
        self._record(part).rows += ends

    def _columns(self, part: CoursePart) -> int:
        shape = self.opened.shape(part.tensor)
        return shape[-1] if shape else 1

    def _decided(self, line: int) -> Scene:
        """What comes at a line."""
        if line >= self.course.lines:
            return Over()
        part = self.course.part(line)
        if line == part.first:
            self._asked = 0
        if self._copies[part.tensor]:
            return ShownLine(line, part.last, filled=True)
        columns = self._columns(part)
        last = line == self._last_of[self._kinds[part.tensor]]
        spot = Spot((line - part.first) % columns, columns, last, self._asked)
        found = support(self.fade, self._record(part), spot)
        if found is not Support.WHOLE:
            return AskedNumber(line, found)
        filled = self.fade != "all" and self._asked >= MOST_ASKED
        return ShownLine(line, part.last if filled else line, filled)

    # --- answers -----------------------------------------------------------------------------------

    def answer(self, text: str) -> Reply:
        """An answer is marked and kept; after a wrong one the same number is asked again."""
        assert isinstance(self.scene, AskedNumber)
        text = text.strip()
        if len(text) > LONGEST:
            return too_long(text)
        marked = self._desk.mark(self.ref, text, self._carried)
        said = reply(marked)
        if said.right is None:
            return said if text else unread("nothing was typed")
        slip = marked.slips[0].slip if marked.slips else ""
        stuck = said.right is False and len(self.turn.tries) > 0 and self.turn.hints < HINTS
        self._say(self.turn.tried(Try(text, marked.verdict, slip)))
        return replace(said, lines=(*said.lines, _STUCK)) if stuck else said

    def hint(self) -> None:
        """One step more of the line stands there."""
        if self.turn.hints < HINTS:
            self._say(self.turn.hinted())

    def give_up(self, rest: bool = False) -> None:
        """The number is shown, and with `rest` all the others of its tensor."""
        self._say(replace(self.turn, given_up=True, skipped=rest))

    def _say(self, turn: Turn) -> None:
        if self.turns and not self.turns[-1].done:
            self.turns[-1] = turn
        else:
            self.turns.append(turn)
        self._keep(tuple(self.turns))
        if turn.done:
            self._close(turn)

    def _close(self, turn: Turn) -> None:
        """A number is found or shown: what is learned from that, and what comes next."""
        assert isinstance(self.scene, AskedNumber)
        line, part, ref = self.scene.line, self.part, self.ref
        if turn.given_up:
            self._carry(ref)
        else:
            self._carried[ref] = turn.tries[-1].written
        self._record(part).did(turn.at_once, turn.hints > 0, turn.given_up)
        self._count_rows(part, line, line)
        self._asked += 1
        if turn.skipped and line < part.last:
            self.scene = ShownLine(line + 1, part.last, filled=True)
        else:
            self.scene = self._decided(line + 1)

    # --- another day -------------------------------------------------------------------------------

    def resume(self, turns: Iterable[Turn]) -> None:
        """Goes to where these turns lead; raises DoesNotFit where they do not lead there."""
        kept, self._keep = self._keep, lambda turns: None
        for turn in turns:
            while isinstance(self.scene, ShownLine):
                self.go_on()
            if isinstance(self.scene, Over) or turn.cell != self.opened.name(self.ref):
                raise AnotherExercise(f"{turn.cell} is not what is asked there")
            if self.turns and not self.turns[-1].done:
                raise AnotherExercise(f"{self.turns[-1].cell} is still open there")
            self._say(turn)
        self._keep = kept
        found = self._desk.sheet(self._carried)
        if any(each.verdict in ("wrong", "unreadable", "blank") for each in found.claims):
            raise AnotherExercise("a number in it is taken as right, and is not")
