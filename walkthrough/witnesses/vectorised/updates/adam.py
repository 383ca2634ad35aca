"""Adam: w − α·m̂/(√v̂ + ε)."""

from __future__ import annotations

from walkthrough.witnesses.vectorised.box import Numbers, scaled
from walkthrough.witnesses.vectorised.stage import Moving
from walkthrough.witnesses.vectorised.updates._adaptive import along, moments
from walkthrough.witnesses.vectorised.updates._rates import decayed


def moved(of: Moving[Numbers]) -> dict[str, Numbers]:
    """The moments, corrected, and the new parameter; the decay goes through the moments."""
    found = moments(of, decayed(of))
    return {**found, "new": of.line(of.old - scaled(along(of, found), of.rate))}
