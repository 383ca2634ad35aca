"""A changed exercise that reveals more slips: other small numbers in the kernel, the image and the biases."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any

from walkthrough.case import Case
from walkthrough.marking.diagnosis.blindspots import BlindSpots, blindspots
from walkthrough.numbers.grid import Grid
from walkthrough.numbers.written import Written
from walkthrough.trace.network import Stage, network
from walkthrough.trace.trace import CannotReplay
from walkthrough.workbook.equation_structure import structure_of

_TRIES = 12
_STUCK = 2
_LARGEST = 3
_KEPT_SMALL = 64
"""A grid of more numbers than this is left as it is: nobody works it out by hand."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A changed case, which grids are other ones, and what that reveals.

    `changed` names the grids as in case files, `reveals` the slips that the exercise could not show
    before, and `left` what the changed one still hides.
    """

    case: Case
    changed: dict[str, Grid]
    reveals: tuple[str, ...]
    left: BlindSpots

    @property
    def lines(self) -> list[str]:
        """As text, a line each: the grids, ready for a case file."""
        return list(_lines(self))

    @property
    def table(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "changed": {name: _rows(grid) for name, grid in self.changed.items()},
            "reveals": list(self.reveals),
            "left": self.left.table,
        }


def suggest(case: Case, seed: int = 1) -> Suggestion | None:
    """The nearest case that reveals more, verified; None if none was found, or nothing is hidden.

    Kernels and biases alone are changed first, then the input as well; shapes and layers stay.
    """
    before = blindspots(case)
    most = _hidden(before)
    if not most:
        return None
    best: Suggestion | None = None
    stuck = 0
    draws = random.Random(seed)
    for attempt in range(_TRIES):
        changed, grids = _changed(case, draws, with_input=attempt >= _TRIES // 3)
        try:
            after = blindspots(changed)
        except CannotReplay:
            continue
        if len(_hidden(after)) < (len(most) if best is None else len(_hidden(best.left))):
            best = Suggestion(changed, grids, tuple(_words(most - _hidden(after))), after)
            stuck = 0
        # what no numbers reveal lies in the shapes: the stride of a pool with one window
        stuck += "input" in grids
        if not _hidden(after) or stuck > _STUCK:
            break
    return best


def _hidden(spots: BlindSpots) -> set[tuple[str, str]]:
    return {(spot.slip, spot.tensor) for spot in (*spots.hidden, *spots.unnoticed)}


def _words(hidden: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield from dict.fromkeys(sorted(word for word, _ in hidden))


# --- other numbers -----------------------------------------------------------------------------


def _changed(case: Case, draws: random.Random, with_input: bool) -> tuple[Case, dict[str, Grid]]:
    grids: dict[str, Grid] = {}
    layers = []
    for named, stage in zip(case.layers, network(case).layers, strict=True):
        options: dict[str, Any] = {}
        roles = _changed_roles(stage)
        for each in fields(named.layer):  # type: ignore[arg-type]  # every layer is a dataclass
            grid = getattr(named.layer, each.name)
            if each.name in roles and isinstance(grid, Grid) and grid.size <= _KEPT_SMALL:
                options[each.name] = grids[f"{named.name}.{each.name}"] = _other(grid, draws)
        layers.append(replace(named, layer=replace(named.layer, **options)) if options else named)  # type: ignore[type-var]
    samples = []
    for at, sample in enumerate(case.samples):
        if with_input and sample.input.size <= _KEPT_SMALL:
            key = "input" if at == 0 else f"input@{at + 1}"
            grids[key] = _other(sample.input, draws)
            sample = replace(sample, input=grids[key])
        samples.append(sample)
    return replace(case, layers=tuple(layers), samples=tuple(samples), claims=()), grids


def _changed_roles(stage: Stage) -> set[str]:
    """The parameters whose numbers are changed: a kernel that slides, and what is added alone (a bias)."""
    structure = structure_of(stage)
    kernel = structure.window.kernel if structure.window is not None else None
    changed = {*structure.added, *([kernel.tensor] if kernel is not None else [])}
    return {role for role, tensor in stage.parameters.items() if tensor in changed}


def _other(grid: Grid, draws: random.Random) -> Grid:
    """Small whole numbers, both signs, in no symmetric order, about as large as those that were there."""
    unit = _unit(grid)
    numbers = [draws.choice([n for n in range(-_LARGEST, _LARGEST + 1) if n]) for _ in range(grid.size)]
    if grid.size > 2:
        numbers[draws.randrange(grid.size)] = 0
    return Grid.of([Written.of(number * unit) for number in numbers], grid.shape)


def _unit(grid: Grid) -> Fraction:
    """1, or the power of ten that keeps the numbers as small as they were (weights of 0.01)."""
    largest = max((abs(value) for value in grid.values()), default=Fraction(0))
    unit = Fraction(1)
    while largest and unit > largest:
        unit /= 10
    return unit


# --- saying it ---------------------------------------------------------------------------------


def _rows(grid: Grid) -> list[list[str]]:
    width = grid.shape[-1] if grid.shape else 1
    texts = [grid.text(place).replace("−", "-") for place in range(grid.size)]
    return [texts[at : at + width] for at in range(0, len(texts), width)]


def _text(grid: Grid) -> str:
    """The grid as a case file has it: an empty line between channels, --- between filters."""
    rows = _rows(grid)
    width = max(len(each) for row in rows for each in row)
    lines: list[str] = []
    per_channel = grid.shape[-2] if len(grid.shape) > 1 else 1
    per_filter = per_channel * grid.shape[-3] if len(grid.shape) > 3 else 0
    for at, row in enumerate(rows):
        if at and per_filter and at % per_filter == 0:
            lines.append("---")
        elif at and at % per_channel == 0:
            lines.append("")
        lines.append(" ".join(each.rjust(width) for each in row))
    return "\n".join(lines)


def _lines(found: Suggestion) -> Iterator[str]:
    yield f"With these numbers the exercise also reveals {', '.join(found.reveals)}:"
    for name, grid in found.changed.items():
        yield ""
        yield f'{name} = """'
        yield from _text(grid).split("\n")
        yield '"""'
    left = (*found.left.hidden, *found.left.unnoticed)
    if left:
        yield ""
        yield "It still cannot reveal " + ", ".join(f"{spot.slip} ({spot.tensor})" for spot in left) + "."
