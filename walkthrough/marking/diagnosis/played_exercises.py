"""An exercise in which every slip is played throughout: what each makes of a tensor, and of what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from walkthrough.case import Case
from walkthrough.marking.diagnosis.clues import everywhere
from walkthrough.marking.diagnosis.ripples import CellNumbers, Ripples, same
from walkthrough.mathematics.notation import unravel
from walkthrough.numbers.formulas import Quantity
from walkthrough.slips import SlipKind, all_slips
from walkthrough.trace.network import Network
from walkthrough.trace.steps.kinds import Given, Ref
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import replay
from walkthrough.workbook.operands import Operands
from walkthrough.workbook.reworked_steps import ReworkedStep, reworked
from walkthrough.workbook.workbook import Workbook

BITS = 256
FEW_CELLS = 12
_LARGE = 20_000
"""From so many multiply-adds on, only a few cells of each tensor are played, and not followed on."""


def is_small(network: Network) -> bool:
    """Whether every cell of an exercise is looked at: nobody works a larger one out by hand."""
    return sum(stage.multiply_adds for stage in network.layers) <= _LARGE


@dataclass(frozen=True, slots=True)
class Play:
    """A misreading, cell by cell: what it gives, and whether any of it is another number."""

    kind: SlipKind
    key: str
    values: CellNumbers
    changed: bool


class PlayedExercise:
    """A case, replayed, in which slips are played; `whole` if it is small enough to look at every cell.

    `like` is one of the same layers with other numbers.
    """

    def __init__(self, case: Case, like: PlayedExercise | None = None) -> None:
        trace = replay(case)
        self.book: Workbook = Workbook(Steps(trace), None if like is None else like.book)
        self.whole = is_small(trace.network)
        self.numbers = Operands(lambda ref: trace.known(ref.tensor, ref.cell).value)
        self.ripples = Ripples(self.book, self.numbers)
        output = trace.network.output.name
        forward = {stage.z.name for stage in trace.network.stages}
        self._ends = {name for name, place in trace.places.items() if place.local in (output, "loss")}
        self._forward = {name for name, place in trace.places.items() if place.local in forward}

    def plays(self, tensor: str) -> list[Play]:
        """Every misreading of a tensor's steps; a cell that it does not concern keeps its number."""
        steps = self._steps(tensor, self.numbers)
        right: CellNumbers = {each.ref: each.right for each in steps}
        found: dict[tuple[str, str], Play] = {}
        for own in steps:
            for kind, key, value in _misreadings(own):
                play = found.get((kind.word, key)) or Play(kind, key, dict(right), False)
                play.values[own.ref] = value
                differs = play.changed or not same(value, right[own.ref])
                found[kind.word, key] = Play(kind, key, play.values, differs)
        return list(found.values())

    def noticed(self, tensor: str, play: Play, numbers: Operands | None = None) -> bool:
        """Whether a misreading reaches a number that counts: the output or the loss.

        What is made in the backward pass shows where it is made.
        """
        if not self.whole or tensor not in self._forward or tensor in self._ends:
            return True
        after = self.ripples.after(self._first(play, numbers), numbers, self._ends, self._forward)
        return any(ref.tensor in self._ends for ref in after)

    def changes(self, tensor: str, play: Play) -> tuple[str, ...]:
        """The tensors of which a number is another one, gradients and updates as well."""
        if not play.changed:
            return ()
        changed = {ref.tensor for ref in self.ripples.after(self._first(play, None))} | {tensor}
        return tuple(name for name in self.book.trace.places if name in changed)

    def _first(self, play: Play, numbers: Operands | None) -> CellNumbers:
        before = numbers or self.numbers
        return {ref: value for ref, value in play.values.items() if not same(value, before(ref))}

    def again(self, tensor: str, kind: SlipKind, key: str, numbers: Operands) -> Play:
        """One misreading of a tensor, with other numbers in the exercise."""
        values: CellNumbers = {}
        changed = False
        for own in self._steps(tensor, numbers):
            value = everywhere(own, kind, key)
            if value is not None:
                values[own.ref] = value
                changed = changed or not same(value, own.right)
        return Play(kind, key, values, changed)

    def _steps(self, tensor: str, numbers: Operands) -> list[ReworkedStep]:
        like = self.book.trace.network_tensor(tensor)
        step = 1 if self.whole else max(1, like.size // FEW_CELLS)
        cells = [unravel(place, like.shape) for place in range(0, like.size, step)]
        workings = [reworked(self.book, Ref(tensor, cell), numbers) for cell in cells]
        return [each for each in workings if not isinstance(each.step, Given)]


def _misreadings(own: ReworkedStep) -> Iterator[tuple[SlipKind, str, Quantity]]:
    seen = set()
    for kind in all_slips():
        if kind.solves:
            continue  # any number can be misread, and that is no idea that somebody has of a layer
        try:
            for candidate in kind.play(own):
                if candidate.everywhere and (kind.word, candidate.everywhere) not in seen:
                    seen.add((kind.word, candidate.everywhere))
                    yield kind, candidate.everywhere, candidate.value
        except ArithmeticError:
            continue
