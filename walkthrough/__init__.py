"""Replays the convolutional-network calculations of lecture notes, exactly, line by line.

`load` reads a case, `replay` works through it, `step` says how one of its numbers comes about, `check` marks
somebody's own numbers. Cases, traces and steps show themselves in a notebook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from walkthrough.words.lazy_names import lazy_names

if TYPE_CHECKING:
    from walkthrough.case import Case
    from walkthrough.marking.check import check
    from walkthrough.trace.one_step import step
    from walkthrough.trace.steps.kinds import Step
    from walkthrough.trace.trace import Trace, replay
    from walkthrough.training.runs.opening import load

__all__ = ["Case", "Step", "Trace", "check", "load", "replay", "step"]
__version__ = "0.1.0"

__getattr__ = lazy_names(
    __name__,
    {
        "Case": "walkthrough.case.case",
        "Step": "walkthrough.trace.steps.kinds",
        "Trace": "walkthrough.trace.trace",
        "check": "walkthrough.marking.check",
        "load": "walkthrough.training.runs.opening",
        "replay": "walkthrough.trace.trace",
        "step": "walkthrough.trace.one_step",
    },
)
