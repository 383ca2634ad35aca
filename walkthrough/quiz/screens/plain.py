"""The quiz as plain text, a line at a time: for screen readers, pipes and dumb terminals."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from walkthrough.page.voice.one_row import in_one_row
from walkthrough.quiz.fading import Support
from walkthrough.quiz.hints import blanked, formula
from walkthrough.quiz.hunting.hunt import RULES, Hunt
from walkthrough.quiz.quiz import AskedNumber, Over, Quiz, ShownLine
from walkthrough.quiz.summary import summary
from walkthrough.quiz.words import HUNTING, WORDS, Word, word_of
from walkthrough.stepper.pictures.at_work import AtWork
from walkthrough.stepper.places.course import CoursePart
from walkthrough.stepper.plain import line_said, part_said
from walkthrough.stepper.walk import Walk
from walkthrough.trace.steps.kinds import Ref

Say = Callable[[str], None]
Read = Callable[[], str | None]
"""The next answer; None at the end of the input."""

_MOST_READ_OUT = 200


def dialogue(game: Quiz | Hunt, say: Say, ask: Say, read: Read) -> None:
    """Asks until the end, or until somebody ends it; `ask` says the last line before an answer."""
    say(game.opened.case.title)
    if isinstance(game, Hunt):
        hunted(game, say, ask, read)
        return
    say(WORDS)
    _Dialogue(game, say, ask).run(read)
    say("")
    for line in summary(game):
        say(line)


class _Dialogue:
    """What has been said last, so that nothing is said twice."""

    def __init__(self, quiz: Quiz, say: Say, ask: Say) -> None:
        self._quiz = quiz
        self._say = say
        self._ask = ask
        self._at_work = AtWork(quiz.opened)
        self._part: CoursePart | None = None

    def run(self, read: Read) -> None:
        stands: tuple[Ref, Support] | None = None
        while True:
            quiz = self._quiz
            if isinstance(quiz.scene, Over):
                self._say("that was the last number")
                return
            self._begin_part()
            if isinstance(quiz.scene, ShownLine):
                self._show(quiz.scene)
                quiz.go_on()
                continue
            if stands != (quiz.ref, quiz.stands):
                stands = (quiz.ref, quiz.stands)
                for line in stand(quiz, self._walk(quiz.scene.line), self._at_work):
                    self._say(line)
            self._ask(f"{quiz.opened.name(quiz.ref)} = ?")
            text = read()
            if text is None or not self._answered(text):
                return

    def _answered(self, text: str) -> bool:
        """What an answer leads to; False if it ends the quiz."""
        quiz, word = self._quiz, word_of(text)
        if word is Word.QUIT:
            return False
        if word is Word.HELP:
            self._say(WORDS)
        elif word is Word.HINT:
            if quiz.stands is Support.WHOLE:
                self._say("the whole line stands there; type its number, or s to go on")
            quiz.hint()
        elif word in (Word.SHOW, Word.REST):
            assert isinstance(quiz.scene, AskedNumber)
            shown = line_said(self._walk(quiz.scene.line))
            quiz.give_up(rest=word is Word.REST)
            self._say(shown)
        else:
            for line in quiz.answer(text).lines:
                self._say(line)
        return True

    def _walk(self, line: int) -> Walk:
        return Walk(self._quiz.opened, self._quiz.course, line)

    def _begin_part(self) -> None:
        part = self._quiz.part
        if part is self._part:
            return
        self._part = part
        self._say("")
        for line in part_said(self._walk(part.first), part):
            self._say(line)

    def _show(self, scene: ShownLine) -> None:
        if not scene.filled:
            self._say(f"example: {line_said(self._walk(scene.line), self._at_work)}")
            return
        for line in filled_in(self._quiz, scene):
            self._say(line)


def stand(quiz: Quiz, walk: Walk, at_work: AtWork) -> Iterator[str]:
    """What of the line that is asked stands there, on one row."""
    opened, ref = quiz.opened, quiz.ref
    if quiz.stands is Support.WHOLE:
        yield line_said(walk, at_work)
    elif quiz.stands is Support.NUMBERS:
        yield in_one_row(blanked(opened, ref)).text
    elif quiz.stands is Support.FORMULA:
        yield formula(opened, ref)


def filled_in(quiz: Quiz, scene: ShownLine) -> Iterator[str]:
    """Numbers that nobody asks for, a row of their tensor at a time."""
    opened, course = quiz.opened, quiz.course
    part = course.part(scene.line)
    count = scene.last - scene.line + 1
    if count > _MOST_READ_OUT:
        yield f"{part.tensor}, filled in: {count:,} numbers"
        return
    shape = opened.shape(part.tensor)
    columns = shape[-1] if shape else 1
    line = scene.line
    while line <= scene.last:
        end = min(scene.last, line + columns - 1 - (line - part.first) % columns)
        texts = "  ".join(opened.text(course.ref(each)) for each in range(line, end + 1))
        yield (
            f"filled in, {opened.name(course.ref(line))} and on: {texts}"
            if end > line
            else (f"filled in, {opened.name(course.ref(line))}: {texts}")
        )
        line = end + 1


# --- find the mistake ----------------------------------------------------------------------------


def hunted(hunt: Hunt, say: Say, ask: Say, read: Read) -> None:
    """The sheet, and what somebody says of it, until the mistake is found."""
    say(RULES)
    say(HUNTING)
    say("")
    for line in sheet_said(hunt):
        say(line)
    while not hunt.done:
        ask("mistake = ?")
        text = read()
        word = None if text is None else word_of(text)
        if text is None or word is Word.QUIT:
            break
        if word is Word.HELP:
            say(HUNTING)
        elif word is Word.HINT:
            say(hunt.hint())
        elif word in (Word.SHOW, Word.REST):
            hunt.give_up()
            for line in hunt.explained():
                say(line)
        else:
            for line in hunt.answer(text).lines:
                say(line)
    say("")
    say(hunt.summary())


def sheet_said(hunt: Hunt) -> Iterator[str]:
    """Every tensor of a sheet, a row at a time."""
    for tensor, letter, given in hunt.tensors():
        title = f"{letter}, {tensor}" + (" (given)" if given else "")
        for first, texts in hunt.rows(tensor):
            row = f", {hunt.row_name(first)}" if hunt.row_name(first) else ""
            yield f"{title}{row}: {'  '.join(texts)}"
