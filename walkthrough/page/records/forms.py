"""Formulas as they are written, with gaps for their entries: what a page needs to write a line anew.

Which piece of a formula is in force, which entry of a window is the largest, and what an entry is worth,
a page finds out for itself; all else of a formula is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from walkthrough.document import Form, Formula
from walkthrough.mathematics.folding import Algebra
from walkthrough.mathematics.letters import Text, Writer, bounded, rational
from walkthrough.mathematics.notation import (
    Addition,
    Constant,
    Entry,
    Expression,
    Largest,
    Negative,
    Number,
    Piecewise,
    Product,
    Same,
    Total,
)

_GAP = re.compile("(\ue000[^\ue001]*\ue001)")
_BESIDE = "\ue000beside\ue001"

Transcribe = Callable[[Expression], Formula]


@dataclass(frozen=True)
class _Gaps(Writer):
    """Writes a formula as `Writer` does, with a gap for whatever a page has to find out."""

    transcribe: Transcribe = field(kw_only=True)
    found: list[Formula] = field(default_factory=list, kw_only=True)
    beside: ClassVar[str] = _BESIDE

    def gap(self, formula: Formula, letter: str = "") -> str:
        """A gap for a formula; of a derivative it says so, which is written apart."""
        self.found.append(formula)
        return f"\ue000{len(self.found) - 1}{'∂/' if '∂' in letter else ''}\ue001"

    def form(self, text: str) -> Form:
        """A text with gaps as its parts."""
        parts = (part for part in _GAP.split(text) if part)
        return tuple(self._part(part) for part in parts)

    def _part(self, part: str) -> str | Formula:
        if part[0] != "\ue000":
            return part
        return ("beside",) if part == _BESIDE else self.found[int(re.sub("[^0-9]", "", part))]

    def lettered(self, of: Constant) -> Text:
        gap = self.gap(("letter", of.symbol, of.text))
        return Text(gap, gap, Number)

    def same(self, of: Same, scope: None) -> Text:
        gap = self.gap(self.transcribe(of))
        return Text(gap, gap, Number)

    def total(self, of: Total, scope: None) -> Text:
        body = self.fold(of.body, scope)
        _, _, over = self.transcribe(of)
        gap = self.gap(("each", self.form(body.text), over))
        # a Σ over a single term is that term
        return Text(gap, gap, body.kind if all(index.extent == 1 for index in of.over) else Addition)

    def piecewise(self, of: Piecewise, scope: None) -> Text:
        zero, share = Number(Fraction(0)), of.share
        _, sign, *_ = self.transcribe(of)
        named = of.above == of.sign and of.below in (zero, Negative(of.sign))
        kink = Addition((Product((Number(share), of.above)), Product((Number(1 - share), of.below))))
        pieces = (of.above, of.below, of.above if share == 1 else kink if share else of.below)
        whole = super().piecewise(of, scope).text
        texts = (whole,) * 3 if named else tuple(self.fold(each, scope).bound() for each in pieces)
        forms = tuple(map(self.form, texts))
        gap = self.gap(("piecewise", self.form(self.fold(of.sign, scope).leading), *forms, sign))
        return Text(gap, gap, Number)


def forms(of: Expression, transcribe: Transcribe, separate: bool) -> tuple[Form, ...]:
    """A formula as it is written; `separate` has the terms of a sum one by one."""
    if isinstance(of, Largest):
        return ((transcribe(of),),)
    terms = of.terms if separate and isinstance(of, Addition) else (of,)
    return tuple(_form(term, transcribe) for term in terms)


def _form(of: Expression, transcribe: Transcribe) -> Form:
    found: list[Formula] = []
    gaps: _Gaps

    def write(entry: Entry) -> str:
        return gaps.gap(transcribe(entry), entry.tensor.symbol)

    gaps = _Gaps(write, False, False, transcribe=transcribe, found=found)
    return gaps.form(gaps.fold(of, None).leading)


def product_form(coefficient: Fraction, factors: tuple[Formula, ...]) -> Form:
    """A product of entries, as all products of a tensor are written."""
    parts: list[str | Formula] = [f"{bounded(rational(coefficient))}·"] if coefficient != 1 else []
    for at, factor in enumerate(factors):
        parts += [("beside",), factor] if at else [factor]
    return tuple(parts) if factors else (rational(coefficient),)


Ends = tuple[int, int] | None


@dataclass(frozen=True)
class _Ending(Algebra[Ends, None]):
    """With how many decimals a number ends: some, and so many times as many as its entries have at most."""

    def number(self, of: Fraction) -> Ends:
        found = next((count for count in range(13) if 10**count % of.denominator == 0), None)
        return None if found is None else (found, 0)

    def entry(self, of: Entry, scope: None) -> Ends:
        return (0, 1)

    def added(self, terms: list[Ends]) -> Ends:
        own = [each for each in terms if each is not None]
        return None if len(own) < len(terms) else (max(d for d, _ in own), max(n for _, n in own))

    def multiplied(self, factors: list[Ends]) -> Ends:
        own = [each for each in factors if each is not None]
        return None if len(own) < len(factors) else (sum(d for d, _ in own), sum(n for _, n in own))

    def negative(self, of: Ends) -> Ends:
        return of

    def quotient(self, above: Ends, below: Ends) -> Ends:
        return None

    def power(self, base: Ends, exponent: int) -> Ends:
        return self.multiplied([base] * exponent) if exponent > 0 else None

    def applied(self, function: str, to: Ends) -> Ends:
        return None

    def same(self, of: Same, scope: None) -> Ends:
        return (0, 0)

    def total(self, of: Total, scope: None) -> Ends:
        return self.fold(of.body, scope)

    def piecewise(self, of: Piecewise, scope: None) -> Ends:
        pieces = self.added([self.fold(piece, scope) for piece in (of.above, of.below)])
        return self.multiplied([pieces, self.number(of.share)])

    def other(self, of: Expression, scope: None) -> Ends:
        """The largest of a window is one of its entries."""
        return (0, 1)


def ends(of: Expression) -> Ends:
    """With how many decimals a formula's number ends; None where it may not end."""
    return _Ending().fold(of, None)
