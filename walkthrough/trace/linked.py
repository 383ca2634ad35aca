"""Steps in a row: as many as are asked for, or as the names of cells need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from walkthrough.case.cells import NoSuchCell, resolve, step_of
from walkthrough.numbers.shown import FULL, shown, superscript
from walkthrough.trace.refusal import CannotReplay, UncertainDigit
from walkthrough.trace.trace import Trace

MOST_STEPS = 100
"""Steps that are worked through by hand, one after the other; more are a training."""

_ENOUGH = 1280
"""Digits that a new loss is worth: note 000's own update makes it 10⁻¹⁹⁶⁴⁶⁰."""


def linked(first: Trace, names: Iterable[str] = (), steps: int = 1) -> Trace:
    """The last of so many steps, or of as many more as the names need: `conv[1,1]#3` needs three.

    If all that is wanted of the last one comes about forwards (`loss#2`), it goes no further; and if the
    loss is not wanted, no further than the last layer. Nothing is replayed here. Raises NoSuchCell if there
    are no such steps.
    """
    wanted = list(names)
    last = max([steps, *(step_of(name) for name in wanted if "#" in name)])
    if last == 1:
        return first
    if not first.moves:
        missing = "a loss" if first.network.loss is None else "a learning_rate"
        raise NoSuchCell(f"there is only one step: the case has no update, for want of {missing}")
    if last > MOST_STEPS:
        raise NoSuchCell(f"step {last} is too far; at most {MOST_STEPS} steps are worked through one by one")
    trace = first
    for _ in range(last - 2):
        trace = Trace(first.case, first.network, trace)
    if last > steps:
        of_last = [name for name in wanted if step_of(name) == last]
        for forward in (_without_loss(trace), trace.following):
            if all(_has(forward, name) for name in of_last):
                return forward
    if first.case.start.opened:
        raise NoSuchCell("the next step of a training has a batch of its own; open that one, with --step")
    return Trace(first.case, first.network, trace)


def _without_loss(trace: Trace) -> Trace:
    """What comes out of the last layer with the updated parameters: the loss may be too much to ask."""
    return Trace(trace.case, replace(trace.network, loss=None), trace, back=False)


def _has(trace: Trace, name: str) -> bool:
    try:
        resolve(name, {each: place.shape for each, place in trace.everything.items()})
    except NoSuchCell:
        return False
    return True


@dataclass(frozen=True)
class NewLoss:
    """The loss with the updated parameters: its trace and its name there, or why it is not said."""

    trace: Trace
    name: str
    unsaid: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The loss of each sample, if there are several, and that of all."""
        places = self.trace.places.items()
        own = (name for name, place in places if (place.local, place.step) == ("loss", self.trace.step))
        return tuple(dict.fromkeys((*own, self.name)))


def new_loss(trace: Trace, digits: int) -> NewLoss | None:
    """What the update has made of the loss, to so many digits; None if nothing is updated."""
    if not trace.moves or trace.network.loss is None or not trace.network.loss.equations:
        return None
    following = trace.following
    name = following.named("loss", None)
    try:
        following.run(most=_ENOUGH)
    except CannotReplay as problem:
        why = problem.problem.message.removeprefix(f"step {following.step}: ").partition(";")[0]
        return NewLoss(following, name, f"cannot be given: {why}")
    try:
        following.certain(
            lambda precision: shown(following.known(name, (), precision), digits, FULL), _ENOUGH
        )
    except UncertainDigit:
        known = following.known(name, (), _ENOUGH)
        if abs(known.value) + known.spread < Fraction(1, 10 ** (_ENOUGH - 80)):
            return NewLoss(following, name, f"is smaller than 10{superscript(80 - _ENOUGH)}")
        return NewLoss(following, name, f"is uncertain even with {_ENOUGH:,} digits")
    except CannotReplay as problem:
        return NewLoss(following, name, f"cannot be given: {problem.problem.message}")
    return NewLoss(following, name)
