"""Terms of formulas: written out, sorted as a person writes them, and matched with each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from walkthrough.derivations.proof.polynomials import Coefficient, Monomial, Polynomial
from walkthrough.formulas.claimed_cells import claimed_entry_text
from walkthrough.mathematics.notation import Tensor

if TYPE_CHECKING:
    from walkthrough.formulas.claimed_cells import Asked

_ORDER = {"k": "gxkzb", "w": "gwxzb", "": "gxztyb"}
"""The order of factors: g·k, g·x and x·k of a convolution, w·x of a dense layer."""
_MOST_PAIRED = 150


@dataclass(frozen=True, slots=True)
class Misindexed:
    """A term as written and as it should be: the same letters, other indices."""

    written: Monomial
    right: Monomial
    coefficient: Coefficient
    distance: int


def paired(cell: Asked, missing: Polynomial, spare: Polynomial) -> list[Misindexed]:
    """Spare terms matched with the missing ones they were probably meant to be, nearest first."""
    # whoever has hundreds of wrong terms does not look for a slip in one index
    partners: dict[tuple[Coefficient, tuple[str, ...]], list[Monomial]] = {}
    for each in list(missing)[:_MOST_PAIRED]:
        partners.setdefault((missing[each], _letters(each)), []).append(each)
    candidates = [
        Misindexed(one, other, spare[one], _distance(one, other))
        for one in list(spare)[:_MOST_PAIRED]
        for other in partners.get((spare[one], _letters(one)), ())
    ]
    order = in_written_order(cell)
    candidates.sort(key=lambda pair: (pair.distance, order.get(pair.right, 0), pair.written))
    found: list[Misindexed] = []
    used: set[Monomial] = set()
    for pair in candidates:
        if pair.written not in used and pair.right not in used:
            found.append(pair)
            used |= {pair.written, pair.right}
    return sorted(found, key=lambda pair: order.get(pair.right, 0))


def _letters(monomial: Monomial) -> tuple[str, ...]:
    return tuple(letter for letter, _ in monomial)


def _distance(one: Monomial, other: Monomial) -> int:
    """How many steps the indices are apart, with a factor that differs counting more than a step."""
    steps = 0
    for (_, a), (_, b) in zip(one, other, strict=True):
        apart = sum(abs(p - q) for p, q in zip(a, b, strict=True))
        steps += apart + (1000 if apart else 0)
    return steps


def in_written_order(cell: Asked) -> dict[Monomial, int]:
    """The right terms' places in the sum."""
    return {monomial: place for place, (_, monomial) in reversed(list(enumerate(cell.right)))}


def formula_text(terms: Iterable[tuple[Coefficient, Monomial]], letters: Mapping[str, Tensor]) -> str:
    """g[1,1]*x[2,1] + g[1,2]*x[2,2]."""
    text = ""
    for coefficient, monomial in terms:
        term = term_text(coefficient, monomial, letters)
        if not text:
            text = term
        else:
            text += f" - {term[1:]}" if term.startswith("-") else f" + {term}"
    return text or "0"


def term_text(coefficient: Coefficient, monomial: Monomial, letters: Mapping[str, Tensor]) -> str:
    """-2*g[1,1]*x[2,1]."""
    order = _ORDER["k" if "k" in letters else "w" if "w" in letters else ""]
    factors = sorted(monomial, key=lambda each: (order.index(each[0]), each[1]))
    texts = [claimed_entry_text(each, letters[each[0]].shape) for each in factors]
    if not texts:
        return str(coefficient)
    product = "*".join(texts)
    if coefficient == 1:
        return product
    return f"-{product}" if coefficient == -1 else f"{coefficient}*{product}"
