"""Kinds of step: what somebody learns to do once, and then does again in every number of that kind."""

from __future__ import annotations

from walkthrough.stepper.places.course import CoursePart
from walkthrough.stepper.places.opened import Opened
from walkthrough.trace.steps.kinds import Ref, Sums


def kind_of(opened: Opened, part: CoursePart) -> str:
    """`conv2d: kernel gradient`: the same for every layer of a type."""
    steps, local = opened.steps, opened.trace.place(part.tensor).local
    stage = steps.stage_of(part.tensor)
    if stage is None:
        return local
    if part.phase in ("forward", "loss"):
        return f"{stage.type}: {'loss' if part.phase == 'loss' else 'output'}"
    roles = {tensor.name: role for role, tensor in stage.parameters.items()}
    owner, _, what = local.rpartition(".")
    if owner in roles:
        said = {"grad": "gradient", "new": "update"}.get(what, what.replace("_", " "))
        return f"{stage.type}: {roles[owner]} {said}"
    return (
        f"{stage.type}: gradient" if stage is opened.trace.network.loss else f"{stage.type}: input gradient"
    )


def is_copy(opened: Opened, part: CoursePart) -> bool:
    """Whether a part only takes over numbers, as flatten does: nothing in it is worked out.

    That the gradient of a bias is that of the output is something to know, and asked.
    """
    step = opened.step(Ref(part.tensor, (0,) * len(opened.shape(part.tensor))))
    return isinstance(step, Sums) and step.copy and not (step.stage and step.stage.parameters)
