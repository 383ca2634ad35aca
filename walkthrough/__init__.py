"""Replays the convolutional-network calculations of lecture notes, exactly, line by line.

`load` reads a case, `replay` works through it, `step` says how one of its numbers comes about, `check` marks
somebody's own numbers. Cases, traces and steps show themselves in a notebook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from walkthrough.case import Case
    from walkthrough.marking.check import check
    from walkthrough.trace.one_step import step
    from walkthrough.trace.steps.kinds import Step
    from walkthrough.trace.trace import Trace, replay
    from walkthrough.training.runs.opening import load

__all__ = ["Case", "Step", "Trace", "check", "load", "replay", "step"]
__version__ = "0.1.0"

_HOMES = {
    "Case": "case",
    "Step": "trace.steps",
    "Trace": "trace.trace",
    "check": "marking.check",
    "load": "training.runs.opening",
    "replay": "trace.trace",
    "step": "trace.one_step",
}


def __getattr__(name: str) -> Any:
    # imported where they are used: the help of the command line needs none of them
    if name not in _HOMES:
        raise AttributeError(f"module 'walkthrough' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"walkthrough.{_HOMES[name]}"), name)
