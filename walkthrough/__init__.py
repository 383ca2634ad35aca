"""Replays the convolutional-network calculations of lecture notes, exactly, line by line.

`load` reads a case, `replay` works through it, `show` and `step` say its lines, `check` marks somebody's own
numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from walkthrough.case import Case, load
    from walkthrough.marking.check import check
    from walkthrough.representations import Shown, Step, show, step
    from walkthrough.trace.trace import Trace, replay

__all__ = ["Case", "Shown", "Step", "Trace", "check", "load", "replay", "show", "step"]
__version__ = "0.1.0"

_HOMES = {
    "Case": "case",
    "Shown": "representations",
    "Step": "representations",
    "Trace": "trace.trace",
    "check": "marking.check",
    "load": "case",
    "replay": "trace.trace",
    "show": "representations",
    "step": "representations",
}


def __getattr__(name: str) -> Any:
    # imported where they are used: the help of the command line needs none of them
    if name not in _HOMES:
        raise AttributeError(f"module 'walkthrough' has no attribute {name!r}")
    from importlib import import_module

    import_module("walkthrough.representations").attach()
    return getattr(import_module(f"walkthrough.{_HOMES[name]}"), name)
