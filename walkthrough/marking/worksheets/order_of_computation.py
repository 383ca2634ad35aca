"""The order in which a case is worked out, with what is written down on the way in its place."""

from __future__ import annotations

from walkthrough.mathematics.notation import own_part
from walkthrough.trace.places import Place, numbered
from walkthrough.trace.trace import Trace


def order_of_computation(trace: Trace) -> dict[str, Place]:
    """Every tensor that can be claimed: each stands after all that it follows from.

    What is written on the way to a number (e^z, a slope, rate × gradient) stands just before the tensor
    that it leads to, and −∂L/∂z just after ∂L/∂z.
    """
    before: dict[str, list[Place]] = {}
    after: dict[str, list[Place]] = {}
    for place in trace.on_the_way.values():
        base = gradient_of(trace, place.name)
        if base is not None:
            after.setdefault(base, []).append(place)
        else:
            before.setdefault(_leads_to(trace, place), []).append(place)
    found: dict[str, Place] = {}
    for name, place in trace.places.items():
        several = (*before.pop(name, ()), place, *after.pop(name, ()))
        found.update((each.name, each) for each in several)
    # a case without a loss has slopes, and no gradient that they lead to
    found.update((each.name, each) for rest in (*before.values(), *after.values()) for each in rest)
    return found


def gradient_of(trace: Trace, name: str) -> str | None:
    """The gradient that a tensor is the negative of: `conv.grad@2` for `conv.delta@2`; None for others."""
    own = own_part(name)
    owner, _, word = own.rpartition(".")
    if word != "delta" or name not in trace.on_the_way:
        return None
    return f"{owner}.grad{name[len(own) :]}"


def _leads_to(trace: Trace, place: Place) -> str:
    """The tensor that something on the way is written down for."""
    way, sample, of = trace.ways[place.local], place.sample or 0, trace.of(place.name)
    if way.where == "update":
        return of.named(f"{place.local.rpartition('.')[0]}.new", None)
    if way.where == "loss":
        return numbered("loss", sample, of.step) if trace.case.batch else of.named("loss", None)
    return of.named(way.stage.x.grad.name if way.where == "backward" else way.stage.z.name, sample)
