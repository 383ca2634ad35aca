"""A step taken apart: what each of its terms reads, and what the term is worth."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from walkthrough.mathematics.letters import MINUS, at_place, bounded, rational
from walkthrough.mathematics.notation import entries
from walkthrough.numbers.arithmetic import NeedsPrecision
from walkthrough.numbers.shown import FULL, Known, Shown, shown
from walkthrough.stepper.places.opened import Opened
from walkthrough.trace.steps.kinds import (
    AnyStep,
    Chain,
    Choice,
    Formula,
    Gate,
    Mean,
    Ref,
    Route,
    Sums,
    Term,
    Update,
)
from walkthrough.trace.trace import CannotReplay, Trace

Piece: TypeAlias = tuple[Ref | None, ...]
"""What one term of a step reads; None is padding, which is 0."""

_GUARDS = (0, 2, 4, 8, 16, 32)


def pieces(opened: Opened, step: AnyStep) -> tuple[Piece, ...]:
    """The terms of a step in their order; of a function, all that it reads at once."""
    narration = opened.narration
    match step:
        case Sums(terms=terms):
            return tuple(term.factors for term in terms)
        case Choice(candidates=candidates):
            return tuple((each,) for each in candidates)
        case Gate(operand=operand):
            return ((operand,),)
        case Route(shares=shares):
            return tuple((share.upstream,) for share in shares)
        case Mean(over=over):
            return tuple((each,) for each in over)
        case Update(old=old, gradient=gradient):
            return ((old, gradient),)
        case Formula(expression=expression, place=place, sample=sample):
            found = [narration.ref(entry, sample) for entry, _ in entries(at_place(expression, place))]
            return (tuple(dict.fromkeys(found)),)
        case Chain(terms=links, sample=sample):
            return tuple(
                tuple(
                    dict.fromkeys(
                        [
                            upstream,
                            *(narration.ref(entry, sample) for entry, _ in entries(at_place(local, place))),
                        ]
                    )
                )
                for upstream, local, place in links
            )
    return ()


@dataclass(frozen=True, slots=True)
class TermLine:
    """One term by itself: `x₂₂k₂₂ = 255·4 = 1020`, and the sum of it and all before it."""

    text: str
    so_far: str = ""


def term_line(opened: Opened, step: AnyStep, at: int) -> TermLine:
    """What the term at this place, counted from 0, is worth."""
    narration = opened.narration
    match step:
        case Sums(terms=terms):
            return _product(opened, step, terms, at)
        case Choice(candidates=candidates):
            return _candidate(opened, candidates, at)
        case Chain(terms=links):
            upstream = links[at][0]
            worth = next((back for ref, _, back in narration.links(step) if ref == upstream), None)
            value = f" {_relation(worth)} {worth.text}" if worth is not None else ""
            return TermLine(f"by way of {opened.symbol(upstream)}: upstream × local{value}")
        case Route(shares=shares):
            share = shares[at]
            symbol = f"{opened.symbol(share.upstream)}"
            window = f"from {opened.symbol(share.window)}"
            number = narration.text(share.upstream)
            return TermLine(
                f"{window}: {rational(share.share)} · {symbol} = {rational(share.share)} · {number}"
            )
        case Mean(over=over):
            return TermLine(f"sample {at + 1}: {narration.text(over[at])}")
    return TermLine("")


def _candidate(opened: Opened, candidates: tuple[Ref | None, ...], at: int) -> TermLine:
    ref = candidates[at]
    if ref is None:
        return TermLine("padding, which never wins")
    before = [each for each in candidates[: at + 1] if each is not None]
    best = max(before, key=lambda each: opened.trace.known(*each).value)
    text = f"{opened.symbol(ref)} {_equals(opened, ref)} {opened.text(ref)}"
    return TermLine(text, f"the largest so far {_equals(opened, best)} {opened.text(best)}")


def _product(opened: Opened, step: Sums, terms: tuple[Term, ...], at: int) -> TermLine:
    term = terms[at]
    symbols = "·".join(opened.narration.symbol(each, len(terms) > 1) for each in term.factors)
    before = "" if term.coefficient == 1 else f"{rational(term.coefficient)}·"
    worth, guard = _certain(opened, (term,)), 0
    for guard in _GUARDS:  # as many digits more as whoever redoes the product needs
        printed = term.coefficient
        for each in term.factors:
            printed *= opened.narration.value(each, guard)
        if worth is None or shown(Known(printed), opened.digits, FULL).value == worth.value:
            break
    numbers = "·".join(bounded(opened.narration.text(each, guard)) for each in term.factors)
    complete = opened.narration.all_complete(list(term.factors))
    text = f"{before}{symbols} {'=' if complete else '≈'} {before}{numbers}"
    if worth is not None and (len(term.factors) > 1 or before):
        text += f" {'=' if complete and worth.complete else '≈'} {worth.text}"
    total = _certain(opened, terms[: at + 1]) if at else None
    return TermLine(text, "" if total is None else f"so far {_relation(total)} {total.text}")


def _certain(opened: Opened, terms: tuple[Term, ...]) -> Shown | None:
    """The sum of some products; None where no number of digits shows that it is 0."""
    trace, digits = opened.trace, opened.digits

    def question(precision: int) -> Shown:
        value, spread = Fraction(0), Fraction(0)
        for term in terms:
            known = _worth(trace, term, precision)
            value, spread = value + known.value, spread + known.spread
        return shown(Known(value, spread), digits, FULL)

    try:
        found: Shown = trace.certain(question, 320)
    except (CannotReplay, NeedsPrecision):
        return None
    return found


def _worth(trace: Trace, term: Term, precision: int) -> Known:
    """A product, and how far the truth can be from it."""
    value, spread = term.coefficient, Fraction(0)
    for factor in term.factors:
        if factor is None:
            return Known(Fraction(0))
        known = trace.known(factor.tensor, factor.cell, precision)
        spread = abs(value) * known.spread + spread * (abs(known.value) + known.spread)
        value *= known.value
    return Known(value, spread)


def _equals(opened: Opened, ref: Ref) -> str:
    return "=" if opened.narration.complete(ref) else "≈"


def _relation(number: Shown | None) -> str:
    return "=" if number is not None and number.complete else "≈"


def signed(text: str, mark: str, end: str) -> str:
    """A term between marks; its minus stays outside, where sums look for it."""
    if text.startswith(MINUS):
        return f"{MINUS}{mark}{text[1:]}{end}"
    return f"{mark}{text}{end}"
