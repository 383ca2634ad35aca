"""What is kept of a quiz in a file, so that it can go on another day."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, get_args

from walkthrough.case import Case
from walkthrough.marking.marked_worksheets import VerdictWord
from walkthrough.quiz.fading import FADES, Fade
from walkthrough.quiz.hints import HINTS
from walkthrough.quiz.replies import LONGEST
from walkthrough.quiz.turns import Try, Turn

FORMAT = "walkthrough quiz 1"
LARGEST = 20_000_000
_MOST_TURNS = 200_000
_LONGEST_NAME = 1_000


class BrokenFile(ValueError):
    """A file that no quiz has written, or not this one; str() says why."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A quiz as its file has it.

    `of` tells the text of the case file, `fresh` is the text of the case that was drawn from it, if one was;
    `mistake` says that a mistake is sought in a filled sheet.
    """

    case: str
    of: str
    seed: int
    fresh: str | None
    fade: Fade
    mistake: bool
    turns: tuple[Turn, ...] = ()

    @property
    def text(self) -> str:
        """The file."""
        table = {"format": FORMAT, **asdict(self)}
        return json.dumps(table, ensure_ascii=False, indent=1) + "\n"


def fingerprint(case: Case) -> str:
    """What tells the text of a case file from any other."""
    return sha256(case.toml.encode("utf-8", "surrogatepass")).hexdigest()


def read_kept(text: str) -> Kept:
    """The quiz in a file; raises BrokenFile."""
    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        raise BrokenFile("is not a file that a quiz has saved") from None
    if not isinstance(table, dict) or table.get("format") != FORMAT:
        raise BrokenFile("is not a file that a quiz has saved")
    turns = _of(table, "turns", list)
    if len(turns) > _MOST_TURNS:
        raise BrokenFile(f"has over {_MOST_TURNS:,} turns, the most that are read")
    fade = _of(table, "fade", str)
    if fade not in FADES:
        raise BrokenFile("is broken: its way of fading is not known")
    fresh = table.get("fresh")
    return Kept(
        _of(table, "case", str),
        _of(table, "of", str),
        _of(table, "seed", int),
        None if fresh is None else _of(table, "fresh", str),
        fade,
        _of(table, "mistake", bool),
        tuple(_turn(each) for each in turns),
    )


def _turn(value: Any) -> Turn:
    tries = tuple(_try(each) for each in _of(value, "tries", list))
    hints, cell = _of(value, "hints", int), _of(value, "cell", str)
    if not 0 <= hints <= HINTS or len(cell) > _LONGEST_NAME or any(one.taken for one in tries[:-1]):
        raise BrokenFile("is broken: a turn in it is none")
    return Turn(cell, tries, hints, _of(value, "given_up", bool), _of(value, "skipped", bool))


def _try(value: Any) -> Try:
    written, verdict = _of(value, "written", str), _of(value, "verdict", str)
    if len(written) > LONGEST or verdict not in get_args(VerdictWord):
        raise BrokenFile("is broken: an answer in it is none")
    return Try(written, verdict, _of(value, "slip", str)[:_LONGEST_NAME])


def _of(table: Any, key: str, kind: type[Any]) -> Any:
    value = table.get(key) if isinstance(table, dict) else None
    if type(value) is not kind:
        raise BrokenFile(f"is broken: {key} is missing, or is no {kind.__name__}")
    return value
