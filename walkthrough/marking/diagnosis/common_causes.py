"""One cause for many numbers: sought over all wrong claims before each is explained by itself.

A misreading that gives one wrong number is tried on all others that it reaches. It is their cause if it gives
nearly all of them, and changes none that came out right, and if so many could not agree by chance.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import log

from flint import ctx

from walkthrough.marking.diagnosis.chance import numbers_like_it
from walkthrough.marking.diagnosis.clues import Clue
from walkthrough.marking.diagnosis.findings import (
    SLIP_BITS,
    Finding,
    OwnNumbers,
    told,
)
from walkthrough.marking.diagnosis.remembered_diagnoses import MOST_SLIPS, Explanation
from walkthrough.marking.marked_worksheets import LayerSlip, NumberClaim, Slip
from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.quantities import nearly
from walkthrough.slips import Candidate, Told
from walkthrough.trace.steps.kinds import Ref
from walkthrough.workbook.reworked_steps import ReworkedStep, reworked
from walkthrough.workbook.workbook import Workbook

_BY_CHANCE = log(0.1)
_COMMON = 10.0
"""How common all slips are together, for one place."""
_STRAY = 3
"""One number in so many may have another cause."""
_MANY = 5_000
_NEARLY = 0.02
_MOST_TRIED = 40
_FEWEST_UNEXPLAINED = 3


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """A wrong claim, what explains it by itself, and the slips that are told of it."""

    claim: NumberClaim
    explanation: Explanation
    slips: tuple[Slip, ...] = ()


@dataclass(frozen=True, slots=True)
class _Cause:
    """A misreading, and the wrong numbers that come of it: `nearly` those that it gives only roughly."""

    clue: Clue
    members: tuple[Diagnosed, ...]
    nearly: tuple[Diagnosed, ...]


class CommonCauses:
    """The wrong claims of a sheet, and the others that were claimed, which a cause must leave as they are."""

    def __init__(self, others: Iterable[NumberClaim], book: Workbook, own: OwnNumbers) -> None:
        self._others = [claim for claim in others if claim.number is not None]
        self._book = book
        self._own = own
        self._settled: dict[int, bool] = {}

    def found(self, wrong: Sequence[Diagnosed]) -> tuple[tuple[LayerSlip, ...], tuple[Diagnosed, ...]]:
        """The findings that several claims share, and the claims again with what is then told of each."""
        after = {id(each.claim): each for each in wrong}
        findings: list[LayerSlip] = []
        left = list(wrong)
        with ctx.workprec(SLIP_BITS):
            while (cause := self._best(left)) is not None:
                of = (*cause.members, *cause.nearly)
                findings.append(self._finding(cause, of))
                for each in cause.members:
                    after[id(each.claim)] = self._first(each, cause.clue)
                gone = {id(each.claim) for each in of}
                left = [each for each in left if id(each.claim) not in gone]
            for each in left:
                after[id(each.claim)] = replace(each, slips=self._without_contradictions(each))
        for tensor, several in self._mostly_wrong(left).items():
            silent = tuple(each for each in several if not self._certain(each))
            for each in silent:
                after[id(each.claim)] = replace(each, slips=())
            findings.append(self._nothing_common(tensor, several, silent))
        return tuple(findings), tuple(after[id(each.claim)] for each in wrong)

    # --- seeking -----------------------------------------------------------------------------------

    def _best(self, wrong: Sequence[Diagnosed]) -> _Cause | None:
        """The cause of most of these numbers."""
        groups: dict[Hashable, tuple[Clue, list[Diagnosed]]] = {}
        for each in wrong:
            for clue in each.explanation.clues:
                groups.setdefault(clue.name, (clue, []))[1].append(each)
        several = [group for group in groups.values() if len(group[1]) > 1]
        several.sort(key=lambda group: (-len(group[1]), -group[0].score))
        best: _Cause | None = None
        for clue, members in several[:_MOST_TRIED]:
            if best is not None and len(members) < len(best.members):
                break
            cause = self._verified(clue, members, wrong)
            if cause is not None and (best is None or len(cause.members) > len(best.members)):
                best = cause
        return best

    def _verified(self, clue: Clue, members: list[Diagnosed], wrong: Sequence[Diagnosed]) -> _Cause | None:
        """The cause, if it can be one; with all that come of it."""
        if not self._no_chance(clue, members) or not self._leaves(clue):
            return None
        given = set(map(id, members))
        inside, roughly, stray = [], [], 0
        for each in wrong:
            if clue.tensor and each.claim.tensor != clue.tensor:
                continue
            fit = "gives" if id(each) in given else self._fit(clue, each.claim)
            if fit == "gives":
                inside.append(each)
            elif fit == "nearly":
                roughly.append(each)
            elif fit == "not":
                stray += 1
        if stray * _STRAY > len(inside):
            return None
        return _Cause(clue, tuple(inside), tuple(roughly))

    def _no_chance(self, clue: Clue, members: Sequence[Diagnosed]) -> bool:
        """Whether so many numbers could hardly agree with some misreading or other."""
        odds = log(_COMMON / clue.score)
        for each in members:
            everything = numbers_like_it(self._step(each.claim))
            odds -= log(min(everything, 1e30))
        return odds <= _BY_CHANCE

    def _leaves(self, clue: Clue) -> bool:
        """Whether every number that came out right is what this misreading makes of it."""
        if clue.tensor:
            beside = [claim for claim in self._others if claim.tensor == clue.tensor]
        else:
            beside = [claim for claim in self._others if not self._apart(clue, claim)]
        return all(self._fit(clue, claim) in ("gives", "elsewhere") for claim in beside)

    def _apart(self, clue: Clue, claim: NumberClaim) -> bool:
        """Whether a number can have nothing to do with the one that was misread."""
        here = Ref(claim.tensor, claim.at)
        if clue.at is None or clue.at in self._book.reads(here):
            return False
        known = self._settled.get(id(claim))
        if known is None:
            known = self._settled[id(claim)] = self._book.settled(here, self._own.page)
        return known

    def _fit(self, clue: Clue, claim: NumberClaim) -> str:
        """Whether a misreading `gives` a number, `nearly` or `not`; `elsewhere` if it changes nothing."""
        fits = set()
        for numbers in self._own.ways(self._book, Ref(claim.tensor, claim.at)):
            here = self._step(claim, numbers)
            free = reworked(self._book, here.ref, here.number)
            values = clue.gives(free)
            if not values:
                return "elsewhere"
            try:
                if values[0] == free.right:
                    return "elsewhere"
                right = free.right
            except ArithmeticError:
                right = None
            for value in values:
                if here.fits(value) or _cut_off(here, value):
                    return "gives"
                fits.add("nearly" if right is not None and _near(here, value, right) else "not")
        return "nearly" if "nearly" in fits else "not"

    def _step(self, claim: NumberClaim, numbers: object = None) -> ReworkedStep:
        looked = self._own.looked_into(claim)
        operands = self._own.written if numbers is None else numbers
        return reworked(self._book, looked.ref, operands, looked.sought[0])  # type: ignore[arg-type]

    # --- what is told --------------------------------------------------------------------------------

    def _first(self, each: Diagnosed, clue: Clue) -> Diagnosed:
        """The claim with the common cause before any other."""
        known = list(each.explanation.likeliest)
        own = [slip for slip in known if slip.slip == clue.kind.word and slip.everywhere == clue.key]
        if not own:
            slip = self._told(each.claim, clue)
            own = [] if slip is None else [slip]
        others = [slip for slip in known if slip.slip != clue.kind.word]
        return replace(each, slips=tuple([*own, *others][:MOST_SLIPS]))

    def _told(self, claim: NumberClaim, clue: Clue) -> Slip | None:
        """The misreading as it shows in this cell, with its line of arithmetic."""
        for numbers in self._own.ways(self._book, Ref(claim.tensor, claim.at)):
            here = self._step(claim, numbers)
            for candidate in clue.kind.play(here):
                if candidate.everywhere == clue.key:
                    return told(
                        Finding(clue.kind, candidate, here.ref, candidate.value, 1.0), claim, self._book
                    )
        here = self._step(claim)
        values = clue.gives(reworked(self._book, here.ref, here.number))
        if not values:
            return None
        value = next(filter(here.fits, values), values[0])
        candidate = Candidate(value, lambda: Told(clue.condition), clue.at, everywhere=clue.key)
        return told(Finding(clue.kind, candidate, here.ref, value, 1.0), claim, self._book)

    def _finding(self, cause: _Cause, of: tuple[Diagnosed, ...]) -> LayerSlip:
        tensors = list(dict.fromkeys(each.claim.tensor for each in of))
        where = " and ".join(tensors) if len(tensors) < 3 else f"{len(tensors)} tensors"
        words = f"{len(cause.members)} wrong numbers of {where} are what comes out if {cause.clue.condition}"
        if cause.nearly:
            cells = ", ".join(each.claim.cell for each in cause.nearly)
            words += f"; {cells} nearly"
        return LayerSlip(cause.clue.kind.word, tensors[0], tuple(each.claim for each in of), words)

    # --- what is not explained -----------------------------------------------------------------------

    def _without_contradictions(self, each: Diagnosed) -> tuple[Slip, ...]:
        """The slips of a claim, without those that would show in numbers that are right."""
        kept = []
        for slip in each.explanation.likeliest:
            clue = next(
                (c for c in each.explanation.clues if c.kind.word == slip.slip and c.key == slip.everywhere),
                None,
            )
            if clue is None or clue.tensor or self._leaves(clue):
                kept.append(slip)
        return tuple(kept)

    def _mostly_wrong(self, left: Sequence[Diagnosed]) -> dict[str, list[Diagnosed]]:
        """The tensors of which most numbers are wrong without a common cause."""
        tensors: dict[str, list[Diagnosed]] = {}
        for each in left:
            tensors.setdefault(each.claim.tensor, []).append(each)
        right = [claim.tensor for claim in self._others]
        return {
            tensor: several
            for tensor, several in tensors.items()
            if len(several) >= _FEWEST_UNEXPLAINED and len(several) > right.count(tensor)
        }

    def _certain(self, each: Diagnosed) -> bool:
        """Whether a number has so many digits that its slip is no coincidence, one of many or not."""
        return bool(each.explanation.slips) and numbers_like_it(self._step(each.claim)) > _MANY

    def _nothing_common(
        self, tensor: str, several: Sequence[Diagnosed], silent: tuple[Diagnosed, ...]
    ) -> LayerSlip:
        total = len(several) + sum(claim.tensor == tensor for claim in self._others)
        count = f"{len(several)} of {total} numbers of {tensor}"
        words = f"{count} are wrong, and nothing common explains them together"
        return LayerSlip("", tensor, tuple(each.claim for each in silent), words)


def _cut_off(own: ReworkedStep, value: Quantity) -> bool:
    """Whether a number was cut off where it was written down, not rounded."""
    sought = own.sought
    assert sought is not None
    written, unit = (sought.low + sought.high) / 2, sought.unit or 0
    past = abs(value) - abs(written)
    return bool(written and value * written > 0 and 0 <= past < unit)


def _near(own: ReworkedStep, value: Quantity, right: Quantity) -> bool:
    """Whether a number is nearly what a misreading gives, and far from what is right."""
    sought = own.sought
    assert sought is not None
    written, found, true = nearly((sought.low + sought.high) / 2), nearly(value), nearly(right)
    return abs(written - found) <= _NEARLY * abs(found) and abs(true - found) > abs(found) / 2
