"""A curve in signs: braille dots under an axis, asterisks where only ASCII can be said."""

from __future__ import annotations

from itertools import pairwise

from walkthrough.document import Curve

_ROWS = 9
_WIDEST = 64
_NARROWEST = 12
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The bits of a braille sign: left and right column, from above."""


def drawn(curve: Curve, width: int, plain: bool = False) -> list[str]:
    """The curve as lines: its name, rows with the largest and the smallest beside them, the axis."""
    labels = (curve.largest, curve.smallest)
    margin = max(map(len, labels))
    columns = max(_NARROWEST, min(_WIDEST, width - margin - 3))
    across, down = (1, 1) if plain else (2, 4)
    dots = _dots(curve, columns * across, _ROWS * down)
    rows = [
        "".join(_sign(dots, row, column, across, down, plain) for column in range(columns)).rstrip()
        for row in range(_ROWS)
    ]
    side, corner, stroke, tick = ("|", "+", "-", "+") if plain else ("│", "└", "─", "┤")
    lines = []
    for place, row in enumerate(rows):
        label = labels[0] if place == 0 else labels[1] if place == _ROWS - 1 else ""
        lines.append(f"{label.rjust(margin)} {tick if label else side}{row}")
    last = str(len(curve.shares))
    ends = f"{curve.along} 1{last.rjust(columns - len(curve.along) - 2)}"
    return [curve.name, *lines, f"{' ' * margin} {corner}{stroke * columns}", f"{' ' * (margin + 2)}{ends}"]


def _means(values: tuple[float, ...], most: int) -> list[float]:
    """At most so many values: the means of parts that are as long as each other, or nearly."""
    count = min(most, len(values))
    bounds = [at * len(values) // count for at in range(count + 1)]
    return [sum(values[begin:end]) / (end - begin) for begin, end in pairwise(bounds)]


def _dots(curve: Curve, columns: int, rows: int) -> set[tuple[int, int]]:
    """Which dots are set, as (column, row from above); steps of more than a dot are filled in."""
    points = _means(curve.shares, columns)
    heights = [round((1 - share) * (rows - 1)) for share in points]
    spread = [heights[at * len(points) // columns] for at in range(columns)]
    dots = set()
    for column, row in enumerate(spread):
        before = spread[column - 1] if column else row
        step = 1 if row >= before else -1
        dots |= {(column, at) for at in range(before + step, row, step)} | {(column, row)}
    return dots


def _sign(dots: set[tuple[int, int]], row: int, column: int, across: int, down: int, plain: bool) -> str:
    if plain:
        return "*" if (column, row) in dots else " "
    bits = sum(
        bit
        for x, of_column in enumerate(_DOTS)
        for y, bit in enumerate(of_column)
        if (column * across + x, row * down + y) in dots
    )
    return chr(0x2800 + bits) if bits else " "
