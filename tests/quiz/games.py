"""Quizzes on shipped cases, and dialogues in which the answers are a list of texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

from walkthrough.case import load
from walkthrough.quiz.fading import Fade
from walkthrough.quiz.hunting.hunt import Hunt
from walkthrough.quiz.opening import WantedQuiz, sitting
from walkthrough.quiz.quiz import AskedNumber, Over, Quiz, ShownLine
from walkthrough.quiz.screens.plain import dialogue
from walkthrough.stepper.places.opened import Opened
from walkthrough.trace.steps.kinds import Ref
from walkthrough.trace.trace import replay

_ASKS = re.compile(r"\S+ = \?")
Answer = Callable[[Quiz, Ref], str]


def quiz_on(name: str, fade: Fade = "adaptive") -> Quiz:
    """A quiz at its beginning."""
    return Quiz(Opened(replay(load(name))), fade)


def hunt_on(name: str, seed: int) -> Hunt:
    """A filled sheet with a mistake."""
    game = sitting(load(name), WantedQuiz(seed=seed, mistake=True), None, lambda text: None).game
    assert isinstance(game, Hunt)
    return game


def said(game: Quiz | Hunt, answers: Iterable[str]) -> list[str]:
    """Everything that a dialogue says."""
    lines: list[str] = []
    typed = iter(answers)
    dialogue(game, lines.append, lines.append, lambda: next(typed, None))
    return lines


def replies(lines: list[str]) -> list[str]:
    """What follows each question."""
    return [after for line, after in pairwise(lines) if _ASKS.fullmatch(line)]


def right(quiz: Quiz, ref: Ref) -> str:
    """The number, rounded to ten digits."""
    return quiz.opened.trace.shown(*ref, 10).plain


def played(quiz: Quiz, answer: Answer = right) -> list[tuple[str, bool | None]]:
    """A quiz answered to its end: each cell that was asked, and whether the answer was right."""
    asked = []
    while not isinstance(quiz.scene, Over):
        if isinstance(quiz.scene, ShownLine):
            quiz.go_on()
            continue
        assert isinstance(quiz.scene, AskedNumber)
        ref = quiz.ref
        reply = quiz.answer(answer(quiz, ref))
        asked.append((quiz.opened.name(ref), reply.right))
        if not reply.right:
            quiz.give_up()
    return asked


def brought_to(name: str, tensor: str) -> Quiz:
    """A quiz that asks for everything, at a tensor; what comes before it is shown."""
    quiz = quiz_on(name, "all")
    while quiz.part.tensor != tensor:
        if isinstance(quiz.scene, ShownLine):
            quiz.go_on()
        else:
            quiz.give_up()
    return quiz
