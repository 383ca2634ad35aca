"""The parts of a line of working in LaTeX, and about how wide they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from walkthrough.document import Side, Sum, Window, Working
from walkthrough.formats._arranged_sides import Arrangement, piece, signed
from walkthrough.formats._latex.text import math

ROOM = 484.0
"""Points between the margins, for a line that begins a little inside."""

_WIDE = (
    dict.fromkeys("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹⁻", 3.9)
    | dict.fromkeys("0123456789", 5.05)
    | dict.fromkeys(".,;:'|il", 2.8)
    | dict.fromkeys("()[]", 3.5)
    | {"·": 7.4, "−": 6.4, "=": 12.5, "≈": 12.5, "←": 14.5, "+": 7.8, " ": 2.4, "Σ": 12.0, "/": 6.2}
)
"""Points of the signs of a formula in 10-point type, about."""


def points(text: str) -> float:
    """About how wide a formula is set."""
    return sum(_WIDE.get(sign, 5.6) for sign in text)


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a line as TeX, and about how wide it is; a `kind` has several rows."""

    tex: str = ""
    width: float = 0.0
    kind: Literal["", "sum", "window"] = ""


@dataclass(frozen=True, slots=True)
class LatexRow:
    """A line in its parts: what stands before it, symbols, numbers, what they come to, a remark."""

    lead: Cell
    first: Cell
    second: Cell
    tail: Cell
    because: str = ""
    name: Cell = Cell()

    @property
    def cells(self) -> tuple[Cell, Cell, Cell]:
        return (self.first, self.second, self.tail)


def arrangements(workings: Iterable[Working]) -> Iterator[Arrangement]:
    """Windows keep their rows; overlaps of many shapes stand in one row each, if all of them do."""
    sides = [side for working in workings for _, side in working.sides[:2] if not isinstance(side, str)]
    shapes = {tuple(map(len, side.rows)) for side in sides if len(side.rows) > 1}
    if shapes and any(isinstance(side, Window) for side in sides):
        yield Arrangement()
        return
    if len({tuple(map(len, side.rows)) for side in sides}) > 1 and shapes:
        yield Arrangement(flat=True)
    yield Arrangement()
    longest = max((max(shape) for shape in shapes), default=0)
    if longest > 1:
        yield Arrangement(most=-(-longest // 2))
        yield Arrangement(most=1)


def row_of(working: Working, arrangement: Arrangement) -> LatexRow:
    """The parts of a line; where the numbers stand in rows, what they come to is one more of these."""
    sides = working.sides
    first = _side(*sides[0], arrangement) if sides else Cell()
    several = len(sides) > 2
    tail = joined(sides[2:] if several else sides[1:])
    second = _side(*sides[1], arrangement) if several else Cell()
    lead = Cell(math(working.left), points(working.left) + 4)
    return LatexRow(lead, first, second, tail, working.because)


def _side(relation: str, side: Side, arrangement: Arrangement, joint: str = "+") -> Cell:
    sign = math(relation) if relation.strip() else ""
    if isinstance(side, str):
        return Cell(f"{{}}{sign} {math(side)}", points(f"{relation}{side}"))
    rows = arrangement.of(side.rows)
    if isinstance(side, Window):
        return _window(sign, rows)
    if len(rows) == 1:
        text = side.before + signed(rows[0]) + side.after
        return Cell(f"{{}}{sign} {math(text)}", points(f"{relation}{text}"))
    return _sum(sign, rows, side)


def _window(sign: str, rows: tuple[tuple[str, ...], ...]) -> Cell:
    if len(rows) == 1:
        text = r",\; ".join(map(math, rows[0]))
        return Cell(rf"{{}}{sign} \max({text})", 45 + sum(points(each) + 8 for each in rows[0]))
    columns = max(map(len, rows))
    body = r" \\ ".join(r"\relax " + " & ".join(map(math, row)) for row in rows)
    array = rf"\begin{{array}}{{@{{}}*{{{columns}}}{{r}}@{{}}}}{body}\end{{array}}"
    return Cell(rf"{{}}{sign} \max\left({array}\right)", 50 + sum(_widths(rows)) + 10 * columns, "window")


def _sum(sign: str, rows: tuple[tuple[str, ...], ...], of: Sum) -> Cell:
    """Terms under each other; the relation, or a plus, before each row."""
    columns = max(map(len, rows))
    texts = []
    for at, row in enumerate(rows):
        start = f"{{}}{sign}{{}}" if at == 0 else "{}+{}"
        terms = list(map(math, row))
        terms[0] = f"{math(of.before)}{{}}{terms[0]}" if of.before and at == 0 else terms[0]
        terms[-1] += f"{{}}{math(of.after)}" if of.after and at == len(rows) - 1 else ""
        texts.append(f"{start} & " + " & {}+{} & ".join(terms))
    array = r" \\ ".join(texts)
    spec = "@{}r@{}r" + "@{}c@{}r" * (columns - 1)
    width = 14 + sum(_widths(rows)) + 13 * (columns - 1) + points(of.before + of.after)
    return Cell(rf"\begin{{array}}[t]{{{spec}@{{}}}}{array}\end{{array}}", width, "sum")


def _widths(rows: tuple[tuple[str, ...], ...]) -> list[float]:
    columns = max(map(len, rows))
    return [max(points(row[at]) for row in rows if at < len(row)) for at in range(columns)]


def joined(sides: tuple[tuple[str, Side], ...]) -> Cell:
    texts = [f"{relation} {piece(side, Arrangement(flat=True))[0]}" for relation, side in sides]
    return Cell(" ".join(f"{{}}{math(text)}" for text in texts), sum(map(points, texts)))
