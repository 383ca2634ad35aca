"""The operands of a step: what somebody has in each cell that it reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from fractions import Fraction
from typing import TypeAlias, TypeVar

from flint import fmpq

from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.quantities import quantity
from walkthrough.trace.steps.kinds import Ref

T = TypeVar("T")
Own: TypeAlias = Callable[[Ref], Fraction | Quantity | None]
"""Somebody's own number in a cell; None where their numbers give nothing (the log of a negative one)."""


class NothingThere(ArithmeticError):
    """An operand that somebody's own numbers do not give."""


class Operands:
    """Somebody's own numbers, each asked for once.

    `given` may answer first, with what the case gives and this person has not written otherwise.
    """

    def __init__(self, own: Own) -> None:
        self._own = own
        self._known: dict[Ref, Quantity] = {}
        self._worked_out: dict[Hashable, object] = {}
        self.given: Callable[[Ref], Quantity | None] = lambda _: None
        self.written: Collection[Ref] = frozenset()
        """The cells in which this person wrote something."""

    def __call__(self, ref: Ref) -> Quantity:
        """The number in a cell; raises NothingThere."""
        known = self._known.get(ref)
        if known is None:
            known = self.given(ref)
            if known is None:
                value = self._own(ref)
                if value is None:
                    raise NothingThere(f"{ref.tensor}")
                known = value if isinstance(value, fmpq) else quantity(value)
            self._known[ref] = known
        return known

    def once(self, key: Hashable, made: Callable[[], T]) -> T:
        """What is worked out from these numbers, once: a cell's right value, whatever was written in it."""
        known = self._worked_out.get(key)
        if known is None:
            known = self._worked_out[key] = made()
        return known  # type: ignore[return-value]  # made by the same key

    @property
    def asked(self) -> list[Ref]:
        """The cells whose numbers were asked for."""
        return list(self._known)

    def instead(self, other: Callable[[Ref], Quantity | None]) -> Operands:
        """The same numbers, but those that `other` gives."""
        changed = Operands(self._own)
        changed.written = self.written

        def given(ref: Ref) -> Quantity | None:
            number = other(ref)
            return self(ref) if number is None else number

        changed.given = given
        return changed

    def noting(self) -> Operands:
        """The same numbers, none of them asked for yet."""
        other = Operands(self._own)
        other.written = self.written
        other.given = lambda ref: self._known[ref] if ref in self._known else self.given(ref)
        return other
