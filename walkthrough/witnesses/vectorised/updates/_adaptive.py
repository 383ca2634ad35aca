"""Both moments of a gradient, and the correction for the zeros that they began with."""

from __future__ import annotations

from fractions import Fraction

from walkthrough.witnesses.vectorised.box import Box, Numbers, scaled
from walkthrough.witnesses.vectorised.stage import Moving
from walkthrough.witnesses.vectorised.updates._rates import averaged, measured


def moments(of: Moving[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """m, v, m/(1 − β₁ᵗ) and v/(1 − β₂ᵗ)."""
    first, second = of.options["betas"]
    m = of.line(averaged(of.kept["moment1"], gradient, first))
    v = of.line(averaged(of.kept["moment2"], gradient * gradient, second))
    return {
        "moment1": m,
        "moment2": v,
        "moment1_corrected": of.line(_made_up_for(m, first, of.step)),
        "moment2_corrected": of.line(_made_up_for(v, second, of.step)),
    }


def _made_up_for(moment: Numbers, beta: Fraction, step: int) -> Numbers:
    """m/(1 − βᵗ); in float64 not by way of a fraction, which late in a training has thousands of digits."""
    if isinstance(moment, Box):
        return scaled(moment, 1 / (1 - beta**step))
    return moment / (1 - float(beta) ** step)


def along(of: Moving[Numbers], found: dict[str, Numbers]) -> Numbers:
    """m̂/(√v̂ + ε)."""
    m, v = found["moment1_corrected"], found["moment2_corrected"]
    return measured(m, v, of.options["epsilon"], of.digits)
