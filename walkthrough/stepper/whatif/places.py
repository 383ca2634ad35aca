"""Where in its file each changed number of a case stands: under which key, and at which place of the grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from walkthrough.case.tables.values import KeyPath
from walkthrough.mathematics.notation import gradient_name, ravel
from walkthrough.numbers.grid import GivenGrid
from walkthrough.stepper.places.opened import Opened
from walkthrough.stepper.whatif.changes import CaseChange


@dataclass(frozen=True, slots=True)
class Grids:
    """A grid with changed numbers: its key, the grid as it is now, and the new texts by their places."""

    place: KeyPath
    grid: GivenGrid
    numbers: Mapping[int, str]


def grids_of(opened: Opened, changes: tuple[CaseChange, ...]) -> dict[str, Grids]:
    """The grids with changed numbers, by the tensor's full name."""
    found: dict[str, dict[int, str]] = {}
    for change in changes:
        at = ravel(change.ref.cell, opened.shape(change.ref.tensor))
        found.setdefault(change.ref.tensor, {})[at] = change.number.text
    return {tensor: Grids(*_grid(opened, tensor), numbers) for tensor, numbers in found.items()}


def _grid(opened: Opened, tensor: str) -> tuple[KeyPath, GivenGrid]:
    case, place = opened.case, opened.trace.place(tensor)
    sample = place.sample or 0
    if place.local in ("input", "target"):
        own = case.samples[sample]
        grid = own.input if place.local == "input" else own.target
        assert grid is not None
        if case.batch:
            return ("samples", sample, place.local), grid
        return (("input",) if place.local == "input" else ("loss", "target")), grid
    if place.local == gradient_name(opened.trace.network.output.name):
        return ("loss", "gradient"), case.loss.gradient  # type: ignore[union-attr]
    layer, _, role = place.local.partition(".")
    at = next(number for number, each in enumerate(case.layers) if each.name == layer)
    return ("layers", at, role), getattr(case.layers[at].layer, role)
