"""Gradient descent: w − α·v, with v = μ·v + g if there is momentum."""

from __future__ import annotations

from walkthrough.witnesses.vectorised.box import Numbers, scaled
from walkthrough.witnesses.vectorised.stage import Moving
from walkthrough.witnesses.vectorised.updates._rates import decayed


def moved(of: Moving[Numbers]) -> dict[str, Numbers]:
    """The velocity, if there is one, and the new parameter."""
    gradient, momentum = decayed(of), of.options.get("momentum")
    if not momentum:
        return {"new": of.line(of.old - scaled(gradient, of.rate))}
    velocity = of.line(scaled(of.kept["velocity"], momentum) + gradient)
    along = gradient + scaled(velocity, momentum) if of.options["nesterov"] else velocity
    return {"velocity": velocity, "new": of.line(of.old - scaled(along, of.rate))}
