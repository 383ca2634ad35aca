"""A case laid open to be walked through: all that the stepper asks of the trace and of the page."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any, TypeVar

from walkthrough.document import Heading, Prose, Rule, Working
from walkthrough.mathematics.notation import Cell, Shape
from walkthrough.page.lines.narration import Narration
from walkthrough.page.page import Page
from walkthrough.trace.refusal import CannotReplay
from walkthrough.trace.steps.kinds import AnyStep, Given, Ref, Update
from walkthrough.trace.steps.steps import Steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from walkthrough.case import Case
    from walkthrough.trace.trace import Trace

UNDECIDED = "?"
_MOST_REMEMBERED = 4_000
_SUBSCRIPT = re.compile(r"(?:[₀-₉]+|\[[0-9,]+\])$")
T = TypeVar("T")


class Opened:
    """A replayed case, its steps and its lines, each worked out once and remembered.

    `digits` are the significant digits of numbers that do not end.
    """

    def __init__(self, trace: Trace, digits: int = 10) -> None:
        self.trace = trace
        self.digits = digits
        self.steps = Steps(trace)
        self.narration = Narration(self.steps, digits)
        self.page = Page(self.narration)
        self._folded = Narration(self.steps, digits, fold_zeros=True)
        # formulas are asked for without their numbers, which take long where there are hundreds of terms
        self._formulas = Page(Narration(self.steps, digits, symbolic=True))
        self.step: Callable[[Ref], AnyStep] = _remembered(lambda ref: self.steps.step(ref.tensor, ref.cell))
        self._working = _remembered(self._worked)
        self._text = _remembered(self._said)
        self._short = _remembered(self._shortened)
        self._shades = _remembered(self._shaded)
        self.rules: Callable[[str], tuple[Rule, ...]] = _remembered(self._rules)

    @property
    def case(self) -> Case:
        """The case."""
        return self.trace.case

    # --- names -----------------------------------------------------------------------------------

    @property
    def shapes(self) -> dict[str, Shape]:
        """Every tensor's shape, by its full name."""
        return {name: place.shape for name, place in self.trace.everything.items()}

    def shape(self, tensor: str) -> Shape:
        """The shape of a tensor under its full name."""
        return self.trace.place(tensor).shape

    def name(self, ref: Ref) -> str:
        """`conv[1,1]`."""
        return self.trace.cell_name(ref.tensor, ref.cell)

    def symbol(self, ref: Ref, short: bool = False) -> str:
        """x₁₂, ∂L/∂k₂₁; `short` writes g for the gradient of a layer's output."""
        return self.narration.symbol(ref, short)

    def letter(self, tensor: str, short: bool = False) -> str:
        """x, ∂L/∂k: a tensor's symbol without its indices."""
        return _SUBSCRIPT.sub("", self.symbol(Ref(tensor, (0,) * len(self.shape(tensor))), short))

    def given(self, ref: Ref) -> bool:
        """Whether the case itself gives a number."""
        return isinstance(self.step(ref), Given)

    # --- lines -----------------------------------------------------------------------------------

    def working(self, ref: Ref, fold: bool = False) -> Working:
        """The line of working of a cell, as `show` prints it."""
        return self._working((ref, fold))

    def _worked(self, asked: tuple[Ref, bool]) -> Working:
        ref, fold = asked
        try:
            return (self._folded if fold else self.narration).line(self.step(ref))
        except CannotReplay as problem:
            return Working(self.name(ref), self.symbol(ref), (), str(problem))

    def _rules(self, tensor: str) -> tuple[Rule, ...]:
        from walkthrough.page.selection import selected

        first = Ref(tensor, (0,) * len(self.shape(tensor)))
        blocks = selected(self._formulas, (self.name(first),))
        opening = takewhile(lambda block: isinstance(block, Heading | Prose | Rule), blocks)
        found = tuple(block for block in opening if isinstance(block, Rule))
        step = self.step(first)
        if not found and isinstance(step, Update):
            letter, rate = self.letter(step.old.tensor), self.case.learning_rate
            found = (Rule(f"{letter} ← {letter} − α·∂L/∂{letter}", f"α = {rate.shown}" if rate else ""),)
        return found

    # --- numbers ---------------------------------------------------------------------------------

    def text(self, ref: Ref) -> str:
        """A number as the page prints it; ? where no number of digits decides it."""
        return self._text(ref)

    def _said(self, ref: Ref) -> str:
        try:
            return self.narration.text(ref)
        except CannotReplay:
            return UNDECIDED

    def short(self, ref: Ref, digits: int) -> str:
        """A number rounded to so many significant digits, where its full text would be too wide."""
        return self._short((ref, digits))

    def _shortened(self, asked: tuple[Ref, int]) -> str:
        ref, digits = asked
        if self.text(ref) == UNDECIDED:
            return UNDECIDED
        given = self.trace.given_text(*ref)
        if given is not None and len(given) <= digits + 2:
            return given
        found = self.trace.shown(*ref, digits, digits)
        if not found.complete and found.exponent > 0 and found.magnitude < 9:
            # 12346 is shorter than 1.23·10⁴, and says more
            found = self.trace.shown(*ref, found.magnitude + 1, found.magnitude + 1)
        return found.text

    def same(self, ref: Ref, other: Opened) -> bool:
        """Whether a cell has the same number in another replay of the case."""
        one, two = self.trace.known(*ref), other.trace.known(*ref)
        return abs(one.value - two.value) <= one.spread + two.spread

    def shades(self, tensor: str, outer: Cell) -> Any:
        """A slice of a tensor as numbers from 0 (its smallest) to 1 (its largest)."""
        return self._shades((tensor, outer))

    def _shaded(self, asked: tuple[str, Cell]) -> Any:
        import numpy as np

        tensor, outer = asked
        numbers = self.trace.numbers(tensor)
        values = np.asarray(getattr(numbers, "numerators", numbers))[outer].astype(np.float64)
        values = values.reshape((1,) * (2 - values.ndim) + values.shape)
        low, high = float(values.min()), float(values.max())
        return (values - low) / ((high - low) or 1.0)


def _remembered(worked: Callable[[Any], T]) -> Callable[[Any], T]:
    return lru_cache(_MOST_REMEMBERED)(worked)
