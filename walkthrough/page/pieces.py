"""Formulas in pieces: which piece is in force, and why, so that a line says only what was worked out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from walkthrough.mathematics.folding import has_pieces, rebuilt
from walkthrough.mathematics.letters import conditions
from walkthrough.mathematics.notation import (
    Entry,
    Expression,
    Negative,
    Number,
    Piecewise,
    Product,
    Sum,
)
from walkthrough.numbers.redone import simplified

_ZERO = Number(Fraction(0))


@dataclass(frozen=True)
class Pieces:
    """Says of a formula at one place which of its pieces are in force.

    `side` gives the sign of an expression, `symbol` an entry's symbol, `switch` the value of what switches
    a term on or off (a one-hot target), None for other entries. `reasons` are the conditions that hold.
    """

    side: Callable[[Expression], int]
    symbol: Callable[[Entry], str]
    switch: Callable[[Entry], Fraction | None]
    reasons: list[str] = field(default_factory=list)

    def in_force(self, of: Expression) -> Expression:
        """The formula without the pieces that are not in force; max(0, a) and |a| stay as they are."""
        if isinstance(of, Product) and any(has_pieces(factor) for factor in of.factors):
            return self._switched(of)
        if isinstance(of, Sum):
            terms = tuple(self.in_force(term) for term in of.terms)
            kept = tuple(term for term in terms if term != _ZERO)
            return Sum(kept) if len(kept) > 1 else (kept[0] if kept else _ZERO)
        if isinstance(of, Negative) and self.in_force(of.of) == _ZERO:
            return _ZERO
        if not isinstance(of, Piecewise) or _named(of):
            return rebuilt(of, self.in_force)
        side = self.side(of.sign)
        above, equal, below = conditions(of.sign, self.symbol)
        self.reasons.append(above if side > 0 else below if side < 0 else equal)
        if side:
            return self.in_force(of.above if side > 0 else of.below)
        if of.above == of.below or not of.share:
            return self.in_force(of.below)
        if of.share == 1:
            return self.in_force(of.above)
        parts = ((of.share, of.above), (1 - of.share, of.below))
        blend = Sum(tuple(Product((Number(share), self.in_force(piece))) for share, piece in parts))
        return simplified(blend, lambda _: None)

    def _switched(self, of: Product) -> Expression:
        """A product with what switches it carried out: 0, or the rest of it."""
        kept: list[Expression] = []
        for factor in of.factors:
            value = simplified(factor, self.switch)
            if value == _ZERO:
                return value
            if value != Number(Fraction(1)):
                kept.append(factor)
        parts = tuple(self.in_force(factor) for factor in kept)
        if _ZERO in parts:
            return _ZERO
        return parts[0] if len(parts) == 1 else Product(parts)


def _named(of: Piecewise) -> bool:
    """Whether it has a name of its own: max(0, a), |a|."""
    return of.above == of.sign and of.below in (_ZERO, Negative(of.sign))
