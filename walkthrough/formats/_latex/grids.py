"""Grids and pictures in LaTeX: as many beside each other as fit, cut where they are too large."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby, pairwise

from walkthrough.document import Beside, Curve, Grid, Picture
from walkthrough.formats._latex.rows import ROOM, points
from walkthrough.formats._latex.text import escaped, inline, math, said

_BOX = 68.0
"""Points of a box that somebody writes into."""
_CURVE = (240, 80)
"""Points that a curve is wide and high."""
_TALLEST = 40
"""Rows of a grid that stand on a page."""


def grid(block: Grid) -> Iterator[str]:
    """Numbers in parentheses under their name, as many beside each other as fit; cut if it is too large."""
    widths = [
        max(points(row[at]) + 10 for row in block.rows if at < len(row))
        for at in range(max(map(len, block.rows), default=0))
    ]
    if block.boxes:
        widths = [max(width + 6, _BOX) for width in widths]
    array = _boxes if block.boxes else _array
    for first, last in _bands(widths, ROOM):
        for top in range(0, len(block.rows), _TALLEST):
            rows = block.rows[top : top + _TALLEST]
            label = said(block.name)
            if (first, last) != (0, len(widths)):
                label += f", columns {first + 1} to {last}"
            if len(block.rows) > _TALLEST:
                label += f", rows {top + 1} to {top + len(rows)}"
            marks = [row[first:last] for row in block.marks[top : top + _TALLEST]]
            yield rf"\named{{{label}}}{{{array([row[first:last] for row in rows], marks)}}}" + "\n"


def _bands(widths: list[float], room: float) -> Iterator[tuple[int, int]]:
    """Columns in bands that fit."""
    first, used = 0, 0.0
    for at, width in enumerate(widths):
        if at > first and used + width > room:
            yield (first, at)
            first, used = at, 0.0
        used += width
    yield (first, len(widths))


def _array(rows: list[tuple[str, ...]], marks: list[tuple[str, ...]]) -> str:
    columns = max(map(len, rows), default=1) or 1
    body = r" \\ ".join(r"\relax " + " & ".join(_marked(rows, marks, y, math)) for y in range(len(rows)))
    return rf"$\left(\begin{{array}}{{@{{}}*{{{columns}}}{{r}}@{{}}}}{body}\end{{array}}\right)$"


def _marked(
    rows: list[tuple[str, ...]], marks: list[tuple[str, ...]], y: int, number: Callable[[str], str]
) -> Iterator[str]:
    """The numbers of a row, marks behind them."""
    for x, text in enumerate(rows[y]):
        mark = marks[y][x].strip() if marks else ""
        yield number(text) + (rf"\,\text{{{escaped(mark)}}}" if mark else "")


def _boxes(rows: list[tuple[str, ...]], marks: list[tuple[str, ...]]) -> str:
    """Boxes with room to write into, or as wide as the numbers of a key that stand in them."""
    texts = (" & ".join(_marked(rows, marks, y, inline)) for y in range(len(rows)))
    body = "".join(rf"\rule[-2.5mm]{{0pt}}{{8mm}}{text} \\ \hline " for text in texts)
    columns = range(max(map(len, rows), default=1) or 1)
    widths = [max((points(row[at]) for row in rows if at < len(row)), default=0.0) + 2 for at in columns]
    spec = "".join(rf">{{\centering\arraybackslash}}p{{{max(_BOX - 14, width):.0f}pt}}|" for width in widths)
    return rf"\begin{{tabular}}{{@{{}}|{spec}@{{}}}}\hline {body}\end{{tabular}}"


def beside(block: Beside) -> str:
    """Grids with signs between them, each over its name; too wide, they are set smaller."""
    pieces = []
    for sign, grid in zip(("", *block.signs), block.grids, strict=True):
        array = _array(list(grid.rows), list(grid.marks))[1:-1]
        pieces.append(rf"{math(sign)} \underset{{{math(grid.name)}}}{{{array}}}")
    return rf"\par\fitted{{$\displaystyle {' '.join(pieces)}$}}" + "\n\n"


def picture(block: Picture) -> Iterator[str]:
    """Squares in grey, black for the smallest number."""
    label = rf"\small black {said(block.smallest)}, white {said(block.largest)}"
    size = min(4.0, ROOM / max(map(len, block.shades), default=1))
    yield rf"\named{{{said(block.name)}\\{label}}}{{\setlength{{\pixel}}{{{size:.2f}pt}}%" + "\n"
    yield r"\setlength{\fboxsep}{0pt}\fbox{\vbox{\offinterlineskip" + "\n"
    for row in block.shades:
        runs = ((shade, len(list(same))) for shade, same in groupby(f"{shade:.2f}" for shade in row))
        shades = "".join(rf"\shade{{{shade}}}{{{count}}}" for shade, count in runs)
        yield rf"\hbox{{{shades}}}" + "\n"
    yield "}}}\n"


def curve(block: Curve) -> Iterator[str]:
    """A curve as upright strokes from each value to the next, over an axis that counts from 1."""
    wide, high = _CURVE
    values = block.shares[:: -(-len(block.shares) // wide)] or (0.0,)
    apart = wide / max(len(values) - 1, 1)
    label = rf"\small from {said(block.smallest)} to {said(block.largest)}"
    yield rf"\named{{{said(block.name)}\\{label}}}{{\begin{{picture}}({wide},{high + 14})(0,-14)" + "\n"
    yield rf"\put(0,0){{\line(1,0){{{wide}}}}}\put(0,0){{\line(0,1){{{high}}}}}" + "\n"
    for at, (value, after) in enumerate(pairwise((*values, values[-1]))):
        low, top = min(value, after) * high, max(value, after) * high
        yield rf"\put({at * apart:.1f},{low:.1f}){{\rule{{1pt}}{{{top - low + 1:.1f}pt}}}}" + "\n"
    yield (
        rf"\put(0,-12){{\footnotesize {said(block.along)} 1 to {len(block.shares)}}}\end{{picture}}}}" + "\n"
    )
