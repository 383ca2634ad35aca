"""Sizes put into lines: each with the arithmetic that gives it, and a picture of what one output sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from walkthrough.document import Block, Heading, Lines, Prose, Rule, Table
from walkthrough.mathematics.windows import times
from walkthrough.trace.extents.receptive_field import Field, SeenWindow, image_axes
from walkthrough.trace.extents.sizes import LayerSize, Sizes

_WIDEST_PICTURE = 64
_HIGHEST_PICTURE = 40


def size_blocks(sizes: Sizes, title: str) -> Iterator[Block]:
    """A line per layer and the totals, the arithmetic of each layer, and the picture."""
    yield Heading(title, 1)
    yield Prose(f"Input {times(sizes.network.input.shape)}.")
    yield _table(sizes)
    yield Rule(
        "r ← r + (k − 1)·j, j ← j·s", "r receptive field, j jump, k window, s stride; at first r = j = 1"
    )
    for number, layer in enumerate(sizes.layers, 1):
        stage = layer.stage
        yield Heading(f"{layer.name}    {stage.layer.summary(stage.x.shape)}", 3, "", str(number))
        yield Lines(tuple(f"{name.ljust(15)}  {text}" for name, text in arithmetic(layer)))
    yield from _picture(sizes)


def size_record(sizes: Sizes) -> dict[str, Any]:
    """The same for programs."""
    return {
        "layers": [
            {
                "layer": layer.name,
                "type": layer.stage.type,
                "shape": list(layer.shape),
                "parameters": layer.parameters,
                "multiplications": layer.multiplications,
                "receptive_field": list(layer.receptive_field),
                "jump": [_plain(field.jump) for field in layer.field],
                "arithmetic": dict(arithmetic(layer)),
            }
            for layer in sizes.layers
        ],
        "parameters": sizes.parameters,
        "multiplications": sizes.multiplications,
    }


def arithmetic(layer: LayerSize) -> Iterator[tuple[str, str]]:
    """What each number of a layer is, and how it comes about."""
    yield "shape", shape_arithmetic(layer)
    if layer.parameters:
        yield "parameters", parameter_arithmetic(layer)
    if layer.multiplications:
        yield "multiply-adds", multiplication_arithmetic(layer)
    yield "receptive field", field_arithmetic(layer)


def shape_arithmetic(layer: LayerSize) -> str:
    """`rows 28 − 5 + 2·2 + 1 = 28, …: 6×28×28`."""
    came, shape, layer_ = layer.stage.x.shape, layer.shape, layer.stage.layer
    worked = layer_.size_arithmetic(came)
    if worked:
        channels = f"{shape[0]} channel{'s' if shape[0] > 1 else ''}" if len(shape) > 1 else ""
        return f"{', '.join([*([channels] if channels else []), *_alike(worked)])}: {times(shape)}"
    if shape == came:
        return f"as it came in: {times(shape)}"
    if len(shape) == 1 and prod(came) == shape[0] and len(came) > 1:
        return f"{'·'.join(map(str, came))} = {shape[0]}"
    return f"{times(came)} → {times(shape)}"


def _alike(axes: Sequence[str]) -> Sequence[str]:
    """Rows and columns said once, where they are worked out alike."""
    if len(axes) == 2 and axes[0].partition(" ")[2] == axes[1].partition(" ")[2]:
        return [f"{axes[0].partition(' ')[0]} and {axes[1]}"]
    return axes


def parameter_arithmetic(layer: LayerSize) -> str:
    """`6·(1·5·5) + 6 = 156`."""
    terms = [_count(tensor.shape) for tensor in layer.stage.parameters.values()]
    return _equals(" + ".join(terms), layer.parameters)


def multiplication_arithmetic(layer: LayerSize) -> str:
    """`6·28·28 · (1·5·5) = 117600`: outputs, times the products of each."""
    terms = []
    for contraction in layer.stage.sums:
        part = contraction.part
        if len(part.factors) > 1:
            outer = [index.extent for index in part.variables if index in part.target.variables]
            inner = [index.extent for index in part.variables if index not in part.target.variables]
            products = [_joined(outer)] + (
                [f"({_joined(inner)})" if len(inner) > 1 else _joined(inner)] if inner else []
            )
            terms.append(" · ".join(products))
    return _equals(" + ".join(terms), layer.multiplications)


def field_arithmetic(layer: LayerSize) -> str:
    """`rows 6 + (5 − 1)·2 = 14, jump 2·1 = 2; columns …`, or why it is what it is."""
    if layer.windows is None:
        return f"{_said(layer.field)}, as before: the same numbers in another arrangement"
    still = all(window.size == 1 and window.step == 1 for window in layer.windows)
    if still and len(layer.windows) and _said(layer.field) == _said(layer.before):
        return f"{_said(layer.field)}, as before"
    if any(field.jump is None for field in layer.field):
        return f"{_said(layer.field)}: all of what comes in, {_sees(layer)}"
    lines = [_axis(*each) for each in zip(layer.before, layer.windows, layer.field, strict=True)]
    if len(set(lines)) == 1:
        return f"{lines[0]}: {_said(layer.field)}"
    names = ("rows", "columns") if len(lines) == 2 else ("positions",)
    said = "; ".join(f"{name} {line}" for name, line in zip(names, lines, strict=True))
    return f"{said}: {_said(layer.field)}"


def _axis(before: Field, window: SeenWindow, after: Field) -> str:
    jump, step = before.jump or Fraction(1), window.step or Fraction(1)
    exact = before.size + (window.size - 1) * jump
    rounded = f" ≤ {after.size}" if exact != after.size else f" = {after.size}"
    moved = f"{_plain(jump)}·{_plain(step)}" if step >= 1 else f"{_plain(jump)}/{1 / step}"
    return (
        f"r = {before.size} + ({window.size} − 1)·{_plain(jump)}{rounded}, j = {moved} = {_plain(after.jump)}"
    )


def _sees(layer: LayerSize) -> str:
    earlier = layer.before
    return "which has seen it" if all(field.jump is None for field in earlier) else "and with it the input"


def _said(field: Sequence[Field]) -> str:
    return "×".join(str(each.size) for each in field)


def _plain(jump: Fraction | None) -> Any:
    if jump is None:
        return None
    return int(jump) if jump.denominator == 1 else str(jump)


def _count(shape: Sequence[int]) -> str:
    if len(shape) > 2:
        return f"{shape[0]}·({_joined(shape[1:])})"
    return _joined(shape)


def _joined(extents: Sequence[int]) -> str:
    return "·".join(map(str, extents)) or "1"


def _equals(text: str, value: int) -> str:
    return text if text == str(value) else f"{text} = {value}"


def _table(sizes: Sizes) -> Table:
    header = ("layer", "output", "parameters", "multiply-adds", "receptive field", "jump")
    rows = []
    for layer in sizes.layers:
        jumps = [_plain(field.jump) for field in layer.field]
        jump = "–" if None in jumps else "×".join(map(str, jumps if len(set(jumps)) > 1 else jumps[:1]))
        counts = (str(layer.parameters), str(layer.multiplications))
        rows.append((layer.name, times(layer.shape), *counts, _said(layer.field), jump))
    rows.append(("in all", "", str(sizes.parameters), str(sizes.multiplications), "", ""))
    return Table(header, tuple(rows), frozenset({2, 3, 4, 5}))


def _picture(sizes: Sizes) -> Iterator[Block]:
    """The pixels that the middle output of the last layer sees whose outputs still lie on the image."""
    last = next((layer for layer in reversed(sizes.layers) if _partial(sizes, layer)), None)
    extents = image_axes(sizes.network.input.shape)
    rows, columns = (1, *extents)[-2:]
    if last is None or columns > _WIDEST_PICTURE or rows > _HIGHEST_PICTURE:
        return
    sight = sizes.sight(last)
    middle = ",".join(str(extent // 2 + 1) for extent in image_axes(last.shape))
    yield Heading("what one output sees", 3)
    yield Prose(
        f"{last.name}[{middle}], in whichever channel, sees of the {times(extents)} input the pixels #:"
    )
    across = sight[-1]
    down = sight[0] if len(sight) > 1 else frozenset([0])
    lines = ("".join("#" if r in down and c in across else "." for c in range(columns)) for r in range(rows))
    yield Lines(tuple(lines))


def _partial(sizes: Sizes, layer: LayerSize) -> bool:
    """Whether an output sees a part of the input, and not all of it."""
    extents = image_axes(sizes.network.input.shape)
    if any(field.jump is None for field in layer.field):
        return False
    return any(len(cells) < extent for cells, extent in zip(sizes.sight(layer), extents, strict=True))
