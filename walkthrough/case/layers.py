"""The layers of a case file: their options, their names, and whether each fits the one before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from walkthrough import layers as layer_shelf
from walkthrough import losses as loss_shelf
from walkthrough.case.grids.drawn_numbers import read_shape
from walkthrough.case.grids.given_grids import as_kernel, as_matrix, read_grid
from walkthrough.case.tables.reader import Reader
from walkthrough.case.tables.values import KeyPath, Misread, exact, found, whole
from walkthrough.layers import Layer
from walkthrough.losses import Loss
from walkthrough.mathematics.notation import Shape
from walkthrough.mathematics.windows import DoesNotFit, times
from walkthrough.numbers.grid import MOST_NUMBERS, GivenGrid, refuse_too_many
from walkthrough.numbers.written import Written
from walkthrough.words import shelf
from walkthrough.words.messages import quoted
from walkthrough.words.options import Extents, Option, Padding, options

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TAKEN = ("input", "target", "loss")


@dataclass(frozen=True, slots=True)
class NamedLayer:
    """A layer of a case: the name that its cells have, the word for its type, its mathematics."""

    name: str
    type: str
    layer: Layer


def read_layers(reader: Reader, value: Any, loss: bool = False) -> list[NamedLayer | None]:
    """The layers in order, None for those that cannot be read; what is wrong is noted.

    With a loss there may be none: the loss is then taken of the input.
    """
    if value is None or value == []:
        if not loss:
            said = "is missing; a case needs at least one layer, headed [[layers]], or a [loss]"
            reader.refuse(("layers",), said)
        return []
    tables = reader.tables(("layers",), value)
    read = [_layer(reader, ("layers", place), table) for place, table in enumerate(tables)]
    names = _names(reader, tables, [type(layer) if layer else None for _, layer in read])
    return [
        NamedLayer(name, word, layer) if layer and name else None
        for (word, layer), name in zip(read, names, strict=True)
    ]


def _layer(reader: Reader, place: KeyPath, table: Any) -> tuple[str, Layer | None]:
    of = typed(reader, place, table, layer_shelf)
    if of is None:
        return "", None
    word, kind = of
    filled = fill(reader, place, table, kind, ["type", "name"])
    return word, None if filled is None else kind(**filled)


def read_loss(reader: Reader, value: Any) -> tuple[str, Loss | None]:
    """The table `[loss]` without its target; what is wrong is noted."""
    of = typed(reader, ("loss",), value, loss_shelf)
    if of is None:
        return "", None
    word, kind = of
    filled = fill(reader, ("loss",), value, kind, ["type", "target"])
    return word, None if filled is None else kind(**filled)


# --- options -----------------------------------------------------------------------------------


def typed(reader: Reader, place: KeyPath, table: Any, package: Any) -> tuple[str, type[Any]] | None:
    """The word after `type =` and its class from the shelf, or None if there is no such thing."""
    if not isinstance(table, dict):
        reader.table(place, table, [])
        return None
    word = table.get("type")
    if not isinstance(word, str):
        said = "is missing" if word is None else f"found {found(word)}"
        listed = ", ".join(shelf.names(package))
        reader.refuse((*place, "type"), f"{said}; expected one of {listed}")
        return None
    if word not in shelf.names(package):
        word = _refused(reader, place, word, package)  # so that its keys are looked at as well
    return None if word is None else (word, shelf.load(package, word))


def _refused(reader: Reader, place: KeyPath, word: str, package: Any) -> str | None:
    """Says what an unknown type is called here, or where it stands; gives that word of the shelf, if any."""
    from walkthrough import updates as update_shelf
    from walkthrough.case.tables.neighbours import unknown_type

    said = unknown_type(word, shelf.names(package))
    ours = re.match(r'is "(\w+)" here', said)
    known = ours[1] if ours else word
    for other, where in (
        (layer_shelf, "a layer: it stands in a table [[layers]]"),
        (loss_shelf, "a loss: it stands in the table [loss]"),
        (update_shelf, "an update rule: it stands in the table [update]"),
    ):
        if other is not package and known in shelf.names(other):
            said = f"{said}, {where}" if known != word else f"is {where}"
    reader.refuse((*place, "type"), f"{quoted(word)} {said}")
    return known if known in shelf.names(package) else None


def fill(
    reader: Reader, place: KeyPath, table: dict[str, Any], kind: type[Any], besides: list[str]
) -> dict[str, Any] | None:
    """The options of a layer, a loss or an update rule, by name; None if one is missing or cannot be read."""
    wanted = options(kind)
    known = reader.table(place, table, [*wanted, *besides])
    filled: dict[str, Any] = {}
    complete = True
    for name, option in wanted.items():
        if name in known:
            filled[name] = reader.read((*place, name), _option, reader, option, known[name])
            complete = complete and filled[name] is not None
            if isinstance(filled[name], GivenGrid) and not filled[name].known:
                reader.by_size((*place, name))
        elif option.required:
            reader.refuse((*place, name), f"is missing; {quoted(str(table['type']))} needs it")
            complete = False
    return filled if complete else None


def _option(reader: Reader, option: Option, value: Any) -> Any:
    kind, axes = option.kind, option.axes
    if kind in ("grid", "kernel", "matrix"):
        grid = read_grid(value, reader.folder)
        return as_kernel(grid, axes) if kind == "kernel" else as_matrix(grid) if kind == "matrix" else grid
    if kind == "number":
        return exact(value)
    if kind == "two numbers":
        return _two_numbers(value)
    if kind == "whole number":
        return whole(value, 1, MOST_NUMBERS)
    if kind in ("extents", "positive extents"):
        return _extents(value, 1 if kind == "positive extents" else 0, axes)
    if kind == "padding":
        return _padding(value, axes)
    if kind == "shape":
        return read_shape(value)
    if kind == "word":
        if value not in option.words:
            listed = ", ".join(f'"{word}"' for word in option.words)
            raise Misread(f"found {found(value)}; expected one of {listed}")
        return value
    if not isinstance(value, bool):
        raise Misread(f"found {found(value)}; expected true or false")
    return value


def _two_numbers(value: Any) -> tuple[Written, ...]:
    parts = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(parts, list) or len(parts) != 2:
        raise Misread(f"found {found(value)}; expected two numbers, such as [0.9, 0.999]")
    return tuple(exact(part) for part in parts)


_AXES = {1: "[positions]", 2: "[rows, columns]"}
_SIDES = {1: "[before, after]", 2: "[top, bottom, left, right]"}


def _extents(value: Any, least: int, axes: int) -> Extents:
    if not isinstance(value, list):
        return (whole(value, least, MOST_NUMBERS),) * axes
    if len(value) != axes:
        several = "two" if axes == 2 else "one"
        raise Misread(f"found {found(value)}; expected a whole number, or {several}: {_AXES[axes]}")
    return tuple(whole(each, least, MOST_NUMBERS) for each in value)


def _padding(value: Any, axes: int) -> Padding:
    if value == "same":
        return "same"
    if isinstance(value, list) and len(value) == 2 * axes:
        return tuple(whole(each, 0, MOST_NUMBERS) for each in value)
    if isinstance(value, str) and value.lower() in ("same", "valid"):
        ours = 'written "same" here' if value.lower() == "same" else "a padding of 0"
        raise Misread(f"found {found(value)}; that is {ours}")
    if isinstance(value, str) or (isinstance(value, list) and len(value) != axes):
        raise Misread(
            f'found {found(value)}; expected a whole number, {_AXES[axes]}, {_SIDES[axes]} or "same"'
        )
    return _extents(value, 0, axes)


# --- names -------------------------------------------------------------------------------------


def _names(reader: Reader, tables: Sequence[Any], kinds: list[type[Layer] | None]) -> list[str | None]:
    """Each layer's name: the one given, or its type's, with an ordinal where several would be the same."""
    given = [table.get("name") if isinstance(table, dict) else None for table in tables]
    defaults = Counter(
        kind.default_name for kind, name in zip(kinds, given, strict=True) if kind and name is None
    )
    seen: Counter[str] = Counter()
    names: list[str | None] = []
    for kind, name in zip(kinds, given, strict=True):
        default = kind.default_name if kind else None
        if name is not None or default is None:
            names.append(name if isinstance(name, str) else None)
            continue
        seen[default] += 1
        names.append(f"{default}{seen[default]}" if defaults[default] > 1 else default)
    places: dict[str | None, list[int]] = {}
    for place, each in enumerate(names):
        places.setdefault(each, []).append(place)
    for place, name in enumerate(given):
        if name is not None:
            same = places.get(names[place], [place])
            reader.read(("layers", place, "name"), _judge_name, name, place, same)
    return names


def _judge_name(name: Any, place: int, places: list[int]) -> None:
    """`places` is where the same name stands."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Misread(f"found {found(name)}; expected a letter, then letters, digits or _")
    if name in _TAKEN:
        raise Misread(
            f'"{name}" is the name of something else; {", ".join(_TAKEN)} cannot be a layer\'s name'
        )
    if len(places) > 1:
        other = places[0] if places[0] != place else places[1]
        raise Misread(f'"{name}" is also the name of layer {other + 1}; every layer needs its own')


