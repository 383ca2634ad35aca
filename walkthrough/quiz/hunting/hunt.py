"""Find the mistake: a filled sheet, of which somebody names the number that is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from walkthrough.case.cells import NoSuchCell
from walkthrough.mathematics.notation import Tensor
from walkthrough.page.voice.one_row import in_one_row
from walkthrough.quiz.hints import HINTS
from walkthrough.quiz.hunting.planting import PlantedSheet
from walkthrough.quiz.kinds import kind_of
from walkthrough.quiz.quiz import AnotherExercise, Keep
from walkthrough.quiz.replies import LONGEST, Reply, too_long, unread
from walkthrough.quiz.turns import Try, Turn
from walkthrough.stepper.places.course import Course
from walkthrough.stepper.places.opened import Opened
from walkthrough.trace.steps.kinds import Ref
from walkthrough.words.messages import printable, quoted

MISTAKE = "mistake"
RULES = (
    "One number on this sheet is wrong: a slip was made in it, once. What follows from it was carried on "
    "rightly."
)


class Hunt:
    """A sheet with a mistake, and what has been said so far; `turn` is all of it."""

    def __init__(self, opened: Opened, sheet: PlantedSheet, keep: Keep = lambda turns: None) -> None:
        self.opened = opened
        self.sheet = sheet
        self.course = Course(opened)
        self.turn = Turn(MISTAKE)
        self._keep = keep

    # --- the sheet ---------------------------------------------------------------------------------

    def tensors(self) -> Iterator[tuple[str, str, bool]]:
        """Every tensor in the order of computation: its name, its letter, whether the case gives it."""
        for name, place in self.opened.trace.places.items():
            given = self.opened.given(Ref(name, (0,) * len(place.shape)))
            yield name, self.opened.letter(name), given

    def text(self, ref: Ref) -> str:
        """A number as it stands on the sheet."""
        return self.sheet.numbers.get(ref, self.opened.text(ref)).replace("-", "−")

    def row_name(self, first: Ref) -> str:
        """Which row begins with a number: `row 2`, or nothing where there is only one."""
        shape = self.opened.shape(first.tensor)[:-1]
        places = [str(at + 1) for at, extent in zip(first.cell, shape, strict=False) if extent > 1]
        return f"row {','.join(places)}" if places else ""

    def rows(self, tensor: str) -> Iterator[tuple[Ref, list[str]]]:
        """The numbers of a tensor row by row, each row with its first number's place."""
        shape = self.opened.shape(tensor)
        columns = shape[-1] if shape else 1
        cells = [Ref(tensor, cell) for cell in Tensor(tensor, shape).cells()]
        for at in range(0, len(cells), columns):
            yield cells[at], [self.text(ref) for ref in cells[at : at + columns]]

    # --- answers -----------------------------------------------------------------------------------

    @property
    def done(self) -> bool:
        """Whether the mistake is found, or shown."""
        return self.turn.done

    def answer(self, text: str) -> Reply:
        """The number that somebody takes to be wrong."""
        text = text.strip()
        if len(text) > LONGEST:
            return too_long(text)
        try:
            ref = self._named(text)
        except NoSuchCell as problem:
            return unread(str(problem))
        found = ref == self.sheet.wrong
        self._say(self.turn.tried(Try(text, "exact" if found else "wrong")))
        return Reply(tuple(self.explained()), True) if found else Reply((self._no(ref),), False)

    def _named(self, text: str) -> Ref:
        if not text:
            raise NoSuchCell("nothing was typed; name a number, such as conv[2,3]")
        try:
            ref = self.course.find(text.partition("=")[0])
        except NoSuchCell as problem:
            if "expected one of" not in str(problem):
                raise
            # all names at once are no help
            first = self.opened.name(self.course.ref(0))
            raise NoSuchCell(f"nothing here is called {quoted(text)}; name a number: {first}") from None
        shape = self.opened.shape(ref.tensor)
        if "[" not in text and max(shape, default=1) > 1:
            raise NoSuchCell(f"{quoted(text)} is many numbers; name one of them: {self.opened.name(ref)}")
        if self.opened.given(ref):
            raise NoSuchCell(f"{self.opened.name(ref)} is given, and not worked out")
        return ref

    def _no(self, ref: Ref) -> str:
        name, number = self.opened.name(ref), self.text(ref)
        if ref in self.sheet.carried:
            return f"wrong: {name} = {number} is only carried on; it follows from the numbers before it"
        return f"wrong: {name} = {number} is right"

    def explained(self) -> Iterator[str]:
        """The mistake, the slip that was made, and the right line."""
        ref, marked = self.sheet.wrong, self.sheet.marked
        slip = marked.slips[0]
        said = printable(slip.words).replace("your ", "", 1).rstrip(".")
        verb = "right: " if not self.turn.given_up else ""
        yield f"{verb}{self.opened.name(ref)} = {self.text(ref)} is the wrong number ({slip.slip})"
        yield said + (f": {printable(slip.line)}" if slip.line else "")
        yield in_one_row(self.opened.working(ref)).text

    def hint(self) -> str:
        """First the kind of step, then the tensor, then the row; no more than that."""
        if self.turn.hints >= HINTS:
            return "there is no further hint; s shows the mistake"
        self._say(self.turn.hinted())
        ref, part = self.sheet.wrong, self.course.part(self.course.line(self.sheet.wrong) or 0)
        if self.turn.hints == 1:
            return f"it is in the {part.phase} part" if part.phase != "loss" else "it is in the loss"
        if self.turn.hints == 2:
            return f"it is in {part.tensor} ({kind_of(self.opened, part)})"
        first = next(first for first, _ in self.rows(ref.tensor) if first.cell[:-1] == ref.cell[:-1])
        return f"it is in {self.row_name(first)} of {part.tensor}" if self.row_name(first) else self._reason()

    def _reason(self) -> str:
        """Of a row that is alone: what the slip is."""
        slip = self.sheet.marked.slips[0]
        return f"the slip is {slip.slip}"

    def give_up(self) -> None:
        """The mistake is shown."""
        self._say(replace(self.turn, given_up=True))

    def _say(self, turn: Turn) -> None:
        self.turn = turn
        self._keep((turn,))

    def resume(self, turns: Iterable[Turn]) -> None:
        """Goes on after these turns; raises DoesNotFit where they are not about this sheet."""
        for turn in turns:
            for one in turn.tries:
                try:
                    found = self._named(one.written) == self.sheet.wrong
                except NoSuchCell as problem:
                    raise AnotherExercise(str(problem)) from None
                if found is not one.taken:
                    raise AnotherExercise("an answer in it is marked otherwise here")
            if turn.cell != MISTAKE:
                raise AnotherExercise(f"{turn.cell} is not what is asked there")
            self.turn = turn

    def summary(self) -> str:
        """How it went."""
        tries, hints = len(self.turn.tries), self.turn.hints
        said = [f"{tries} {'try' if tries == 1 else 'tries'}"]
        said += [f"{hints} hint{'s' if hints > 1 else ''}"] if hints else []
        found = "shown" if self.turn.given_up else "found" if self.done else "not found yet"
        return f"the mistake was {found}: {', '.join(said)}"
