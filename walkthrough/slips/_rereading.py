"""A stage's equations, misread: what a whole layer looks like to somebody with one wrong idea of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from walkthrough.mathematics.folding import with_entries
from walkthrough.mathematics.notation import Affine, Entry, Equation, Largest, Tensor
from walkthrough.trace.network import Stage
from walkthrough.workbook.reworked import Change

Positions = tuple[Affine, ...]


def elsewhere(tensor: Callable[[Stage], Tensor | None], move: Callable[[Entry], Positions | None]) -> Change:
    """The change that reads every entry of one tensor at another position; None where it has none."""

    def change(stage: Stage) -> tuple[Equation, ...] | None:
        wanted = tensor(stage)
        found: list[Entry] = []

        def moved(entry: Entry) -> Entry:
            positions = move(entry) if entry.tensor == wanted else None
            if positions is None:
                return entry
            found.append(entry)
            return replace(entry, index=positions)

        changed = tuple(
            replace(equation, right=with_entries(equation.right, moved)) for equation in stage.equations
        )
        return changed if found else None

    return change


def with_options(stage: Stage, **options: Any) -> tuple[Equation, ...] | None:
    """The equations of the stage's layer with other options; None if it has these already."""
    if all(getattr(stage.of, name, value) == value for name, value in options.items()):
        return None
    given: Any = stage.of
    layer = replace(given, **options)
    return tuple(layer.equations(stage.x, stage.z, _conventions(stage), **stage.parameters))


def _conventions(stage: Stage) -> Any:
    """The conventions under which a stage was set up, as far as its equations show them."""
    from walkthrough.layers import Conventions

    for equation in stage.equations:
        if isinstance(equation.right, Largest):
            return Conventions(max_tie=equation.right.tie)
    return Conventions()


def kernel_of(stage: Stage) -> Tensor | None:
    """The kernel, if the stage has one."""
    return stage.parameters.get("kernel")


def weight_of(stage: Stage) -> Tensor | None:
    """The weight, if the stage has one."""
    return stage.parameters.get("weight")


def input_of(stage: Stage) -> Tensor | None:
    """What comes in."""
    return stage.x
