"""Hints for a number, one after the other: the formula, then the numbers in it, then the whole line."""

from __future__ import annotations

from dataclasses import replace

from walkthrough.document import Working
from walkthrough.page.voice.one_row import flat
from walkthrough.stepper.places.opened import Opened
from walkthrough.stepper.said import kept_back
from walkthrough.trace.steps.kinds import Ref, Route

HINTS = 3


def formula(opened: Opened, ref: Ref) -> str:
    """The line of a number in symbols; the rule of its layer, where the line has none."""
    line = opened.working(ref)
    # whether a gradient is sent here at all is what is asked: a line of its own would tell it
    if len(line.sides) > 1 and not isinstance(opened.step(ref), Route):
        relation, side = line.sides[0]
        return f"{line.left} {_exact(relation)} {flat(side)}"
    rules = opened.rules(ref.tensor)
    if not rules:
        return f"{line.left} = ?"
    return rules[-1].formula + (f", {rules[-1].letters}" if rules[-1].letters else "")


def blanked(opened: Opened, ref: Ref) -> Working:
    """The line of a number with its value left out; where that says nothing, its reason."""
    line = opened.working(ref)
    if len(line.sides) > 1:
        reason = line.because if isinstance(opened.step(ref), Route) else ""
        return replace(kept_back(line), because=reason)
    return Working(line.cell, line.left, (("=", "?"),), line.because)


def _exact(relation: str) -> str:
    # in symbols it is equal, whatever the numbers are rounded to
    return "=" if relation == "≈" else relation
