"""Formulas in pieces: which piece is in force, and why, so that a line says only what was worked out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from walkthrough.mathematics.folding import has_pieces, rebuilt
from walkthrough.mathematics.notation import Addition, Entry, Expression, Negative, Number, Piecewise, Product
from walkthrough.numbers.redone import simplified

_ZERO, _ONE = Number(Fraction(0)), Number(Fraction(1))


@dataclass(frozen=True)
class Pieces:
    """Says of a formula at one place which of its pieces are in force.

    `side` gives the sign of an expression, and in words why; `switch` the value of what switches a term on
    or off (a one-hot target), None for other entries. `reasons` are the conditions that hold.
    """

    side: Callable[[Expression], tuple[int, str]]
    switch: Callable[[Entry], Fraction | None]
    reasons: list[str] = field(default_factory=list)

    def in_force(self, of: Expression) -> Expression:
        """The formula without the pieces that are not in force; max(0, a) and |a| stay as they are."""
        if not has_pieces(of):
            return of
        if isinstance(of, Product):
            return self._switched(of)
        if isinstance(of, Addition):
            terms = tuple(self.in_force(term) for term in of.terms)
            kept = tuple(term for term in terms if term != _ZERO)
            return Addition(kept) if len(kept) > 1 else (kept[0] if kept else _ZERO)
        if isinstance(of, Negative):
            inner = self.in_force(of.of)
            return _ZERO if inner == _ZERO else Negative(inner)
        if not isinstance(of, Piecewise) or _named(of):
            return rebuilt(of, self.in_force)
        side, reason = self.side(of.sign)
        self.reasons.append(reason)
        return self.in_force(of.above if side > 0 else of.below) if side else self._at_kink(of)

    def _at_kink(self, of: Piecewise) -> Expression:
        """What a formula of two pieces is where neither holds: a share of each."""
        if of.share in (0, 1) or of.above == of.below:
            return self.in_force(of.above if of.share == 1 else of.below)
        parts = ((1 - of.share, of.below), (of.share, of.above))
        blend = Addition(tuple(Product((Number(share), self.in_force(piece))) for share, piece in parts))
        return simplified(blend, lambda _: None)

    def _switched(self, of: Product) -> Expression:
        """A product with what switches it carried out: 0, or the rest of it."""
        kept: list[Expression] = []
        for factor in of.factors:
            value = simplified(factor, self.switch)
            if value == _ZERO:
                return value
            if value != _ONE:
                kept.append(factor)
        parts = tuple(part for part in map(self.in_force, kept) if part != _ONE)
        if _ZERO in parts:
            return _ZERO
        return parts[0] if len(parts) == 1 else Product(parts) if parts else _ONE


def _named(of: Piecewise) -> bool:
    """Whether it has a name of its own: max(0, a), |a|."""
    return of.above == of.sign and of.below in (_ZERO, Negative(of.sign))
