"""Why a gradient is 0: its reason, followed to its end.

A gradient may be 0 because of what is done with it (its entry lost, its gate is closed), or only because
what comes from above is 0; then the reason lies there, and is looked for there.
"""

from __future__ import annotations

from dataclasses import dataclass

from walkthrough.page.said_numbers import Voice
from walkthrough.trace.steps import AnyStep, Chain, Choice, Formula, Given, Mean, Ref, Route, Share, Sums


@dataclass(frozen=True, slots=True)
class Cause:
    """Where a 0 comes from: the numbers on the way that are 0 too, and the reason at its end."""

    way: tuple[Ref, ...]
    words: str


def cause(voice: Voice, ref: Ref) -> Cause:
    """The reason why a gradient is 0, wherever it lies; `way` begins with the gradient itself."""
    way = [ref]
    while True:
        step = voice.steps.step(*way[-1])
        above = _above(step)
        silent = above and all(voice.value(each) == 0 for each in above)
        if not silent:
            return Cause(tuple(way), _words(voice, step))
        way.append(above[0])


def from_above(voice: Voice, step: AnyStep, upstream: Ref | None) -> str:
    """`nothing comes from above: ∂L/∂a₁₂₁ = 0 (a₁₂₁ lost to a₁₁₁)`; empty if something does."""
    if upstream is None or voice.symbolic or step.phase != "backward" or voice.value(upstream) != 0:
        return ""
    found = cause(voice, upstream)
    if isinstance(voice.steps.step(*upstream), Given):
        return ""  # what is given stands above, with its zeros
    if isinstance(step, Sums):  # a copy says already of what
        return f"0 from above: {found.words}"
    return nothing(voice, found)


def nothing(voice: Voice, found: Cause) -> str:
    """`nothing comes from above: ∂L/∂a₁₂₁ = 0 (a₁₂₁ lost to a₁₁₁)`; of a long way its two ends say enough."""
    ends = dict.fromkeys((found.way[0], found.way[-1]))
    chain = " = ".join(voice.symbol(each) for each in ends)
    return f"nothing comes from above: {chain} = 0 ({found.words})"


def _above(step: AnyStep) -> list[Ref]:
    """The gradients from which a gradient comes, where nothing else could make it 0."""
    match step:
        case Route(shares=shares):
            return [share.upstream for share in shares if share.share]
        case Chain(terms=links):
            return [upstream for upstream, _, _ in links]
        case Sums(terms=terms) if step.phase == "backward":
            return [term.factors[0] for term in terms if term.factors[0] is not None]
    return []


def _words(voice: Voice, step: AnyStep) -> str:
    """The reason at the end of the way."""
    match step:
        case Route():
            return _of_route(voice, step)
        case Sums(terms=()):
            return "it goes into no output"
        case Sums(terms=terms):
            dead = all(any(voice.value(each) == 0 for each in term.factors) for term in terms)
            return "each of its products has a factor 0" if dead else "its products add up to 0"
        case Chain():
            return "its local derivatives are 0" if len(step.terms) == 1 else "its products add up to 0"
        case Formula():
            return "the loss does not change with it" if step.phase == "backward" else "its formula gives 0"
        case Given():
            return "it is given as 0"
        case Mean():
            return "the samples' gradients add up to 0"
    return "it comes out as 0"


def _of_route(voice: Voice, step: Route) -> str:
    own = voice.symbol(step.operand)
    if not step.shares:
        return f"{own} lies in no window"
    if any(share.share for share in step.shares):
        return "what comes through its windows adds up to 0"
    if step.slopes is not None:
        return (
            f"{own} {'is exactly 0' if voice.steps.sign(step.operand) == 0 else '< 0'}, where the slope is 0"
        )
    winners = dict.fromkeys(share.winner for share in step.shares)
    names = ", ".join(voice.symbol(each) for each in winners)
    first = step.shares[0].winner
    if len(step.shares) == 1 and first is not None and voice.steps.same(step.operand, first):
        return f"{own} equals {names}, which comes first"
    return f"{own} lost to {names}"


# --- ties ----------------------------------------------------------------------------------------


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def equals(voice: Voice, share: Share) -> int:
    """How many entries of a window are the largest."""
    step = voice.steps.step(*share.window)
    return len(step.ties) if isinstance(step, Choice) else 1


def tied(count: int, tie: str) -> str:
    """`first of four that are equal (max_tie = first)`: the same words on every line."""
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    return f"{'first' if tie == 'first' else 'one'} of {number} that are equal (max_tie = {tie})"
