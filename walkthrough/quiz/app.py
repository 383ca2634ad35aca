"""The quiz in a terminal: keys and answers go to the session, and its screen is painted."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from typing import Any, ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Input, Static

from walkthrough.quiz.opening import Sitting
from walkthrough.quiz.replies import LONGEST
from walkthrough.quiz.screens.session import INTERRUPTED, QuizSession
from walkthrough.stepper.app import Painted
from walkthrough.stepper.pictures.palette import Theme, is_dark, looks

KEYS = (
    ("f1", "help"),
    ("tab", "hint"),
    ("f2", "show"),
    ("f3", "rest"),
    ("f4", "theme"),
    ("pagedown", "down"),
    ("pageup", "up"),
    ("escape", "leave"),
    ("ctrl+q", "quit"),
    ("ctrl+c", "interrupt"),
)
_ENDINGS = (("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", INTERRUPTED))


class QuizApp(App[int]):
    """The quiz; its return value is the exit status."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Painted { height: 1fr; }
    Horizontal { dock: bottom; height: 1; }
    Static { width: auto; padding: 0 1; text-style: bold; }
    Input { width: 1fr; height: 1; border: none; padding: 0; }
    """
    BINDINGS: ClassVar[list[Any]] = [
        Binding(key, f"press('{name}')", show=False, priority=True) for key, name in KEYS
    ]

    def __init__(self, sitting: Sitting) -> None:
        super().__init__()
        self.session = QuizSession(sitting)
        self.failed: BaseException | None = None
        self.picture = Painted()
        self.picture.can_focus = False
        self.question = Static(markup=False)
        self.answer_line = Input(compact=True, max_length=LONGEST)
        self.session.dark = is_dark(os.environ.get("COLORFGBG"))

    def compose(self) -> ComposeResult:
        """The painted screen, and below it the question with a line to answer in."""
        yield self.picture
        with Horizontal():
            yield self.question
            yield self.answer_line

    def on_mount(self) -> None:
        """Painted, and ended by whatever ends a program."""
        self.answer_line.focus()
        loop = asyncio.get_running_loop()
        if threading.current_thread() is threading.main_thread():
            for name, status in _ENDINGS:
                if hasattr(signal, name):
                    loop.add_signal_handler(getattr(signal, name), self.exit, status)
        self.settle()

    def _handle_exception(self, error: Exception) -> None:
        # Textual would print a traceback; a user sees a message, said by whoever runs the quiz
        self.failed = self.failed or error
        self.exit(1)

    def on_resize(self, event: events.Resize) -> None:
        """Painted anew for another size."""
        self.paint(*event.size)

    def paint(self, width: int = 0, height: int = 0) -> None:
        """The screen as it is now."""
        width, height = width or self.size.width, height or self.size.height
        if width > 0 and height > 1 and self.is_running:
            theme: Theme = "dark" if self.session.dark else "light"
            rows = self.session.rows(width, height - 1)
            self.picture.paint(rows, looks("none" if self.no_color else theme))

    def settle(self) -> None:
        """What the session wants now: an end, or another question; and painted."""
        if self.session.ended is not None:
            self.exit(self.session.ended)
            return
        wanted = "textual-dark" if self.session.dark else "textual-light"
        if self.theme != wanted:
            self.theme = wanted
        self.question.update(self.session.prompt)
        self.paint()

    def action_press(self, name: str) -> None:
        """A key, by the name of what it does."""
        self.session.press(name)
        self.settle()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: the question is answered."""
        self.answer_line.value = ""
        self.session.answered(event.value)
        self.settle()
