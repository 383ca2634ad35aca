"""One sitting: what each key and each click does, what is open over the walk, and the screen that results.

No terminal here: whoever has one hands in keys, paints the rows, runs what takes its time beside the screen,
and ends when the session has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from walkthrough.case.cells import NoSuchCell
from walkthrough.stepper import overlays
from walkthrough.stepper.lookahead import ahead
from walkthrough.stepper.overlays import Overlay
from walkthrough.stepper.pictures.at_work import AtWork
from walkthrough.stepper.pictures.runs import Row, TextRun
from walkthrough.stepper.screen import Status, boards_of, screen, with_overlay
from walkthrough.stepper.walk import Walk
from walkthrough.stepper.whatif.changes import CannotChange, CaseChange, changed
from walkthrough.stepper.whatif.saving import CannotSave, save
from walkthrough.trace.steps.kinds import Ref
from walkthrough.words.messages import printable

INTERRUPTED = 130
SPEEDS = (8.0, 5.0, 3.0, 2.0, 1.0, 0.5, 0.25, 0.1)
"""Seconds from line to line when it goes on by itself."""

_MOVES = {"forward", "back", "down", "up", "next_part", "previous_part", "enter"}
_SCROLLS = {"down": 1, "up": -1, "forward": 1, "back": -1}
_PAGES = {"next_part": 1, "previous_part": -1, "first": -1_000_000, "last": 1_000_000}

Made: TypeAlias = Overlay | Exception | None


@dataclass(frozen=True, slots=True)
class Question:
    """A line to be answered at the foot of the screen."""

    words: str
    answer: Callable[[str], None]
    value: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """Something that takes its time: made beside the screen, opened when it is there."""

    words: str
    make: Callable[[], Overlay | None]
    walk: Walk


class Session:
    """A walk with all that is open over it; `ended` is the exit status once it has ended."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.overlay: Overlay | None = None
        self.question: Question | None = None
        self.job: Job | None = None
        self.ended: int | None = None
        self.message = ""
        self.playing = False
        self.dark = True
        self._speed = 3
        self._size = (80, 24)
        self._at_work = AtWork(walk.opened)

    @property
    def seconds(self) -> float:
        """From line to line, when it goes on by itself."""
        return SPEEDS[self._speed]

    def rows(self, width: int, height: int, verified: str = "") -> list[Row]:
        """The screen."""
        self._size = (width, height)
        if self._at_work.opened is not self.walk.opened:
            self._at_work = AtWork(self.walk.opened)
        message = self.question.words if self.question is not None else self.message
        status = Status(verified if self.walk.looked is None else "", message, self.keys())
        rows = screen(self.walk, boards_of(self.walk, self._at_work), width, height, status)
        return rows if self.overlay is None else with_overlay(rows, self.overlay, width, height)

    def keys(self) -> tuple[tuple[str, str], ...]:
        """What the keys do here, what matters most first; help and quit last."""
        walk = self.walk
        closing = (("?", "help"), ("q", "quit"))
        if self.overlay is not None:
            return (("↓ ↑", "scroll"), ("PgDn", "page"), ("Esc", "close"), *closing)
        if walk.looked is not None:
            change = (("e", "change it"),) if walk.opened.given(walk.looked) else ()
            undo = (("u", "undo"), ("s", "save")) if walk.changes else ()
            return (("Esc", "back"), *change, ("→ ←", "beside"), ("Enter", "where it goes"), *undo, *closing)
        keys = [("→ ←", "step"), ("↓ ↑", "line"), ("PgDn", "part"), ("Enter", "terms")]
        if walk.term is not None:
            keys[0], keys[3] = ("→ ←", "term"), ("Esc", "close")
        if walk.own:
            keys.insert(0, ("n", "next wrong"))
        if walk.changes:
            keys[1:1] = [("u", "undo"), ("s", "save")]
        keys += [("g", "go"), ("w", "why"), ("e", "what if"), ("b", "guess")]
        return (*keys, ("z", "zeros"), ("d", "derivation"), ("a", "play"), ("t", "theme"), *closing)

    # --- keys ------------------------------------------------------------------------------------

    def press(self, name: str) -> None:
        """A key, by the name of what it does."""
        if self.question is not None and name not in ("leave", "interrupt"):
            return
        self.message = ""
        if self.overlay is not None and (name in _SCROLLS or name in _PAGES):
            page = max(self._size[1] - 3, 1)
            rows = _SCROLLS.get(name) or _PAGES[name] * page
            self.overlay = self.overlay.scrolled(rows, page)
        elif name in _MOVES:
            self.overlay = None
            before, self.walk = self.walk, getattr(self.walk, name)()
            if name == "enter" and self.walk is before and before.term is None:
                self.message = "this line is a single step; there are no terms to open"
        else:
            getattr(self, f"_{name}")()

    def _first(self) -> None:
        self.walk = self.walk.at(0)

    def _last(self) -> None:
        self.walk = self.walk.at(self.walk.course.lines - 1)

    def _leave(self) -> None:
        """Whatever was opened last is closed, and nothing else."""
        self.job = None
        if self.question is not None:
            self.question = None
        elif self.overlay is not None:
            self.overlay = None
        else:
            self.walk = self.walk.leave()

    def _fold(self) -> None:
        self.walk = self.walk.folded()

    def _guess(self) -> None:
        self.walk = self.walk.guessing()

    def _wrong(self) -> None:
        found = self.walk.next_wrong()
        if not self.walk.own:
            self.message = "there is no worksheet here; walkthrough step mine.toml shows one"
        elif found is None:
            self.message = "nothing on the worksheet is wrong"
        else:
            self.overlay = None
            self.walk = found

    def _theme(self) -> None:
        self.dark = not self.dark

    def _help(self) -> None:
        self.overlay = overlays.help_page()

    def _quit(self) -> None:
        self.ended = 0

    def _interrupt(self) -> None:
        self.ended = INTERRUPTED

    # --- what takes its time ---------------------------------------------------------------------

    def _why(self) -> None:
        walk, width = self.walk, self._size[0]
        self._begin("looking back to where it came from …", lambda: overlays.why(walk, width))

    def _derive(self) -> None:
        walk, width = self.walk, self._size[0]
        self._begin("deriving …", lambda: overlays.derivation(walk, width))

    def _begin(self, words: str, make: Callable[[], Overlay | None]) -> None:
        self.message = words
        self.job = Job(words, make, self.walk)

    def finished(self, job: Job, made: Made) -> None:
        """What was made beside the screen is opened, unless somebody has gone on meanwhile."""
        if self.job is not job or self.walk is not job.walk:
            return
        self.job, self.message = None, ""
        if isinstance(made, Overlay):
            self.overlay = made
        else:
            self.message = printable(str(made)) if made is not None else "nothing is derived for this part"

    # --- questions -------------------------------------------------------------------------------

    def answered(self, text: str) -> None:
        """What was asked is answered."""
        question, self.question = self.question, None
        if question is None:
            return
        try:
            question.answer(text)
        except (NoSuchCell, CannotChange, CannotSave) as problem:
            self.message = printable(str(problem))

    def _go(self) -> None:
        def answer(text: str) -> None:
            if text.strip():
                self.walk = self.walk.to(self.walk.course.find(text))
                self.overlay = None

        self.question = Question("go to: conv[2,3], input[5,4], conv.kernel.grad, backward …", answer)

    def _edit(self) -> None:
        walk, looked = self.walk, self.walk.looked
        if looked is not None and walk.opened.given(looked):
            text = walk.opened.text(looked).replace("−", "-")
            words = f"{walk.opened.name(looked)} becomes"
            self.question = Question(words, lambda number: self._change(looked, number), text)
            return

        def answer(text: str) -> None:
            name, equals, number = text.partition("=")
            if not equals and text.strip():
                raise CannotChange("write the number and what it becomes, such as input[2,3] = 5")
            if text.strip():
                self._change(walk.course.find(name), number)

        self.question = Question("what if: input[2,3] = 5", answer)

    def _change(self, ref: Ref, text: str) -> None:
        self.walk = self.walk.changed(*changed(self.walk.opened, ref, text))

    def _undo(self) -> None:
        if not self.walk.changes:
            self.message = "nothing has been changed"
        self.walk = self.walk.undone()

    def changes(self) -> tuple[CaseChange, ...]:
        """The numbers that have been changed."""
        return tuple(change for change, _ in self.walk.changes)

    def _save(self) -> None:
        if not self.walk.changes:
            self.message = "nothing has been changed; e changes a number"
            return

        def answer(name: str) -> None:
            if name.strip():
                self.message = f"saved as {save(self.walk.opened, self.changes(), name)}"

        self.question = Question("save as: the name of a new file in this folder", answer)

    # --- by itself -------------------------------------------------------------------------------

    def _play(self) -> None:
        self.playing = not self.playing
        self.message = self._pace() if self.playing else ""

    def _faster(self) -> None:
        self._speed = min(self._speed + 1, len(SPEEDS) - 1)
        self.message = self._pace()

    def _slower(self) -> None:
        self._speed = max(self._speed - 1, 0)
        self.message = self._pace()

    def _pace(self) -> str:
        goes, does = ("goes on", "stops") if self.playing else ("would go on", "starts")
        return f"{goes} every {self.seconds:g} s   a {does}   + faster   − slower"

    def tick(self) -> None:
        """The time for the next line has come."""
        if not self.playing or self.overlay is not None or self.question is not None:
            return
        self.walk = self.walk.forward()
        if self.walk.ended and not self.walk.hidden:
            self.playing = False
            self.message = "this was the last line"

    # --- ahead -----------------------------------------------------------------------------------

    def ahead(self) -> Iterator[None]:
        """What the next key is likely to ask for, worked out in small pieces between which keys are read."""
        return ahead(self.walk, self._at_work)

    # --- mouse -----------------------------------------------------------------------------------

    def click(self, run: TextRun | None) -> None:
        """A part of the outline; a number of the output, which it goes to; any other, which it looks at."""
        if run is None or self.question is not None or self.overlay is not None:
            return
        self.message = ""
        walk = self.walk
        if run.part is not None:
            self.walk = walk.at(walk.course.parts[run.part].first)
        elif run.goes is not None:
            own = run.goes.tensor == walk.part.tensor
            self.walk = walk.to(run.goes) if own else walk.look(run.goes)
