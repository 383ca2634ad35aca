"""The samples of a case file: inputs and targets, in the shapes that the layers ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from walkthrough.case.grids.given_grids import input_shapes, read_grid
from walkthrough.case.layers import LayerDoesNotFit, NamedLayer, output_shapes
from walkthrough.case.tables.reader import Reader, key_name
from walkthrough.case.tables.values import KeyPath, Misread
from walkthrough.losses import Loss
from walkthrough.mathematics.notation import Shape
from walkthrough.mathematics.windows import DoesNotFit, times
from walkthrough.numbers.grid import GivenGrid


@dataclass(frozen=True, slots=True)
class Sample:
    """An input, and the target that its output should have, if there is one."""

    input: GivenGrid
    target: GivenGrid | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """An input and a target as they were read, and where in the file they stand."""

    input: GivenGrid | None
    target: GivenGrid | None
    at: KeyPath
    target_at: KeyPath


def read_samples(reader: Reader, table: dict[str, Any]) -> list[Placed]:
    """The samples of `[[samples]]`, or the one of `[input]` and `loss.target`; mistakes are noted."""
    loss = table.get("loss")
    target = loss.get("target") if isinstance(loss, dict) else None
    if "samples" not in table:
        if "input" not in table:
            return []
        return [_placed(reader, table["input"], ("input",), target, ("loss", "target"))]
    if "input" in table:
        reader.refuse(("input",), "stands beside [[samples]]; expected one or the other")
    if target is not None:
        reader.refuse(("loss", "target"), "stands beside [[samples]]; each sample has its own target")
    return read_listed(reader, ("samples",), table["samples"])


def read_listed(reader: Reader, several: KeyPath, value: Any) -> list[Placed]:
    """The samples of `[[samples]]` or `[[training.data]]`, each with an input; mistakes are noted."""
    placed = []
    for place, each in enumerate(reader.tables(several, value)):
        at: KeyPath = (*several, place)
        sample = reader.table(at, each, ["input", "target"])
        if "input" not in sample and isinstance(each, dict):
            reader.refuse((*at, "input"), "is missing; every sample needs an input")
        placed.append(
            _placed(reader, sample.get("input"), (*at, "input"), sample.get("target"), (*at, "target"))
        )
    if value == []:
        headed = key_name(several)
        reader.refuse(several, f"is empty; expected a table for each sample, headed [[{headed}]]")
    return placed


def _placed(reader: Reader, value: Any, at: KeyPath, target: Any, target_at: KeyPath) -> Placed:
    return Placed(
        None if value is None else _noted(reader, at, reader.read(at, _input, value, reader)),
        None
        if target is None
        else _noted(reader, target_at, reader.read(target_at, read_grid, target, reader.folder)),
        at,
        target_at,
    )


def _noted(reader: Reader, at: KeyPath, grid: GivenGrid | None) -> GivenGrid | None:
    """The grid, and whether only its size is given."""
    if grid is not None and not grid.known:
        reader.by_size(at)
    return grid


def _input(value: Any, reader: Reader) -> GivenGrid:
    grid = read_grid(value, reader.folder)
    if len(grid.shape) > 3:
        raise Misread(f"found {times(grid.shape)}; expected at most channel × row × column")
    return grid


def fit(
    reader: Reader, placed: Sequence[Placed], layers: Sequence[NamedLayer], loss: Loss | None, trained: bool
) -> list[Sample]:
    """The samples in the shapes that the layers ask for; whatever does not fit is noted.

    `trained` says that other data will be trained on, so that a target may be missing.
    """
    first = placed[0].input if placed else None
    if first is None:
        return []
    shape = input_shape(first.shape, layers, first.known)
    try:
        output = ([shape, *output_shapes(layers, shape, first.known)])[-1]
        if loss is not None:
            loss.check(output)
    except LayerDoesNotFit as error:
        reader.refuse(("layers", error.place, *([error.key] if error.key else [])), str(error))
        return []
    except DoesNotFit as error:
        reader.refuse(("loss", *([error.key] if error.key else [])), str(error))
        return []
    samples = []
    for each in placed:
        target = reader.read(each.target_at, _target, each, output, loss, trained)
        if each.input is None:
            continue
        own = each.input.shaped_like(shape) or (each.input if each.input.shape == first.shape else None)
        if own is None:
            reader.refuse(
                each.at, f"is {times(each.input.shape)} and the first sample's input is {times(first.shape)}"
            )
            continue
        samples.append(Sample(own.reshaped(shape), target))
    return samples


def input_shape(written: Shape, layers: Sequence[NamedLayer], limited: bool) -> Shape:
    """Of the shapes that the input may be meant to have, the one that gets furthest."""
    best, furthest = written, (-1, False)
    for shape in input_shapes(written):
        try:
            output_shapes(layers, shape, limited)
        except LayerDoesNotFit as error:
            # a complaint about an option is nearer to what was meant than one about the rank
            if (error.place, error.key is not None) > furthest:
                best, furthest = shape, (error.place, error.key is not None)
        else:
            return shape
    return best


def _target(placed: Placed, output: Shape, loss: Loss | None, trained: bool) -> GivenGrid | None:
    """The target in the output's shape; raises Misread."""
    target = placed.target
    if loss is None or not loss.needs_target:
        if target is not None:
            raise Misread(
                "is given, and this loss takes no target" if loss else "is given, and there is no [loss]"
            )
        return None
    if target is None:
        if trained:
            return None
        raise Misread(f"is missing; expected {prod(output)} number(s), one for each output")
    if target.size != prod(output):
        raise Misread(
            f"has {target.size} number(s) and there are {prod(output)} output(s) ({times(output)}); "
            "expected one for each"
        )
    try:
        if target.known:
            loss.check_target(target)
    except DoesNotFit as error:
        raise Misread(str(error)) from None
    return target.reshaped(output)
