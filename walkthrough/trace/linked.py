"""Steps in a row: as many as are asked for, or as the names of cells need."""

from __future__ import annotations

from collections.abc import Iterable

from walkthrough.case.cells import NoSuchCell, resolve, step_of
from walkthrough.trace.trace import CannotReplay, Trace

MOST_STEPS = 100
"""Steps that are worked through by hand, one after the other; more are a training."""


def linked(first: Trace, names: Iterable[str] = (), steps: int = 1) -> Trace:
    """The last of so many steps, or of as many more as the names need: `conv[1,1]#3` needs three.

    If all that is wanted of the last one comes about forwards (`loss#2`), it goes no further. Nothing is
    replayed here. Raises NoSuchCell if there are no such steps.
    """
    wanted = list(names)
    last = max([steps, *map(step_of, wanted)])
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
    forward = trace.following
    if last > steps and all(_has(forward, name) for name in wanted if step_of(name) == last):
        return forward
    return Trace(first.case, first.network, trace)


def _has(trace: Trace, name: str) -> bool:
    try:
        resolve(name, {each: place.shape for each, place in trace.everything.items()})
    except NoSuchCell:
        return False
    return True


def after_update(trace: Trace) -> Trace | None:
    """What comes out with the updated parameters; None if nothing is updated, or its loss has no value."""
    if not trace.moves:
        return None
    try:
        trace.following.run()
    except CannotReplay:
        return None
    return trace.following
