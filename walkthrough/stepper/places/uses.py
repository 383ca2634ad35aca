"""What a number goes into: read off the gradient's equations, which are the same ones."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.mathematics.notation import Tensor
from walkthrough.stepper.places.line_pieces import pieces
from walkthrough.stepper.places.opened import Opened
from walkthrough.trace.stage import Stage
from walkthrough.trace.steps.kinds import Ref


def uses(opened: Opened, ref: Ref) -> tuple[Ref, ...]:
    """The numbers of the next stage that are worked out with this one; none for what comes back.

    What an entry's gradient comes back from is what the entry went into. What has no gradient, such as a
    mask, is looked for in the steps themselves.
    """
    stage, place = _reading(opened, ref), opened.trace.place(ref.tensor)
    if stage is None or not stage.equations:
        return ()
    sample = place.sample or 0
    output = opened.steps.full(stage.z.name, sample)
    if stage is opened.trace.network.loss:
        return (Ref(output, ()),)
    tensor = next((each for each in stage.inputs if each.name == place.local), None)
    if tensor is None:
        return tuple(_readers(opened, ref, output))
    if stage.choices:
        parts = [contraction.part for _, _, contraction in stage.choices]
    else:
        parts = [contraction.part for contraction in stage.backward(tensor)]
    found = (term.factors[0] for term in opened.steps.terms(parts, ref.cell, sample))
    return tuple(dict.fromkeys(Ref(output, each.cell) for each in found if each is not None))


def _reading(opened: Opened, ref: Ref) -> Stage | None:
    """The layer, or the loss, that a number of the forward pass goes into."""
    place, network = opened.trace.place(ref.tensor), opened.trace.network
    for stage in network.stages:
        given = [tensor.name for tensor in (*stage.parameters.values(), *stage.constants.values())]
        target = place.local == "target" and stage is network.loss
        if place.local in (stage.x.name, *given) or target:
            return stage
    return None


def _readers(opened: Opened, ref: Ref, output: str) -> Iterator[Ref]:
    for cell in Tensor(output, opened.shape(output)).cells():
        reader = Ref(output, cell)
        if any(ref in piece for piece in pieces(opened, opened.step(reader))):
            yield reader
