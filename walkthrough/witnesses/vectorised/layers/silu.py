"""SiLU: z·σ(z), with the slope σ(z)·(1 + z·(1 − σ(z)))."""

from __future__ import annotations

from walkthrough.witnesses.vectorised.arrays import chosen, entries
from walkthrough.witnesses.vectorised.box import Numbers
from walkthrough.witnesses.vectorised.layers.sigmoid import lesser_part
from walkthrough.witnesses.vectorised.stage import WitnessedStage


def forward(stage: WitnessedStage[Numbers]) -> Numbers:
    """Every number times its own sigmoid."""
    share, _ = _shares(stage)
    return stage.x * share


def backward(stage: WitnessedStage[Numbers], gradient: Numbers) -> dict[str, Numbers]:
    """The gradient times the slope; with the output at hand, y + σ(z)·(1 − y)."""
    share, rest = _shares(stage)
    if stage.y is not None:
        return {"x": gradient * (stage.y + share * (1 - stage.y))}
    return {"x": gradient * (share * (1 + stage.x * rest))}


def _shares(stage: WitnessedStage[Numbers]) -> tuple[Numbers, Numbers]:
    """σ(z) and 1 − σ(z)."""
    lesser, positive = lesser_part(stage.x, stage.digits), entries(stage.x) > 0
    return chosen(positive, 1 - lesser, lesser), chosen(positive, lesser, 1 - lesser)