# --- fitting -----------------------------------------------------------------------------------


class LayerDoesNotFit(ValueError):
    """The layer at `place`, from 0, cannot follow what stands before it; `key` is the option to mend."""

    def __init__(self, message: str, place: int, key: str | None) -> None:
        super().__init__(message)
        self.place = place
        self.key = key


def output_shapes(layers: Sequence[NamedLayer], shape: Shape, limited: bool = True) -> list[Shape]:
    """What comes out of each layer for an input of this shape; raises LayerDoesNotFit.

    `limited` says that the numbers will be worked out, so that no tensor may be too large for that.
    """
    shapes: list[Shape] = []
    for place, named in enumerate(layers):
        try:
            out = named.layer.output_shape(shape)
            if limited:
                _refuse_large(named.layer, shape, out)
            named.layer.parameters(shape)
            named.layer.constants(shape)
        except DoesNotFit as error:
            raise LayerDoesNotFit(f"layer {named.name}: {error}", place, error.key) from None
        shapes.append(out)
        shape = out
    return shapes


def _refuse_large(layer: Layer, shape: Shape, out: Shape) -> None:
    for what, size, key in (("with its padding", layer.framed(shape), "padding"), ("its output", out, None)):
        try:
            refuse_too_many(size)
        except ValueError:
            raise DoesNotFit(
                f"{what} is {times(size)}, {prod(size):,} numbers; at most {MOST_NUMBERS:,} are allowed", key
            ) from None
