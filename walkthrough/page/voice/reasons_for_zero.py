"""Why a number is exactly 0: its real cause, followed to its end; one sentence for `show` and `why`."""

from __future__ import annotations

from walkthrough.mathematics.folding import at_place, has_pieces
from walkthrough.mathematics.letters import rational
from walkthrough.mathematics.notation import Entry
from walkthrough.numbers.redone import redone
from walkthrough.numbers.shown import Known
from walkthrough.page.voice.said_numbers import Voice
from walkthrough.trace.steps.kinds import (
    AnyStep,
    Chain,
    Choice,
    Formula,
    Gate,
    Given,
    Mean,
    Ref,
    Route,
    Sums,
    Update,
)

_DIGITS = 40
"""Digits to which a local derivative is looked at: what is not rational is not 0."""

_FURTHEST = 200
"""Numbers that a cause is followed through; no network has so many layers in a row."""


def reason_for_zero(voice: Voice, step: AnyStep) -> str:
    """Why the number of a step is 0; empty if it is not 0, or nobody can say more than its line does.

    `nothing comes from above: ∂L/∂a₁₂₁ = 0 (a₁₂₁ lost to a₁₁₁)`.
    """
    if not is_zero(voice, step.ref):
        return ""
    above = _above(voice, step)
    if above is None:
        return _own(voice, step)
    return nothing_from(voice, above)


def nothing_from(voice: Voice, above: Ref) -> str:
    """Why nothing comes from a gradient further up: the reason at the end of the way."""
    hops, end = _followed(voice, above)
    several = f"{voice.symbol(hops[0])} = " + (f"{voice.symbol(hops[-1])} = " if len(hops) > 1 else "")
    return f"nothing comes from above: {several}0" + (f" ({end})" if end else "")


def end_of_zero(voice: Voice, above: Ref) -> str:
    """The same for a line that shows already from what it is copied: the reason alone."""
    _, end = _followed(voice, above)
    return f"0 from above: {end}" if end else ""


def _followed(voice: Voice, above: Ref) -> tuple[list[Ref], str]:
    """The gradients that are 0 only because another one is, and why the last of them is."""
    hops = [above]
    while len(hops) < _FURTHEST:
        further = _above(voice, _step(voice, hops[-1]))
        if further is None:
            break
        hops.append(further)
    return hops, _briefly(voice, _step(voice, hops[-1]))


def is_zero(voice: Voice, ref: Ref | None) -> bool:
    """Whether a number is 0, provably (padding is)."""
    if ref is None:
        return True
    known = voice.steps.trace.known(ref.tensor, ref.cell)
    return not known.value and not known.spread


def _step(voice: Voice, ref: Ref) -> AnyStep:
    return voice.steps.step(ref.tensor, ref.cell)


def _above(voice: Voice, step: AnyStep) -> Ref | None:
    """The first gradient further up without which a gradient is 0; None if its own step makes it 0."""
    match step:
        case Route(shares=shares):
            upstream = [each.upstream for each in shares if each.share]
        case Chain(terms=terms):
            upstream = [ref for ref, _, _ in terms]
        case Sums(terms=terms, phase="backward"):
            upstream = [factor for term in terms if (factor := term.factors[0]) is not None]
        case _:
            return None
    if not upstream or not all(is_zero(voice, ref) for ref in upstream):
        return None
    return upstream[0]


def _own(voice: Voice, step: AnyStep) -> str:
    """Why a step gives 0 though something came to it."""
    match step:
        case Given():
            return "given as 0"
        case Route():
            return _stopped(voice, step)
        case Gate(operand=operand, sign=sign):
            return (
                f"closed: {voice.symbol(operand)} < 0"
                if sign < 0
                else f"{voice.symbol(operand)} is exactly 0"
            )
        case Choice(candidates=candidates, winner=winner):
            return f"the largest, {voice.symbol(candidates[winner])}, is 0"
        case Sums(terms=terms):
            return _of_sum(voice, step) if terms else "it goes into no output"
        case Chain(terms=links):
            return _of_chain(voice, step) if links else "it goes into no output"
        case Formula() if step.phase == "backward":
            return _of_slope(voice, step)
        case Mean(over=over):
            alive = any(not is_zero(voice, ref) for ref in over)
            return "the samples' numbers cancel" if alive else "it is 0 for every sample"
        case Update():
            return "what is taken away is all there was"
    return ""


