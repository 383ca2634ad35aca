"""One sitting at a terminal: what each key and each answer does, and the screen that results."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.page.voice.one_row import in_one_row
from walkthrough.quiz.fading import Support
from walkthrough.quiz.hunting.hunt import Hunt
from walkthrough.quiz.opening import Sitting
from walkthrough.quiz.quiz import AskedNumber, Over, ShownLine
from walkthrough.quiz.screens.screen import Replied, hunt_rows, quiz_rows
from walkthrough.quiz.summary import summary
from walkthrough.quiz.words import word_of
from walkthrough.stepper.overlays import SIGNS, Overlay
from walkthrough.stepper.pictures.at_work import AtWork
from walkthrough.stepper.pictures.runs import Row
from walkthrough.stepper.screen import with_overlay

INTERRUPTED = 130
_HELP = (
    ("Enter", "answers; goes on from an example"),
    ("Tab  h", "a hint: the formula, then the numbers in it, then the line"),
    ("F2  s", "shows the number and goes on"),
    ("F3  r", "fills in the rest of this tensor"),
    ("F4", "dark or light"),
    ("PgDn  PgUp", "further down, and back"),
    ("Esc", "closes what was opened"),
    ("q  Ctrl-Q", "ends, with the counts"),
    ("Ctrl-C", "ends at once"),
)


class QuizSession:
    """A quiz or a hunt with all that is open over it; `ended` is the exit status once it has ended."""

    def __init__(self, sitting: Sitting) -> None:
        self.game = sitting.game
        self.overlay: Overlay | None = None
        self.ended: int | None = None
        self.dark = True
        self._size = (80, 24)
        self._top = 0
        self._at_work = AtWork(self.game.opened)
        self._replied: list[Replied] = [Replied(sitting.opening)] if sitting.opening else []

    # --- what is seen ------------------------------------------------------------------------------

    @property
    def prompt(self) -> str:
        """What stands before the answer, on the last line."""
        if isinstance(self.game, Hunt):
            return "that was it; Enter ends" if self.game.done else "mistake = ?"
        if isinstance(self.game.scene, Over):
            return "Enter ends"
        if isinstance(self.game.scene, ShownLine):
            return "Enter goes on"
        return f"{self.game.opened.name(self.game.ref)} = ?"

    def keys(self) -> tuple[tuple[str, str], ...]:
        """What the keys do here; help and quit last."""
        closing = (("F1", "help"), ("q", "quit"))
        if self.overlay is not None:
            return (("PgDn", "page"), ("Esc", "close"), *closing)
        if isinstance(self.game, Hunt):
            return (
                ("Enter", "answer"),
                ("Tab", "hint"),
                ("F2", "show it"),
                ("PgDn", "further down"),
                *closing,
            )
        if isinstance(self.game.scene, AskedNumber):
            return (
                ("Enter", "answer"),
                ("Tab", "hint"),
                ("F2", "show it"),
                ("F3", "fill in the rest"),
                *closing,
            )
        return (("Enter", "on"), *closing)

    def rows(self, width: int, height: int) -> list[Row]:
        """The screen, but for its last line."""
        size = self._size = (width, height)
        if isinstance(self.game, Hunt):
            rows, self._top = hunt_rows(self.game, self._top, self._replied, self.keys(), size)
        else:
            rows = quiz_rows(self.game, self._at_work, self._replied, self.keys(), size)
        return rows if self.overlay is None else with_overlay(rows, self.overlay, width, height)

    def closing(self) -> Iterator[str]:
        """The counts, for the terminal as it was before."""
        if isinstance(self.game, Hunt):
            yield self.game.summary()
        else:
            yield from summary(self.game)

    # --- answers -----------------------------------------------------------------------------------

    def answered(self, text: str) -> None:
        """Enter: a number, a word, or nothing, which goes on from what was shown."""
        self.overlay = None
        word = word_of(text)
        if word is not None:
            self.press(word.name.lower())
        elif self._over:
            self.ended = 0
        elif isinstance(self.game, Hunt):
            said = self.game.answer(text)
            self._say(said.lines, said.right)
        elif isinstance(self.game.scene, ShownLine):
            self._replied = []
            self.game.go_on()
        else:
            name = self.game.opened.name(self.game.ref)
            said = self.game.answer(text)
            first = f"{name} = {text.strip()}: {said.lines[0]}" if said.right else said.lines[0]
            self._say((first, *said.lines[1:]), said.right)

    @property
    def _over(self) -> bool:
        return self.game.done if isinstance(self.game, Hunt) else isinstance(self.game.scene, Over)

    def _say(self, lines: tuple[str, ...], right: bool | None) -> None:
        self._replied = [Replied(line, right) for line in lines]

    # --- keys --------------------------------------------------------------------------------------

    def press(self, name: str) -> None:
        """A key, by the name of what it does."""
        getattr(self, f"_{name}")()

    def _hint(self) -> None:
        game = self.game
        if isinstance(game, Hunt):
            if not game.done:
                self._say((game.hint(),), None)
        elif isinstance(game.scene, AskedNumber):
            if game.stands is Support.WHOLE:
                self._say(("the whole line stands there; type its number, or F2 to go on",), None)
            else:
                self._replied = []
            game.hint()

    def _show(self, rest: bool = False) -> None:
        game = self.game
        if isinstance(game, Hunt):
            if not game.done:
                game.give_up()
                self._say(tuple(game.explained()), None)
        elif isinstance(game.scene, AskedNumber):
            shown = f"{game.opened.name(game.ref)} is {game.opened.text(game.ref)}"
            line = in_one_row(game.opened.working(game.ref)).text
            game.give_up(rest)
            self._say((shown, line), None)

    def _rest(self) -> None:
        self._show(rest=True)

    def _help(self) -> None:
        lines = [f"{keys.ljust(11)}  {does}" for keys, does in _HELP]
        signs = [f"{sign.ljust(11)}  {means}" for sign, means in SIGNS[:4]]
        names = [f"{'conv[2,3]'.ljust(11)}  names the number that is wrong"]
        self.overlay = Overlay(
            "keys and signs", (*lines, "", *(names if isinstance(self.game, Hunt) else signs))
        )

    def _leave(self) -> None:
        self.overlay = None

    def _theme(self) -> None:
        self.dark = not self.dark

    def _down(self) -> None:
        self._scroll(1)

    def _up(self) -> None:
        self._scroll(-1)

    def _scroll(self, pages: int) -> None:
        page = max(self._size[1] - 8, 1)
        if self.overlay is not None:
            self.overlay = self.overlay.scrolled(pages * page, self._size[1] - 3)
        else:
            self._top += pages * page

    def _quit(self) -> None:
        self.ended = 0

    def _interrupt(self) -> None:
        self.ended = INTERRUPTED
