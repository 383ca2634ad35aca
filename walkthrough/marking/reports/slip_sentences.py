"""What is said of the slips that give a wrong number, and what to look at again."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.document import Block, Prose
from walkthrough.marking.marked_worksheets import Marked
from walkthrough.trace.steps.kinds import Ref, Update
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import Trace

_MOST_TOLD = 3


def slip_sentences(marked: Marked, together: str) -> Iterator[Block]:
    """What gives the written number; `together` is what is said of several numbers with one cause."""
    if together:
        line = marked.slips[0].line if marked.slips else ""
        yield Prose(_sentence(together) + (f" Here: {line}" if line else ""))
        return
    if not marked.slips:
        yield Prose("No common slip gives this number.")
    elif len(marked.slips) > 1:
        several = len(marked.slips)
        which = (
            "the likeliest are these" if several > _MOST_TOLD else "which one it was cannot be told from it"
        )
        yield Prose(f"{several} slips give this number; {which}:")
    for slip in marked.slips[:_MOST_TOLD]:
        yield Prose(f"{_sentence(slip.words)[:-1]}: {slip.line}" if slip.line else _sentence(slip.words))


def look_again(steps: Steps, ref: Ref, case: str) -> str:
    """Where the step is shown, and which rule derives it."""
    cell = steps.trace.cell_name(ref.tensor, ref.cell)
    rule = _rule(steps, ref)
    shown = f"walkthrough show {case} '{cell}'"
    return f"Look again: {shown}" + (f" and walkthrough derive {rule}" if rule else "")


def _rule(steps: Steps, ref: Ref) -> str:
    """The derivation that explains a cell; nothing where there is none."""
    stage, phase = steps.stage_of(ref.tensor), steps.phase(ref.tensor)
    loss = steps.trace.network.loss
    if stage is None or phase == "update":
        return ""
    if stage is loss:
        return loss.judge.rule if phase == "backward" else ""
    if phase == "forward":
        return stage.layer.rules.get("forward", "")
    local = steps.trace.place(ref.tensor).local
    role = next((role for role, tensor in stage.parameters.items() if tensor.grad.name == local), "input")
    return stage.layer.rules.get(role, "")


def as_before_the_update(marked: Marked, trace: Trace) -> bool:
    """Whether a right number after the update says no more than the one before: 0.2 of 0.2 + 0.05497."""
    claim = marked.claim
    if claim.number is None or claim.whole or marked.verdict in ("wrong", "blank", "unreadable"):
        return False
    step = (
        Steps(trace).step(claim.tensor, claim.at) if claim.tensor.partition("#")[0].endswith(".new") else None
    )
    if not isinstance(step, Update):
        return False
    old = trace.known(step.old.tensor, step.old.cell).value
    changed = marked.expected is not None and marked.expected.value != old
    return changed and bool(claim.number.units) and claim.number.value == old


def _sentence(words: str) -> str:
    """The words with a capital and a full stop."""
    said = words[:1].upper() + words[1:]
    return said if said.endswith((".", ":", "?")) else f"{said}."