def _of_sum(voice: Voice, step: Sums) -> str:
    """Every product has a 0 in it, or what is left of them cancels."""
    alive = [term for term in step.terms if not any(is_zero(voice, factor) for factor in term.factors)]
    if alive:
        return "its products cancel"
    if len(step.terms) == 1:
        zero = next(factor for factor in step.terms[0].factors if is_zero(voice, factor))
        return f"{voice.symbol(zero)} = 0"
    return "every product has a factor 0"


def _of_chain(voice: Voice, step: Chain) -> str:
    """No local derivative lets anything through, or what comes back cancels."""

    def read(entry: Entry) -> Known:
        ref = voice.steps.placed(entry, step.sample)
        return voice.steps.trace.known(ref.tensor, ref.cell, _DIGITS)

    live = [
        redone(at_place(local, place), read, _DIGITS)
        for upstream, local, place in step.terms
        if not is_zero(voice, upstream)
    ]
    if len(live) == 1:
        return "the local derivative is 0"
    if any(abs(slope.value) > slope.spread for slope in live):
        return "what comes back adds up to 0"
    return "" if any(slope.spread for slope in live) else "every local derivative is 0"


def _of_slope(voice: Voice, step: Formula) -> str:
    """The loss's derivative is 0: an output that meets its target, or a target that leaves it out."""
    steps, places = voice.steps.of(step.ref.tensor), voice.steps.trace.places
    assert step.stage is not None
    output = Ref(steps.full(step.stage.x.name, step.sample), step.ref.cell)
    target = Ref(steps.full("target", step.sample), step.ref.cell)
    if target.tensor in places and places[target.tensor].shape == places[step.ref.tensor].shape:
        if voice.steps.same(output, target):
            return "the output is the target"
        if is_zero(voice, target) and not has_pieces(step.expression):
            return f"{voice.symbol(target)} = 0"
    return "the loss does not change with it"


def _stopped(voice: Voice, step: Route) -> str:
    """A max pool or a gate that lets nothing back."""
    own, gate = voice.symbol(step.operand), step.slopes
    if not step.shares:
        return f"{own} lies in no window"
    if gate is not None:
        sign = voice.steps.sign(step.operand)
        if sign:
            return f"closed: {own} < 0, so × 0" if sign < 0 else f"{own} > 0, where the slope is 0"
        return f"{own} is exactly 0, where this case takes the slope {rational(gate.at_zero)}"
    if any(each.share for each in step.shares):
        return "what comes back through its windows cancels"
    winners = list(dict.fromkeys(each.winner for each in step.shares if each.winner is not None))
    names = ", ".join(map(voice.symbol, winners))
    if len(winners) == 1 and voice.steps.same(step.operand, winners[0]):
        return f"equal to {names}, which comes first (max_tie = {voice.steps.trace.case.conventions.max_tie})"
    where = "its window" if len(step.shares) == 1 else "any of its windows"
    return f"not the largest of {where} ({'that was' if len(winners) == 1 else 'those were'} {names})"


def _briefly(voice: Voice, step: AnyStep) -> str:
    """The same in the fewest words, for the end of a sentence."""
    if isinstance(step, Route) and step.slopes is None and not any(each.share for each in step.shares):
        winners = list(dict.fromkeys(each.winner for each in step.shares if each.winner is not None))
        alike = [winner for winner in winners if voice.steps.same(step.operand, winner)]
        if alike:
            return f"{voice.symbol(step.operand)} equals {voice.symbol(alike[0])}, which comes first"
        if winners:
            return f"{voice.symbol(step.operand)} lost to {', '.join(map(voice.symbol, winners))}"
    return _own(voice, step)
