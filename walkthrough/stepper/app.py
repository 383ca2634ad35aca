"""The stepper in a terminal: keys and clicks go to the session, and its screen is painted."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path
from time import perf_counter
from typing import Any, ClassVar

from rich.segment import Segment
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from walkthrough.stepper.overlays import Overlay
from walkthrough.stepper.pictures.palette import Theme, is_dark, looks
from walkthrough.stepper.pictures.runs import Row, TextRun
from walkthrough.stepper.session import INTERRUPTED, Job, Session
from walkthrough.stepper.verifying import Witnesses
from walkthrough.stepper.walk import Walk
from walkthrough.stepper.whatif.saving import CannotSave, saved_text

KEYS = (
    ("right,space,l", "forward"),
    ("left,backspace,h", "back"),
    ("down,j", "down"),
    ("up,k", "up"),
    ("pagedown", "next_part"),
    ("pageup", "previous_part"),
    ("home", "first"),
    ("end", "last"),
    ("enter", "enter"),
    ("g", "go"),
    ("w", "why"),
    ("z", "fold"),
    ("d", "derive"),
    ("b", "guess"),
    ("e", "edit"),
    ("u", "undo"),
    ("s", "save"),
    ("n", "wrong"),
    ("a", "play"),
    ("plus,equals_sign", "faster"),
    ("minus", "slower"),
    ("t", "theme"),
    ("question_mark,f1", "help"),
    ("q", "quit"),
)
_ENDINGS = (("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", INTERRUPTED))
_IDLE, _SLICE, _PAUSE = 0.03, 0.004, 0.002
"""Seconds after a key until the next lines are worked out; of a slice of that; and between slices."""
_PATIENCE = 0.5
"""Seconds that the witnesses wait for another change before they begin."""


class Painted(Widget):
    """The whole screen, painted from rows of runs."""

    DEFAULT_CSS = "Painted { width: 1fr; height: 1fr; }"
    can_focus = True
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self.shown_rows: list[Row] = []
        self.shown_strips: list[Strip] = []

    def paint(self, rows: list[Row], look: dict[Any, Any]) -> None:
        """Other rows."""
        self.shown_rows = rows
        self.shown_strips = [Strip([Segment(run.text, look[run.style]) for run in row]) for row in rows]
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """A row."""
        return self.shown_strips[y] if y < len(self.shown_strips) else Strip.blank(self.size.width)

    def run_at(self, x: int, y: int) -> TextRun | None:
        """What is painted at a place."""
        for run in self.shown_rows[y] if 0 <= y < len(self.shown_rows) else ():
            if x < len(run.text):
                return run
            x -= len(run.text)
        return None


class Stepper(App[int]):
    """The stepper; its return value is the exit status."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Input { dock: bottom; height: 1; border: none; padding: 0 1; display: none; }
    Input.asked { display: block; }
    """
    BINDINGS: ClassVar[list[Any]] = [
        *(Binding(key, f"press('{name}')", show=False) for key, name in KEYS),
        Binding("escape", "press('leave')", show=False, priority=True),
        Binding("ctrl+c", "press('interrupt')", show=False, priority=True),
        Binding("ctrl+q", "press('quit')", show=False, priority=True),
    ]

    def __init__(self, walk: Walk) -> None:
        super().__init__()
        self.session = Session(walk)
        self.failed: BaseException | None = None
        self.picture = Painted()
        self.answer_line = Input(compact=True)
        self.witnesses = Witnesses(self.heard)
        self.session.dark = is_dark(os.environ.get("COLORFGBG"))
        self._verifying: object = None
        self._later: Timer | None = None
        self._pace: Timer | None = None
        self._paced = 0.0
        self._working: Job | None = None
        self._ahead: Iterator[None] = iter(())
        self._looking_ahead = False

    def compose(self) -> ComposeResult:
        """The painted screen, and a line to answer in."""
        yield self.picture
        yield self.answer_line

    def on_mount(self) -> None:
        """Painted, and ended by whatever ends a program."""
        self.picture.focus()
        self.loop_of_screen, self.context_of_screen = asyncio.get_running_loop(), copy_context()
        if threading.current_thread() is threading.main_thread():
            for name, status in _ENDINGS:
                if hasattr(signal, name):
                    self.loop_of_screen.add_signal_handler(getattr(signal, name), self.exit, status)
        self.settle()

    def on_unmount(self) -> None:
        """What works beside the screen ends with it."""
        self.witnesses.stop()

    def _handle_exception(self, error: Exception) -> None:
        # Textual would print a traceback; a user sees a message, said by whoever runs the stepper
        self.failed = self.failed or error
        self.exit(1)

    # --- painting --------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Painted anew for another size."""
        self.paint(*event.size)

    def paint(self, width: int = 0, height: int = 0) -> None:
        """The screen as it is now."""
        width, height = width or self.size.width, height or self.size.height
        if width > 0 and height > 0 and self.is_running:
            said = self.witnesses.verified.said(self.session.walk.ref.tensor)
            dark: Theme = "dark" if self.session.dark else "light"
            rows = self.session.rows(width, height, said)
            self.picture.paint(rows, looks("none" if self.no_color else dark))

    def settle(self) -> None:
        """What the session wants now: an end, an answer, work beside the screen, a pace; and painted."""
        session = self.session
        if session.ended is not None:
            self.exit(session.ended)
            return
        self._ask()
        if session.job is not None and session.job is not self._working:
            self._working = session.job
            threading.Thread(target=self._work, args=(session.job,), daemon=True).start()
        self._keep_pace()
        wanted = "textual-dark" if session.dark else "textual-light"
        if self.theme != wanted:  # the line to answer in is Textual's own
            self.theme = wanted
        if session.walk.opened is not self._verifying:
            self._verify()
        self.paint()
        self._ahead = session.ahead()
        if not self._looking_ahead:
            self._looking_ahead = True
            self.set_timer(_IDLE, self._look_ahead)

    def _look_ahead(self) -> None:
        """Some milliseconds' worth of what comes next; then keys are read before it goes on."""
        ends = perf_counter() + _SLICE
        while perf_counter() < ends:
            if next(self._ahead, self) is self:
                self._looking_ahead = False
                return
        self.set_timer(_PAUSE, self._look_ahead)

    def _ask(self) -> None:
        question, line = self.session.question, self.answer_line
        asked = line.has_class("asked")
        if question is not None and not asked:
            line.value = question.value
            line.add_class("asked")
            line.focus()
        elif question is None and asked:
            line.remove_class("asked")
            self.picture.focus()

    def _work(self, job: Job) -> None:
        made: Overlay | Exception | None
        try:
            made = job.make()
        except Exception as problem:
            made = problem

        def finished() -> None:
            if not self.is_running:
                return
            self.session.finished(job, made)
            self.settle()

        self._from_thread(finished)

    def _keep_pace(self) -> None:
        seconds = self.session.seconds if self.session.playing else 0.0
        if seconds == self._paced:
            return
        if self._pace is not None:
            self._pace.stop()
        self._paced = seconds
        self._pace = self.set_interval(seconds, self._tick) if seconds else None

    def _tick(self) -> None:
        self.session.tick()
        self.settle()

    # --- keys and clicks -------------------------------------------------------------------------

    def action_press(self, name: str) -> None:
        """A key, by the name of what it does."""
        self.session.press(name)
        self.settle()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: what was asked is answered."""
        self.session.answered(event.value)
        self.settle()

    def on_click(self, event: events.Click) -> None:
        """A click on whatever is painted there."""
        self.session.click(self.picture.run_at(event.screen_x, event.screen_y))
        self.settle()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves what is open over the screen."""
        if self.session.overlay is not None:
            self.action_press("down")

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel, back."""
        if self.session.overlay is not None:
            self.action_press("up")

    # --- witnesses -------------------------------------------------------------------------------

    def heard(self) -> None:
        """The witnesses have said something; a thread of theirs says so, and does not wait."""
        self._from_thread(self.paint)

    def _from_thread(self, call: Callable[[], None]) -> None:
        """A call for the screen, from a thread beside it, as if the screen itself had made it."""
        with suppress(RuntimeError):  # the loop is closed: nobody sees it any more
            self.loop_of_screen.call_soon_threadsafe(call, context=self.context_of_screen)

    def _verify(self) -> None:
        """The witnesses begin anew, once nobody changes numbers any more."""
        self._verifying = self.session.walk.opened
        self.witnesses.stop()
        if self._later is not None:
            self._later.stop()
        self._later = self.set_timer(_PATIENCE, self._call_witnesses)

    def _call_witnesses(self) -> None:
        opened = self.session.walk.opened
        folder = opened.case.path.parent if opened.case.path else Path()
        kind = opened.case.arithmetic
        try:
            changes = self.session.changes()
            toml = saved_text(opened, changes, folder) if changes else opened.case.toml
        except CannotSave:
            return
        decimals = f"{kind.decimals} decimals"
        self.witnesses.start(toml, folder, decimals if kind.kind == "decimals" else kind.kind)
