"""How one tensor is laid on another: found from the terms themselves, whatever the layer is.

If term after term the entry (p, q) of the one meets the entry (base + step·(p, q)) of the other, then the
one is laid on the other as a window; with a step of −1 it is laid on it turned by 180°.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.stepper.pictures.boards import Frame, Spot, outer_of, spot_of
from walkthrough.stepper.places.line_pieces import Piece
from walkthrough.trace.steps.kinds import Ref

Pair = tuple[Spot, Spot]
"""A spot below, and the spot of what is laid on it that meets it."""


@dataclass(frozen=True, slots=True)
class Laying:
    """`laid` lies on `below` (slots of a term; None: only the places of the window, in rows of `row`)."""

    below: int
    laid: int | None
    step: Spot
    extent: Spot
    row: int = 0

    @property
    def turned(self) -> bool:
        """Whether it lies there turned by 180°."""
        return min(self.step) < 0

    def pairs(self, terms: Sequence[Piece], like: Piece | None) -> list[tuple[int, Spot | None, Spot]]:
        """Each term's spot below (None: outside) and the spot that meets it, of the slices of one term."""
        found = []
        for at, term in enumerate(terms):
            below = term[self.below] if self.below < len(term) else None
            if self.laid is None:
                found.append((at, None if below is None else spot_of(below), divmod(at, self.row or 1)))
                continue
            on = term[self.laid] if self.laid < len(term) else None
            if on is None or len(term) < 2 or not self._alike(term, like):
                continue
            found.append((at, None if below is None else spot_of(below), spot_of(on)))
        return found

    def _alike(self, term: Piece, like: Piece | None) -> bool:
        """Whether a term is of the same slices as another one."""
        for slot in (self.below, self.laid):
            one, two = term[slot or 0], like[slot or 0] if like else None
            if one is not None and two is not None and outer_of(one) != outer_of(two):
                return False
        return True

    def base(self, terms: Sequence[Piece], like: Piece | None) -> Spot | None:
        """Where the first entry of what is laid lies."""
        for _, below, on in self.pairs(terms, like):
            if below is not None:
                return below[0] - self.step[0] * on[0], below[1] - self.step[1] * on[1]
        return None

    def spots(self, base: Spot) -> list[Spot]:
        """All spots below that are covered."""
        return [self.below_at(base, (p, q)) for p in range(self.extent[0]) for q in range(self.extent[1])]

    def below_at(self, base: Spot, on: Spot) -> Spot:
        """The spot below that an entry meets."""
        return base[0] + self.step[0] * on[0], base[1] + self.step[1] * on[1]

    def overhang(self, base: Spot, rows: int, columns: int) -> Frame:
        """How far it sticks out over what it is laid on."""
        spots = self.spots(base)
        ys, xs = [y for y, _ in spots], [x for _, x in spots]
        return Frame(
            max(0, -min(ys)), max(0, -min(xs)), max(0, max(ys) - rows + 1), max(0, max(xs) - columns + 1)
        )


def laying(
    terms: Sequence[Piece], row: int, shapes: dict[str, tuple[int, ...]], parameters: set[str]
) -> Laying | None:
    """How the factors of these terms lie on each other; None if they do so in no such way.

    A parameter is laid on the other factor; without one, the gradient from upstream on what went in.
    """
    first = next((term for term in terms if len(term) == 2 and None not in term), None)
    if first is None:
        if row and terms and all(len(term) == 1 for term in terms):
            return _checked(terms, Laying(0, None, (0, 0), (len(terms) // row, row), row), None)
        return None
    for below, laid in _orders(first, parameters):
        on = first[laid]
        assert on is not None
        shape = shapes[on.tensor]
        extent = (shape[-2] if len(shape) > 1 else 1, shape[-1] if shape else 1)
        found = _checked(terms, Laying(below, laid, (0, 0), extent), first)
        if found is not None:
            return found
    return None


def _orders(first: Piece, parameters: set[str]) -> list[tuple[int, int]]:
    for slot in (0, 1):
        ref = first[slot]
        if ref is not None and ref.tensor in parameters:
            return [(1 - slot, slot)]
    # upstream stands first in a product, and is laid on what went in
    return [(1, 0), (0, 1)]


def _checked(terms: Sequence[Piece], guess: Laying, like: Piece | None) -> Laying | None:
    """The laying with its steps, if all terms agree about them."""
    pairs = [(below, on) for _, below, on in guess.pairs(terms, like) if below is not None]
    steps = [_step(pairs, axis, guess.extent[axis]) for axis in (0, 1)]
    if steps[0] is None or steps[1] is None:
        return None
    found = Laying(guess.below, guess.laid, (steps[0], steps[1]), guess.extent, guess.row)
    bases = {(below[0] - steps[0] * on[0], below[1] - steps[1] * on[1]) for below, on in pairs}
    return found if len(bases) == 1 else None


def _step(pairs: Sequence[Pair], axis: int, extent: int) -> int | None:
    """By how much the spot below moves when what is laid moves by one; None if that is no whole number."""
    if not pairs:
        return None
    (below, on), *others = pairs
    for other_below, other_on in others:
        moved = other_on[axis] - on[axis]
        if moved:
            step = Fraction(other_below[axis] - below[axis], moved)
            return int(step) if step.denominator == 1 and step else None
    return 1 if extent == 1 else None


def refs_of(terms: Sequence[Piece], tensor: str) -> list[Ref]:
    """What the terms read of a tensor, each number once."""
    return list(dict.fromkeys(ref for term in terms for ref in term if ref and ref.tensor == tensor))
