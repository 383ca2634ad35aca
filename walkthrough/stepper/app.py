"""The stepper in a terminal: keys and clicks go to the walk, and its screen is painted."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from rich.segment import Segment
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from walkthrough.case.cells import NoSuchCell
from walkthrough.stepper import overlays
from walkthrough.stepper.overlays import Overlay
from walkthrough.stepper.palette import looks, theme_of
from walkthrough.stepper.pictures.at_work import AtWork
from walkthrough.stepper.pictures.runs import Row, Run
from walkthrough.stepper.screen import Status, boards_of, screen, with_overlay
from walkthrough.stepper.walk import Walk
from walkthrough.stepper.verifying import Verified, Witnesses
from walkthrough.stepper.whatif.changes import CannotChange, Change, changed
from walkthrough.stepper.whatif.saving import CannotSave, save, saved_text
from walkthrough.words.messages import printable

INTERRUPTED = 130
_SPEEDS = (8.0, 5.0, 3.0, 2.0, 1.0, 0.5, 0.25, 0.1)


class Painted(Widget):
    """The whole screen, painted from rows of runs."""

    DEFAULT_CSS = "Painted { width: 1fr; height: 1fr; }"
    can_focus = True

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self._strips: list[Strip] = []

    def show(self, rows: list[Row], look: dict[Any, Any]) -> None:
        """Other rows; only those that are different are painted again."""
        strips = [Strip([Segment(run.text, look[run.style]) for run in row]) for row in rows]
        self.rows, self._strips = rows, strips
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """A row."""
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width)

    def run_at(self, x: int, y: int) -> Run | None:
        """What is painted at a place."""
        if not 0 <= y < len(self.rows):
            return None
        for run in self.rows[y]:
            if x < len(run.text):
                return run
            x -= len(run.text)
        return None


class Stepper(App[int]):
    """The stepper; its return value is the exit status."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { layers: base; }
    Input { dock: bottom; height: 1; border: none; padding: 0 1; display: none; }
    Input.asked { display: block; }
    """
    BINDINGS: ClassVar[list[Any]] = [
        Binding(key, f"press('{name}')", show=False, priority=priority)
        for key, name, priority in (
            ("right,space,l", "forward", False),
            ("left,h,backspace", "back", False),
            ("down,j", "down", False),
            ("up,k", "up", False),
            ("pagedown", "next_part", False),
            ("pageup", "previous_part", False),
            ("home", "first", False),
            ("end", "last", False),
            ("enter", "enter", False),
            ("escape", "leave", True),
            ("g", "go", False),
            ("w", "why", False),
            ("z", "fold", False),
            ("d", "derive", False),
            ("b", "guess", False),
            ("e", "edit", False),
            ("u", "undo", False),
            ("s", "save", False),
            ("n", "wrong", False),
            ("a", "play", False),
            ("plus,equals_sign", "faster", False),
            ("minus", "slower", False),
            ("t", "theme", False),
            ("question_mark,f1", "help", False),
            ("q", "quit", False),
            ("ctrl+c", "interrupt", True),
        )
    ]

    def __init__(self, walk: Walk) -> None:
        super().__init__()
        self.walk = walk
        self.message = ""
        self._witnesses = Witnesses(self._told)
        self.overlay: Overlay | None = None
        self.failed: BaseException | None = None
        self._theme = theme_of(os.environ.get("COLORFGBG"), self.no_color)
        self._look = looks(self._theme)
        self._at_work = AtWork(walk.opened)
        self._painted = Painted()
        self._input = Input(compact=True)
        self._speed = 3
        self._timer: Any = None
        self._waiting: Any = None
        self._answer: Callable[[str], None] | None = None

    def compose(self) -> ComposeResult:
        """The painted screen, and a line to answer in."""
        yield self._painted
        yield self._input

    def on_mount(self) -> None:
        """Painted, and ended by whatever ends a program."""
        self._painted.focus()
        loop = asyncio.get_running_loop()
        endings = (("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", INTERRUPTED))
        for name, status in endings:
            if hasattr(signal, name) and threading.current_thread() is threading.main_thread():
                loop.add_signal_handler(getattr(signal, name), self.exit, status)
        self.show()
        self.set_timer(0.1, self._verify)

    def on_unmount(self) -> None:
        """What works beside the screen is ended with it."""
        self._witnesses.stop()

    def on_resize(self, event: events.Resize) -> None:
        """Painted anew for another size."""
        self.show(event.size)

    # --- painting --------------------------------------------------------------------------------

    def show(self, size: Size | None = None) -> None:
        """The screen as it is now."""
        width, height = size or self.size
        if width < 1 or height < 1:
            return
        said = self._witnesses.verified.said(self.walk.ref.tensor) if self.walk.looked is None else ""
        status = Status(said, self.message, self.keys())
        boards = boards_of(self.walk, self._at_work)
        rows = screen(self.walk, boards, width, height, status)
        if self.overlay is not None:
            rows = with_overlay(rows, self.overlay, width, height)
        self._painted.show(rows, self._look)

    def keys(self) -> tuple[tuple[str, str], ...]:
        """What the keys do here."""
        walk = self.walk
        if self.overlay is not None:
            return (("↓ ↑", "scroll"), ("PgDn", "page"), ("Esc", "close"), ("q", "quit"))
        if walk.looked is not None:
            change = (("e", "change it"),) if walk.opened.given(walk.looked) else ()
            return (("→ ←", "beside"), ("Enter", "where it is used"), *change, ("Esc", "back"), ("?", "help"), ("q", "quit"))
        opened = walk.term is not None
        keys = [
            ("→ ←", "term" if opened else "step"),
            ("↓ ↑", "line"),
            ("PgDn", "part"),
            ("Esc", "close") if opened else ("Enter", "terms"),
            ("g", "go"),
            ("w", "why"),
            ("e", "what if"),
        ]
        if walk.changes:
            keys += [("u", "undo"), ("s", "save")]
        if walk.own:
            keys.insert(0, ("n", "next wrong"))
        keys += [("b", "guess"), ("z", "zeros"), ("a", "play"), ("?", "help"), ("q", "quit")]
        return tuple(keys)

    # --- keys ------------------------------------------------------------------------------------

    def action_press(self, name: str) -> None:
        """A key: its meaning is looked up by its name."""
        try:
            if self._answer is not None and name not in ("leave", "interrupt"):
                return
            self.message = ""
            if self.overlay is not None and name in _SCROLLS:
                page = max(self.size.height - 4, 1)
                self.overlay = self.overlay.scrolled(_SCROLLS[name] * (1 if name in ("down", "up", "forward", "back") else page), page)
            else:
                getattr(self, f"press_{name}", self._move(name))()
            self.show()
        except Exception as problem:  # a user sees a message, never a traceback
            self.failed = problem
            self.exit(1)

    def _move(self, name: str) -> Callable[[], None]:
        def moved() -> None:
            self.overlay = None
            self.walk = getattr(self.walk, name)()

        return moved

    def press_first(self) -> None:
        """Home."""
        self.walk = self.walk.at(0)

    def press_last(self) -> None:
        """End."""
        self.walk = self.walk.at(self.walk.course.lines - 1)

    def press_leave(self) -> None:
        """Esc: whatever was opened last is closed."""
        if self._answer is not None:
            self._closed()
        elif self.overlay is not None:
            self.overlay = None
        else:
            self.walk = self.walk.leave()

    def press_fold(self) -> None:
        """z."""
        self.walk = self.walk.folded()

    def press_guess(self) -> None:
        """b."""
        self.walk = self.walk.guessing()

    def press_wrong(self) -> None:
        """n."""
        found = self.walk.next_wrong()
        if not self.walk.own:
            self.message = "there is no worksheet here: walkthrough step mine.toml"
        elif found is None:
            self.message = "nothing on the worksheet is wrong"
        else:
            self.walk = found

    def press_theme(self) -> None:
        """t."""
        if self._theme != "none":
            self._theme = "light" if self._theme == "dark" else "dark"
            self._look = looks(self._theme)

    def press_help(self) -> None:
        """?."""
        self.overlay = overlays.help_page()

    def press_quit(self) -> None:
        """q."""
        self.exit(0)

    def press_interrupt(self) -> None:
        """Ctrl-C."""
        self.exit(INTERRUPTED)

    # --- what takes its time ---------------------------------------------------------------------

    def press_why(self) -> None:
        """w."""
        walk, width = self.walk, self.size.width
        self._opening("looking back to the inputs …", lambda: overlays.why(walk, width))

    def press_derive(self) -> None:
        """d."""
        walk, width = self.walk, self.size.width
        self._opening("deriving …", lambda: overlays.derivation(walk, width))

    def _opening(self, words: str, made: Callable[[], Overlay | None]) -> None:
        """Something to be opened, made beside the screen; what is made too late is not opened."""
        self.message = words
        walk = self.walk

        def work() -> None:
            try:
                found: Overlay | None | Exception = made()
            except Exception as problem:
                found = problem
            self.call_from_thread(finished, found)

        def finished(found: Overlay | None | Exception) -> None:
            if self.walk is not walk or self.message != words:
                return
            self.message = ""
            if isinstance(found, Overlay):
                self.overlay = found
            else:
                self.message = str(found) if found else "no rule of this part is derived"
            self.show()

        threading.Thread(target=work, daemon=True).start()

    def _verify(self) -> None:
        """The witnesses begin with the case as it is now."""
        opened = self.walk.opened
        folder = opened.case.path.parent if opened.case.path else Path()
        kind = opened.case.arithmetic
        try:
            toml = saved_text(opened, self._changes(), folder) if self.walk.changes else opened.case.toml
        except CannotSave:
            self._witnesses.stop()
            return
        decimals = f"{kind.decimals} decimals"
        self._witnesses.start(toml, folder, decimals if kind.kind == "decimals" else kind.kind)

    def _told(self) -> None:
        if self.is_running:
            self.show()

    def _changes(self) -> tuple[Change, ...]:
        return tuple(change for change, _ in self.walk.changes)

    # --- answers ---------------------------------------------------------------------------------

    def ask(self, words: str, answer: Callable[[str], None], value: str = "") -> None:
        """A line to be answered at the foot of the screen."""
        self._answer = answer
        self._input.placeholder = words
        self._input.value = value
        self._input.add_class("asked")
        self._input.focus()

    def _closed(self) -> None:
        self._answer = None
        self._input.remove_class("asked")
        self._painted.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: what was asked is answered."""
        answer = self._answer
        self._closed()
        if answer is not None:
            try:
                answer(event.value)
            except (NoSuchCell, CannotChange, CannotSave) as problem:
                self.message = printable(str(problem))
            self.show()

    def press_go(self) -> None:
        """g."""
        def answer(text: str) -> None:
            if text.strip():
                self.overlay = None
                self.walk = self.walk.to(self.walk.course.find(text))

        self.ask("go to: conv[2,3], input[5,4], conv.kernel.grad, backward …", answer)

    def press_edit(self) -> None:
        """e."""
        looked = self.walk.looked
        if looked is not None and self.walk.opened.given(looked):
            name = self.walk.opened.name(looked)
            self.ask(f"{name} becomes", lambda text: self._change(looked, text), self.walk.opened.text(looked).replace("−", "-"))
            return

        def answer(text: str) -> None:
            name, equals, number = text.partition("=")
            if not equals:
                raise CannotChange("write the number and what it becomes: input[2,3] = 5")
            self._change(self.walk.course.find(name), number)

        self.ask("what if: input[2,3] = 5", answer)

    def _change(self, ref: Any, text: str) -> None:
        change, opened = changed(self.walk.opened, ref, text)
        self.walk = self.walk.changed(change, opened)
        self._reopened()

    def _reopened(self) -> None:
        """Another replay is at hand: its pictures and its witnesses begin anew."""
        self._at_work = AtWork(self.walk.opened)
        self._witnesses.stop()
        self._witnesses.verified = Verified()
        if self._waiting is not None:
            self._waiting.stop()
        # somebody who changes several numbers in a row does not wait for witnesses in between
        self._waiting = self.set_timer(0.5, self._verify)

    def press_undo(self) -> None:
        """u."""
        if not self.walk.changes:
            self.message = "nothing has been changed"
            return
        self.walk = self.walk.undone()
        self._reopened()

    def press_save(self) -> None:
        """s."""
        if not self.walk.changes:
            self.message = "nothing has been changed; e changes a number"
            return

        def answer(name: str) -> None:
            path = save(self.walk.opened, self._changes(), name)
            self.message = f"saved as {path}"

        self.ask("save the changed case as (a new file in this folder)", answer)

    # --- by itself -------------------------------------------------------------------------------

    def press_play(self) -> None:
        """a."""
        if self._timer is not None:
            self._stopped()
        else:
            self._started()

    def press_faster(self) -> None:
        """+."""
        self._speed = min(self._speed + 1, len(_SPEEDS) - 1)
        self._started()

    def press_slower(self) -> None:
        """−."""
        self._speed = max(self._speed - 1, 0)
        self._started()

    def _started(self) -> None:
        self._stopped()
        seconds = _SPEEDS[self._speed]
        self._timer = self.set_interval(seconds, self._on)
        self.message = f"going on every {seconds:g} s   a stops   + faster   − slower"

    def _stopped(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _on(self) -> None:
        if self.overlay is not None or self._answer is not None:
            return
        self.walk = self.walk.forward()
        if self.walk.ended and not self.walk.hidden:
            self._stopped()
            self.message = "this was the last line"
        self.show()

    # --- mouse -----------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """A click: a part of the outline, an output's number, or any other number."""
        run = self._painted.run_at(event.x, event.y) if self.overlay is None else None
        if run is None or self._answer is not None:
            return
        if run.part is not None:
            self.walk = self.walk.at(self.walk.course.parts[run.part].first)
        elif run.goes is not None:
            own = run.goes.tensor == self.walk.part.tensor
            self.walk = self.walk.to(run.goes) if own else self.walk.look(run.goes)
        self.show()


_SCROLLS = {
    "down": 1, "up": -1, "forward": 1, "back": -1, "next_part": 1, "previous_part": -1,
    "first": -1_000_000, "last": 1_000_000,
}  # fmt: skip
