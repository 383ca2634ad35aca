"""RMSprop: w − α·g/(√s + ε), with s = ρ·s + (1 − ρ)·g²."""

from __future__ import annotations

from walkthrough.witnesses.vectorised.box import Numbers, scaled
from walkthrough.witnesses.vectorised.stage import Moving
from walkthrough.witnesses.vectorised.updates._rates import averaged, decayed, measured


def moved(of: Moving[Numbers]) -> dict[str, Numbers]:
    """The mean square, the velocity if there is momentum, and the new parameter."""
    gradient, momentum = decayed(of), of.options["momentum"]
    squares = of.line(averaged(of.kept["square_average"], gradient * gradient, of.options["alpha"]))
    along = measured(gradient, squares, of.options["epsilon"], of.digits)
    if not momentum:
        return {"square_average": squares, "new": of.line(of.old - scaled(along, of.rate))}
    velocity = of.line(scaled(of.kept["velocity"], momentum) + along)
    new = of.line(of.old - scaled(velocity, of.rate))
    return {"square_average": squares, "velocity": velocity, "new": new}
