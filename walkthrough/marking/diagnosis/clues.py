"""What may be the one cause of several numbers: a misreading that gives one, and can be tried on others."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from walkthrough.marking.diagnosis.findings import Finding
from walkthrough.numbers.formulas import Quantity
from walkthrough.slips import SlipKind
from walkthrough.trace.steps.kinds import Ref
from walkthrough.workbook.reworked_steps import ReworkedStep

Again: TypeAlias = Callable[[ReworkedStep], list[Quantity]]
_MOST = 60


@dataclass(frozen=True, slots=True)
class Clue:
    """A misreading that gives a wrong number.

    `tensor` is the one throughout which it can have been made, empty if it goes through the whole sheet.
    `score` says how common it is in this place, `exactly` whether it gives the very number written.
    """

    kind: SlipKind
    key: str
    tensor: str
    condition: str
    at: Ref | None
    score: float
    again: Again

    @property
    def name(self) -> Hashable:
        """What two numbers with the same cause share."""
        return self.kind.word, self.key, self.tensor

    def gives(self, own: ReworkedStep) -> list[Quantity]:
        """What the same misreading makes of another cell; nothing if that has nothing to do with it."""
        try:
            return self.again(own)
        except ArithmeticError:
            return []


def clues_of(found: Iterable[Finding], here: Ref) -> Iterator[Clue]:
    """The misreadings among the findings of a cell, each once, the most common first."""
    seen: set[Hashable] = set()
    for each in sorted(found, key=lambda finding: -finding.score):
        candidate = each.candidate
        if each.ref != here or not candidate.everywhere or len(seen) == _MOST:
            continue
        again = _once(candidate.again) or _played_again(each.kind, candidate.everywhere)
        tensor = "" if candidate.across else here.tensor
        clue = Clue(
            each.kind,
            candidate.everywhere,
            tensor,
            candidate.told().condition,
            candidate.at,
            each.kind.common / candidate.places,
            again,
        )
        if clue.name not in seen:
            seen.add(clue.name)
            yield clue


def everywhere(own: ReworkedStep, kind: SlipKind, key: str) -> Quantity | None:
    """What a slip gives in another cell of the layer, misread in the same way; None: nothing else."""
    return next(iter(_played_again(kind, key)(own)), None)


def _played_again(kind: SlipKind, key: str) -> Again:
    def again(own: ReworkedStep) -> list[Quantity]:
        try:
            return [each.value for each in kind.play(own) if each.everywhere == key] if key else []
        except ArithmeticError:
            return []

    return again


def _once(again: Callable[[ReworkedStep], Quantity | None] | None) -> Again | None:
    """A slip that gives one number in a cell, or none."""
    if again is None:
        return None
    return lambda own: [] if (value := again(own)) is None else [value]
