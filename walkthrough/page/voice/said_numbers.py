"""How the numbers of a trace are said.

Numbers that do not end are shown with some digits more than the result, so that whoever redoes a
printed line from its printed digits gets the printed result. What is said depends on the arithmetic, so
that its point can be seen: float64 in all the digits that tell one float from the next, rounding by hand
in its decimals.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeAlias, TypeVar

from walkthrough.document import Relation
from walkthrough.mathematics.letters import subscript, subscripts
from walkthrough.mathematics.notation import ravel
from walkthrough.numbers.shown import FULL, Known, Shown, shown
from walkthrough.trace.steps.kinds import Ref
from walkthrough.trace.steps.steps import Steps

_ZERO = Shown(False, "0", 0, True)
_MOST_REMEMBERED = 50_000
"""Numbers that a voice keeps as it has said them."""

K = TypeVar("K")
T = TypeVar("T")
_Asked: TypeAlias = tuple[Ref, int]
"""A number, and how many digits more."""


class SaidNumber(NamedTuple):
    """A number as it is printed, and what the printed digits say."""

    text: str
    value: Fraction


_PADDING = SaidNumber("0", Fraction(0))


@dataclass(frozen=True)
class Voice:
    """How the numbers of a trace are said.

    `digits` are the significant digits of numbers that do not end; `fold_zeros` leaves out products
    with 0; `symbolic` leaves out the numbers. A number is asked for in many lines, and several times in
    each: it is worked out once.
    """

    steps: Steps
    digits: int = 10
    fold_zeros: bool = False
    symbolic: bool = False
    _shown: dict[_Asked, Shown] = field(default_factory=dict, init=False, repr=False, compare=False)
    _said: dict[_Asked, SaidNumber] = field(default_factory=dict, init=False, repr=False, compare=False)
    _given: dict[Ref, str | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    # --- symbols ---------------------------------------------------------------------------------

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
        if place.local in trace.letters:
            return trace.letters[place.local] + subscript(ref.cell, place.shape)
        base, grad, _ = place.local.partition(".grad")
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

    def renews(self, ref: Ref) -> Relation:
        """← where a number takes the place of the one that is read: w ← w − α·∂L/∂w."""
        trace = self.steps.trace
        local = trace.place(ref.tensor).local
        return "←" if local.endswith(".new") or f"{local}.before" in trace.letters else "="

    # --- numbers ---------------------------------------------------------------------------------

    @property
    def decimals(self) -> int | None:
        """To how many decimals every line is rounded by hand; None if it is not."""
        return self.steps.trace.case.arithmetic.decimals

    @property
    def floats(self) -> bool:
        """Whether the numbers are float64."""
        return self.steps.trace.case.arithmetic.kind == "float"

    def number(self, ref: Ref | None, guard: int = 0) -> Shown:
        """A number as it is shown, with some digits more; padding is 0."""
        if ref is None:
            return _ZERO
        known = self._shown.get((ref, guard))
        return known or _kept(self._shown, (ref, guard), self._worked(ref, guard))

    def _worked(self, ref: Ref, guard: int) -> Shown:
        if self.floats:
            return shortest(self.steps.trace.known(ref.tensor, ref.cell).value)
        return self.steps.trace.shown(ref.tensor, ref.cell, self.digits + guard, FULL + guard)

    def said(self, ref: Ref | None, guard: int = 0) -> SaidNumber:
        """The number as the case writes it (0.10, not 0.1), or as it is shown; and what that says."""
        if ref is None:
            return _PADDING
        known = self._said.get((ref, guard))
        return known or _kept(self._said, (ref, guard), self._printed(ref, guard))

    def _printed(self, ref: Ref, guard: int) -> SaidNumber:
        given = self._as_given(ref)
        if given is None:
            number = self.number(ref, guard)
            return SaidNumber(number.text, number.value)
        if not self.floats:
            return SaidNumber(given, self.steps.trace.known(ref.tensor, ref.cell).value)
        grid = self.steps.trace.given_grid(ref.tensor)
        assert grid is not None
        return SaidNumber(given, grid.value(ravel(ref.cell, self.steps.trace.place(ref.tensor).shape)))

    def text(self, ref: Ref | None, guard: int = 0) -> str:
        """The number's text: as the case writes it, or as it is shown."""
        given = "0" if ref is None else self._as_given(ref)
        return self.number(ref, guard).text if given is None else given

    def value(self, ref: Ref | None, guard: int = 0) -> Fraction:
        """What the printed number says."""
        return self.said(ref, guard).value

    def complete(self, ref: Ref | None) -> bool:
        """Whether nothing of the number is left out when it is printed."""
        return ref is None or self._as_given(ref) is not None or self.number(ref).complete

    def all_complete(self, refs: list[Ref | None]) -> bool:
        """Whether nothing of any of these numbers is left out."""
        return all(self.complete(ref) for ref in refs)

    def between(self, number: Known, guard: int) -> Shown:
        """A number between the first and the last of a line: rounded as the arithmetic rounds.

        Raises NeedsPrecision if the enclosure leaves a digit open.
        """
        if self.floats:
            return shortest(number.value)
        if self.decimals is not None:
            return half_up(number.value, self.decimals)
        return shown(number, self.digits + guard, FULL + guard)

    def _as_given(self, ref: Ref) -> str | None:
        if ref not in self._given:
            _kept(self._given, ref, self.steps.trace.given_text(ref.tensor, ref.cell))
        return self._given[ref]


def _kept(memory: dict[K, T], key: K, found: T) -> T:
    if len(memory) >= _MOST_REMEMBERED:
        memory.clear()
    memory[key] = found
    return found


def shortest(value: Fraction) -> Shown:
    """A float in the fewest digits that tell it from its neighbours: 0.1, 2.5500000000000007."""
    sign, digits, exponent = Decimal(repr(float(value))).as_tuple()
    figures = "".join(map(str, digits))
    kept = figures.rstrip("0") or "0"
    assert isinstance(exponent, int)
    shift = exponent + len(figures) - len(kept) if kept != "0" else 0
    if shift > 0 and len(kept) + shift < 21:
        kept, shift = kept + "0" * shift, 0
    return Shown(bool(sign) and kept != "0", kept, shift, True)


def half_up(value: Fraction, decimals: int) -> Shown:
    """Rounded to so many decimals, a tie away from 0, as by hand."""
    unit = 10**decimals
    size = (2 * abs(value.numerator) * unit + value.denominator) // (2 * value.denominator)
    return shown(Known(Fraction(-size if value < 0 else size, unit)), 1, 4_000)
