"""One stage of a network, as a witness is told about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Generic, TypeAlias

from walkthrough.witnesses.vectorised.box import Numbers

Line: TypeAlias = Callable[[Numbers], Numbers]


@dataclass(frozen=True)
class WitnessedStage(Generic[Numbers]):
    """What goes into a layer: the inputs of some samples, its parameters, its options and conventions.

    The samples are the first axis of `x` (and of `y`, and of every gradient but the parameters', which are
    sums over the samples).

    `y`, the output, is given if derivatives are to be read off it (y·(1 − y)), as by hand with
    rounded numbers; without it they are found from the input. `digits` matters for functions of
    exact numbers only.
    """

    x: Numbers
    parameters: Mapping[str, Numbers]
    options: Mapping[str, Any]
    digits: int
    y: Numbers | None = None
    carried: bool = True
    """Whether the input's gradient is wanted; a first layer's is not needed for training."""


@dataclass(frozen=True)
class Judged(Generic[Numbers]):
    """What goes into a loss: outputs and targets, in samples × outputs, and the loss's options.

    `logits`, if given, are what the sigmoid or softmax before the loss was applied to: from them
    the loss is found even where the output is so near 0 or 1 that float64 cannot tell.
    """

    y: Numbers
    t: Numbers
    options: Mapping[str, Any]
    digits: int
    logits: Numbers | None = None


@dataclass(frozen=True)
class Moving(Generic[Numbers]):
    """What goes into an update: a parameter, its gradient, what was kept beside it; `step` counts from 1.

    `line` is what becomes of each line of the calculation: by hand it is rounded.
    """

    old: Numbers
    gradient: Numbers
    kept: Mapping[str, Numbers]
    options: Mapping[str, Any]
    rate: Fraction
    step: int
    digits: int
    line: Line[Numbers]


def plain(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options as plain numbers, without the way in which they were written."""
    several = {
        name: tuple(getattr(each, "value", each) for each in option) if isinstance(option, tuple) else option
        for name, option in options.items()
    }
    return {name: getattr(option, "value", option) for name, option in several.items()}
