"""How the numbers of a trace are said, and how a line is closed with its value.

Numbers that do not end are shown with some digits more than the result, so that whoever redoes a
printed line from its printed digits gets the printed result. Each line is redone here before it is
printed, and `=` stands only where both sides, as printed, are the same number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.document import Relation, Side, Working
from walkthrough.mathematics.letters import MINUS, subscript, subscripts
from walkthrough.numbers.arithmetic import NeedsPrecision
from walkthrough.numbers.shown import FULL, Known, Shown, shown
from walkthrough.trace.steps import AnyStep, Ref, Steps

_GUARDS = (0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)
_ZERO = Shown(False, "0", 0, True)


@dataclass(frozen=True)
class Said:
    """One side of a line: how it reads, and its value as printed; `complete` if no digit is left out."""

    side: Side
    value: Known
    complete: bool = True


Attempt = Callable[[int], list[Said]]
"""The sides of a line that have numbers, with so many digits more than the result."""


@dataclass(frozen=True)
class Voice:
    """How the numbers of a trace are said.

    `digits` are the significant digits of numbers that do not end; `fold_zeros` leaves out products
    with 0; `symbolic` leaves out the numbers.
    """

    steps: Steps
    digits: int = 10
    fold_zeros: bool = False
    symbolic: bool = False

    def symbol(self, ref: Ref | None, short: bool = False) -> str:
        """x₁₂, ∂L/∂k₂₁; `short` writes g for the gradient of a layer's output."""
        if ref is None:
            return "0"
        trace = self.steps.trace
        place = trace.place(ref.tensor)
        if place.local in trace.ways:
            return trace.letters[place.local] + subscript(ref.cell, place.shape)
        if place.local in ("loss", "target"):
            return "L" if place.local == "loss" else "t" + subscript(ref.cell, place.shape)
        base, grad, _ = place.local.removesuffix(".new").partition(".grad")
        letter = trace.letters[base]
        if grad:
            letter = "g" if short else f"∂L/∂{letter}"
        return letter + subscript(ref.cell, place.shape)

    def symbols(self, tensor: str, short: bool = False) -> list[str]:
        """The symbols of all cells of a tensor in reading order."""
        shape = self.steps.trace.place(tensor).shape
        first = self.symbol(Ref(tensor, (0,) * len(shape)), short)
        letter = first.removesuffix(subscript((0,) * len(shape), shape))
        return [letter + each for each in subscripts(shape)]

    def number(self, ref: Ref | None, guard: int = 0) -> Shown:
        """A number as it is shown, with some digits more; padding is 0."""
        if ref is None:
            return _ZERO
        return self.steps.trace.shown(ref.tensor, ref.cell, self.digits + guard, FULL + guard)

    def text(self, ref: Ref | None, guard: int = 0) -> str:
        """The number's text: as the case writes it (0.10, not 0.1), or as it is shown."""
        given = self._given(ref)
        return given if given is not None else self.number(ref, guard).text

    def value(self, ref: Ref | None, guard: int = 0) -> Fraction:
        """What the printed number says."""
        if ref is not None and self._given(ref) is not None:
            return self.steps.trace.known(ref.tensor, ref.cell).value
        return self.number(ref, guard).value

    def complete(self, ref: Ref | None) -> bool:
        """Whether nothing of the number is left out when it is printed."""
        return self._given(ref) is not None or self.number(ref).complete

    def _given(self, ref: Ref | None) -> str | None:
        return "0" if ref is None else self.steps.trace.given_text(ref.tensor, ref.cell)

    def all_complete(self, refs: list[Ref | None]) -> bool:
        """Whether nothing of any of these numbers is left out."""
        return all(self.complete(ref) for ref in refs)

    # --- a line and its value --------------------------------------------------------------------

    def closed(
        self,
        step: AnyStep,
        symbols: list[Side],
        because: str = "",
        attempt: Attempt = lambda _: [],
        relation: Relation = "=",
    ) -> Working:
        """A line, closed with its value; with as many digits more as redoing it takes."""
        sides: list[tuple[Relation, Side]] = [(relation, side) for side in symbols]
        left = self.symbol(step.ref)
        name = self.steps.trace.cell_name(step.ref.tensor, step.ref.cell)
        if self.symbolic:
            return Working(name, left, tuple(sides), because)
        result = self.number(step.ref)
        said: list[Said] = []
        for guard in _GUARDS:
            said = attempt(guard)
            if all(each.complete for each in said) or all(self._gives(each.value, result) for each in said):
                break
            if result.complete and guard >= 2:
                break  # terms that cancel do so exactly, and no number of digits shows it
            if self.steps.trace.case.arithmetic.kind == "float" and guard >= 8:
                break  # a float's own rounding cannot be redone from decimals
        before: Known | None = None
        for each in said:
            equal = each.complete if before is None else _same(before, each.value)
            sides.append(("=" if equal else "≈", each.side))
            before = each.value
        ended = result.complete and (before is None or _same(before, Known(result.value)))
        sides.append(("=" if ended else "≈", result.text))
        if said and result.complete and not ended and self.steps.trace.exact_arithmetic:
            exactly = f"exactly {result.text}"
            because = f"{because}; {exactly}" if because else exactly
        return Working(name, left, tuple(sides), because)

    def _gives(self, value: Known, result: Shown) -> bool:
        """Whether a side, redone from its printed numbers, gives the printed result."""
        if result.complete:
            return not value.spread and value.value == result.value
        try:
            return shown(value, self.digits).value == result.value
        except NeedsPrecision:
            return False


def bounded(text: str) -> str:
    """A number in parentheses, where a sign or an operator of its own needs them."""
    return f"({text})" if text.startswith(MINUS) or "·" in text or "/" in text else text


def _same(one: Known, other: Known) -> bool:
    return not one.spread and not other.spread and one.value == other.value


def in_rows(texts: list[str], row: int) -> tuple[tuple[str, ...], ...]:
    """The texts in rows of this length; 0: all in one."""
    if not row:
        return (tuple(texts),)
    return tuple(tuple(texts[at : at + row]) for at in range(0, len(texts), row))
