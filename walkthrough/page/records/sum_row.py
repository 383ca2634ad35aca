"""One line of a large tensor's ledger, put together term by term: what the ledger does by the thousand."""

from __future__ import annotations

from fractions import Fraction
from math import prod

from walkthrough.page.lines.narration import Narration, bounded
from walkthrough.page.records.ledger import GUARD, Ledger
from walkthrough.page.voice.one_row import OneRow, in_one_row
from walkthrough.trace.steps.kinds import Sums, Term


def sum_row(ledger: Ledger, step: Sums) -> OneRow:
    """The row of a sum: symbols, numbers, value; laid out otherwise if it wants more digits than that."""
    narration = ledger.narration
    how = ledger.product_style(step.ref.tensor)
    result = narration.number(step.ref)
    unfinished = any(_in_doubt(narration, term) for term in step.terms)
    total = sum((prod(narration.value(f, GUARD) for f in term.factors) for term in step.terms), Fraction(0))
    unit = Fraction(0) if result.complete else Fraction(10) ** result.exponent
    beside = abs(total - result.value)
    if not step.terms or (unfinished and beside and 2 * beside >= unit):
        return in_one_row(narration.line(step))
    symbols, figures = [], []
    for term in step.terms:
        names = [narration.symbol(factor, how.short) for factor in term.factors]
        symbols.append(how.between.join(names))
        figures.append("·".join(bounded(narration.text(factor, GUARD)) for factor in term.factors))
    operands = "≈" if unfinished else "="
    ended = "=" if result.complete and not unfinished and not beside else "≈"
    said = "" if step.copy else f"{operands} {' + '.join(figures)} "
    formula = f"{narration.symbol(step.ref)} = {' + '.join(symbols)}"
    return OneRow(formula, f"{said}{ended} {result.text}", ledger.because(step.ref.tensor))


def _in_doubt(narration: Narration, term: Term) -> bool:
    """Whether digits are left out of a factor, and no other one is exactly 0."""
    complete = [narration.complete(factor) for factor in term.factors]
    zero = any(c and not narration.value(f) for c, f in zip(complete, term.factors, strict=True))
    return not all(complete) and not zero
