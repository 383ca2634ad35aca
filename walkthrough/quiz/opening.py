"""What `quiz` is called with, made into a quiz: a case, or what was kept of one on another day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import SystemRandom

from walkthrough.case import Case, CaseError, read_case
from walkthrough.marking.fresh_cases.fresh_case import fresh_case
from walkthrough.quiz.fading import FADES, Fade
from walkthrough.quiz.hunting.hunt import Hunt
from walkthrough.quiz.hunting.planting import planted
from walkthrough.quiz.keeping import BrokenFile, Kept, fingerprint
from walkthrough.quiz.quiz import AnotherExercise, Quiz
from walkthrough.quiz.turns import Turn
from walkthrough.stepper.places.opened import Opened
from walkthrough.trace.trace import replay

_SEEDS = 1_000_000


@dataclass(frozen=True, slots=True)
class WantedQuiz:
    """What is asked for; None and False where nothing was said of it."""

    seed: int | None = None
    fresh: bool = False
    fade: Fade | None = None
    mistake: bool = False
    digits: int = 10


@dataclass(frozen=True, slots=True)
class Sitting:
    """A quiz or a hunt for a mistake, and the seed by which it can be had again."""

    game: Quiz | Hunt
    seed: int
    resumed: bool

    @property
    def opening(self) -> str:
        """What is said at the beginning."""
        if self.resumed:
            turns = self.game.turns if isinstance(self.game, Quiz) else [self.game.turn]
            answers = sum(len(turn.tries) for turn in turns)
            return f"going on where it stopped, after {answers} answer{'' if answers == 1 else 's'}"
        return ""


def sitting(case: Case, wanted: WantedQuiz, kept: Kept | None, write: Callable[[str], None]) -> Sitting:
    """The quiz on a case; `kept` is what its file has of it, `write` takes the file anew after each answer.

    Raises BrokenFile, CannotDraw, CannotPlant.
    """
    begun = _begun(case, wanted) if kept is None else _resumed(case, wanted, kept)

    def keep(turns: tuple[Turn, ...]) -> None:
        write(replace(begun, turns=turns).text)

    try:
        asked = case
        if begun.fresh is not None:
            fresh = read_case(begun.fresh, f"{case.name}-{begun.seed}")
            asked = replace(fresh, arithmetic=case.arithmetic)
    except CaseError:
        raise BrokenFile("is broken: the case in it cannot be read") from None
    opened = Opened(replay(asked), wanted.digits)
    game: Quiz | Hunt
    if begun.mistake:
        game = Hunt(opened, planted(opened, begun.seed), keep)
    else:
        game = Quiz(opened, begun.fade, keep)
    try:
        game.resume(begun.turns)
    except AnotherExercise as problem:
        raise BrokenFile(f"is broken: {problem}") from None
    # whether it can be written is found before anybody has answered
    keep(begun.turns)
    return Sitting(game, begun.seed, kept is not None)


def _begun(case: Case, wanted: WantedQuiz) -> Kept:
    seed = SystemRandom().randrange(_SEEDS) if wanted.seed is None else wanted.seed
    fresh = fresh_case(case, seed).toml if wanted.fresh else None
    fade = wanted.fade or FADES[0]
    return Kept(case.name, fingerprint(case), seed, fresh, fade, wanted.mistake)


def _resumed(case: Case, wanted: WantedQuiz, kept: Kept) -> Kept:
    if kept.of != fingerprint(case):
        raise BrokenFile(f"is of a quiz on another text ({kept.case}); give the case that it was begun with")
    differs = {
        "--seed": wanted.seed not in (None, kept.seed),
        "--fade": wanted.fade not in (None, kept.fade),
        "--fresh": wanted.fresh and kept.fresh is None,
        "--find-the-mistake": wanted.mistake and not kept.mistake,
    }
    for option, other in differs.items():
        if other:
            raise BrokenFile(f"was begun otherwise: leave {option} out to go on, or save to another file")
    return kept
