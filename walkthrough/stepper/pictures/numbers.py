"""What stands in the cells of a board: right numbers, those before a change, those that somebody wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from walkthrough.stepper.pictures.boards import Board, Spot
from walkthrough.stepper.pictures.runs import Style
from walkthrough.stepper.places.opened import Opened
from walkthrough.trace.steps.kinds import Ref

if TYPE_CHECKING:
    from walkthrough.stepper.sheet import OwnNumber

WAITS = "·"
HIDDEN = "?"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a case, as the boards show them.

    `before` is the case as its file has it, where something has been changed; `own` are the numbers of a
    worksheet.
    """

    opened: Opened
    before: Opened | None = None
    own: Mapping[Ref, OwnNumber] = field(default_factory=dict)

    def text(self, board: Board, spot: Spot, digits: int) -> str:
        """What stands at a spot: a changed number with the old one before it, 765→766."""
        ref = board.ref(spot)
        if ref is None:
            return "0"
        if board.own:
            own = self.own.get(ref)
            told = own is not None and not board.waits(ref) and ref.cell != board.blank
            return own.short + own.mark if told and own is not None else ""
        if ref.cell == board.blank:
            return HIDDEN
        if board.waits(ref):
            return WAITS
        text = self.number(self.opened, ref, digits)
        if self.changed(ref):
            assert self.before is not None
            return f"{self.number(self.before, ref, digits)}→{text}"
        return text

    def number(self, opened: Opened, ref: Ref, digits: int) -> str:
        """A number in so many digits, or as the page has it."""
        return opened.text(ref) if digits >= opened.digits else opened.short(ref, digits)

    def changed(self, ref: Ref) -> bool:
        """Whether a number is another one than in the file."""
        return self.before is not None and not self.opened.same(ref, self.before)

    def style(self, board: Board, spot: Spot) -> Style:
        """How a number that no mark is on is set off."""
        ref = board.ref(spot)
        if ref is None:
            return "frame"
        if board.own:
            own = self.own.get(ref)
            return "wrong" if own is not None and own.mark else "plain"
        if board.waits(ref):
            return "waits"
        return "changed" if self.changed(ref) else "plain"
