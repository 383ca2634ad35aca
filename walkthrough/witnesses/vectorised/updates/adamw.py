"""AdamW: (1 − α·λ)·w − α·m̂/(√v̂ + ε)."""

from __future__ import annotations

from walkthrough.witnesses.vectorised.box import Numbers, scaled
from walkthrough.witnesses.vectorised.stage import Moving
from walkthrough.witnesses.vectorised.updates._adaptive import along, moments


def moved(of: Moving[Numbers]) -> dict[str, Numbers]:
    """The moments, corrected, and the new parameter; the decay shrinks the parameter itself."""
    found = moments(of, of.gradient)
    shrunk = scaled(of.old, 1 - of.rate * of.options["weight_decay"])
    return {**found, "new": of.line(shrunk - scaled(along(of, found), of.rate))}
