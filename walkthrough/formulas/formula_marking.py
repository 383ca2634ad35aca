"""The verdict on a claimed formula: right, or what is missing, spare or mis-indexed, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from walkthrough.derivations.proof.polynomials import Monomial, Polynomial
from walkthrough.formulas import formula_slips as known
from walkthrough.formulas.claimed_cells import Asked, asked_cell
from walkthrough.formulas.formula_slips import FormulaSlip
from walkthrough.formulas.formula_terms import Misindexed, formula_text, in_written_order, paired, term_text
from walkthrough.formulas.grammar import Unreadable, polynomial
from walkthrough.trace.network import Network

__all__ = ["FormulaSlip", "FormulaVerdict", "check_formula"]

RightOrWrong: TypeAlias = Literal["right", "wrong", "unreadable"]


@dataclass(frozen=True, slots=True)
class FormulaVerdict:
    """What is to be said about a formula that somebody wrote down.

    `expected` is the right formula. A term with a wrong index stands in `misindexed` as it was
    written, and at the same place in `instead` as it should be; `missing` and `spare` have the terms
    that have no such partner. `reason` says why a formula could not be read.
    """

    verdict: RightOrWrong
    expected: str = ""
    missing: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    misindexed: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    slips: tuple[FormulaSlip, ...] = ()
    reason: str = ""


def check_formula(network: Network, cell_name: str, text: str) -> FormulaVerdict:
    """The verdict on a formula for a cell such as `conv.kernel.grad[2,1]`; it never raises."""
    try:
        cell = asked_cell(network, cell_name)
        right = cell.polynomial
    except Unreadable as problem:
        return FormulaVerdict("unreadable", reason=str(problem))
    expected = formula_text(cell.right, cell.letters)
    try:
        written = polynomial(text, cell.names, cell.resolve)
    except Unreadable as problem:
        return FormulaVerdict("unreadable", expected, reason=str(problem))
    if written == right:
        return FormulaVerdict("right", expected)
    return _wrong(cell, right, written, expected)


def _wrong(cell: Asked, right: Polynomial, written: Polynomial, expected: str) -> FormulaVerdict:
    missing = {each: c for each, c in right.items() if written.get(each) != c}
    spare = {each: c for each, c in written.items() if right.get(each) != c}
    pairs = paired(cell, missing, spare)
    for pair in pairs:
        del missing[pair.right], spare[pair.written]
    order = in_written_order(cell)

    def texts(terms: Polynomial) -> tuple[str, ...]:
        return tuple(
            term_text(terms[each], each, cell.letters)
            for each in sorted(terms, key=lambda each: (order.get(each, len(order)), each))
        )

    return FormulaVerdict(
        "wrong",
        expected,
        texts(missing),
        texts(spare),
        tuple(_text(pair, pair.written, cell) for pair in pairs),
        tuple(_text(pair, pair.right, cell) for pair in pairs),
        known.recognised(cell, written, pairs),
    )


def _text(pair: Misindexed, monomial: Monomial, cell: Asked) -> str:
    return term_text(pair.coefficient, monomial, cell.letters)
