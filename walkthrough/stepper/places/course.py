"""The course of a walk: every line of a case in the order of its page, and its parts."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from math import prod

from walkthrough.case.cells import NoSuchCell, resolve
from walkthrough.mathematics.notation import ravel, unravel
from walkthrough.page.selection import PHASES
from walkthrough.stepper.places.opened import Opened
from walkthrough.trace.steps.kinds import Choice, Mean, Phase, Ref, Sums
from walkthrough.words.messages import quoted, suggestion


@dataclass(frozen=True, slots=True)
class CoursePart:
    """A tensor whose numbers are worked out one after the other.

    `first` is the number of its first line, from 0; `stage` the layer (or the loss) that it belongs to.
    """

    tensor: str
    first: int
    size: int
    phase: Phase
    stage: str
    title: str
    unit: str

    @property
    def last(self) -> int:
        """The number of its last line."""
        return self.first + self.size - 1


class Course:
    """All lines of a case, numbered from 0 in the order in which `show` prints them."""

    def __init__(self, opened: Opened) -> None:
        self._shapes = opened.shapes
        places = opened.trace.places
        # a sample forward and backward, then the next; what belongs to none of them comes last
        batch = opened.case.batch
        order = sorted(places, key=lambda name: _turn(places[name].sample, batch))
        parts: list[CoursePart] = []
        count = 0
        for name in order:
            shape = places[name].shape
            if opened.given(Ref(name, (0,) * len(shape))):
                continue
            parts.append(_part(opened, name, count))
            count += prod(shape)
        self.parts = tuple(parts)
        self.lines = count

    @cached_property
    def _firsts(self) -> list[int]:
        return [part.first for part in self.parts]

    @cached_property
    def _of(self) -> dict[str, CoursePart]:
        return {part.tensor: part for part in self.parts}

    def part(self, line: int) -> CoursePart:
        """The part that a line belongs to."""
        return self.parts[bisect_right(self._firsts, line) - 1]

    def ref(self, line: int) -> Ref:
        """The number that a line works out."""
        part = self.part(line)
        return Ref(part.tensor, unravel(line - part.first, self._shapes[part.tensor]))

    def line(self, ref: Ref) -> int | None:
        """The line that works a number out; None if it is given."""
        part = self._of.get(ref.tensor)
        return None if part is None else part.first + ravel(ref.cell, self._shapes[ref.tensor])

    def find(self, word: str) -> Ref:
        """The number that a word stands for: a cell, or the first of a tensor, a layer, or `backward`.

        Raises NoSuchCell.
        """
        word = word.strip()
        for part in self.parts:
            if word in (part.phase, part.stage) and word not in self._shapes:
                return self.ref(part.first)
        try:
            tensor, cell = resolve(word, self._shapes)
        except NoSuchCell as problem:
            if "[" in word:
                raise
            stages = [part.stage for part in self.parts]
            hint = suggestion(word, dict.fromkeys([*PHASES, *stages, *self._shapes]))
            raise NoSuchCell(f"nothing here is called {quoted(word)}; {hint}") from problem
        return Ref(tensor, (0,) * len(self._shapes[tensor]) if cell is None else cell)


def _turn(sample: int | None, batch: bool) -> int:
    if not batch:
        return 0
    return 1_000_000_000 if sample is None else sample


def _part(opened: Opened, name: str, first: int) -> CoursePart:
    shape = opened.shape(name)
    ref = Ref(name, (0,) * len(shape))
    step = opened.step(ref)
    phase, stage = opened.steps.phase(name), opened.steps.stage_of(name)
    number = ""
    if stage is not None:
        number = opened.page.number_of(stage)
        if phase == "forward":
            title = f"{name}    {stage.layer.summary(stage.x.shape)}"
        elif phase == "loss":
            title = f"{name}    {stage.type.replace('_', ' ')}"
        else:
            title = f"{stage.name}    {opened.letter(name)}"
    else:
        title = name
    if phase == "update":
        number, title = "", f"update of {opened.letter(name)}    {name.removesuffix('.new')}"
    unit = "window" if phase == "forward" and _slides(step) else "number"
    if isinstance(step, Mean):
        title = f"mean over the samples    {opened.letter(name)}"
    return CoursePart(
        name, first, prod(shape), phase, stage.name if stage else "", f"{number}  {title}".strip(), unit
    )


def _slides(step: object) -> bool:
    """Whether something is laid on the input, window after window."""
    return isinstance(step, Choice) or (isinstance(step, Sums) and step.row > 0)
