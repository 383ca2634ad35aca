"""Lines of working in LaTeX: symbols, numbers and values beside each other, or under each other.

A block is laid out in the first way in which its widest line fits, as it is on a terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from walkthrough.document import Side, Sum, Window, Working
from walkthrough.formats._latex_text import math, said
from walkthrough.formats._pieces import Arrangement, piece, signed

ROOM = 484.0
"""Points between the margins, for a line that begins a little inside."""
_SMALLER, _SMALLEST = 0.9, 0.8
"""How large smaller types are."""
_GAP = 12.0
_REMARK = 130.0
"""Points in which a remark is still folded beside its line."""

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
class _Cell:
    """A part of a line as TeX, and about how wide it is; `rows` says that it has several."""

    tex: str = ""
    width: float = 0.0
    rows: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    """A line in its parts: what stands before it, symbols, numbers, what they come to, a remark."""

    lead: _Cell
    first: _Cell
    second: _Cell
    tail: _Cell
    because: str = ""
    name: _Cell = _Cell()

    @property
    def cells(self) -> tuple[_Cell, _Cell, _Cell]:
        return (self.first, self.second, self.tail)


def lines(workings: tuple[Working, ...]) -> Iterator[str]:
    """The lines of a block."""
    if any(working.groups for working in workings):
        yield from _in_groups(workings)
        return
    yield from _rows(workings)


def one_row(text: str) -> str:
    """A line that is text already; it is broken where it must be."""
    return rf"\row{{{broken(text)}}}" + "\n"


def broken(text: str) -> str:
    """A formula that may be broken before a sign."""
    found = f" {math(text)}"
    for sign in (" + ", " - ", " = ", r" \approx ", r" \leftarrow "):
        found = found.replace(sign, rf" \allowbreak{sign}")
    return found.strip().removeprefix(r"\allowbreak")


# --- one block -----------------------------------------------------------------------------------


def _rows(workings: tuple[Working, ...]) -> Iterator[str]:
    for arrangement in _arrangements(workings):
        rows = [_row(working, arrangement) for working in workings]
        found = _laid_out(rows)
        if found is not None:
            yield from found
            return
    yield from _paragraphs(workings)


def _laid_out(rows: list[_Row]) -> Iterator[str] | None:
    """Beside each other, in smaller type beside each other, or under each other."""
    across = _across(rows, ROOM)
    if across is not None:
        return across
    small = _across(rows, ROOM / _SMALLER)
    if small is not None:
        return chain(("{\\small\n",), small, ("}\n",))
    return _stacked(rows)


def _arrangements(workings: Iterable[Working]) -> Iterator[Arrangement]:
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


def _row(working: Working, arrangement: Arrangement) -> _Row:
    """The parts of a line; where the numbers stand in rows, what they come to is one more of these."""
    sides = working.sides
    first = _side(*sides[0], arrangement) if sides else _Cell()
    several = len(sides) > 2
    tail = _joined(sides[2:] if several else sides[1:])
    second = _side(*sides[1], arrangement) if several else _Cell()
    lead = _Cell(math(working.left), points(working.left) + 4)
    return _Row(lead, first, second, tail, working.because)


def _side(relation: str, side: Side, arrangement: Arrangement, joint: str = "+") -> _Cell:
    sign = math(relation) if relation.strip() else ""
    if isinstance(side, str):
        return _Cell(f"{{}}{sign} {math(side)}", points(f"{relation}{side}"))
    rows = arrangement.of(side.rows)
    if isinstance(side, Window):
        return _window(sign, rows)
    if len(rows) == 1:
        text = side.before + signed(rows[0]) + side.after
        return _Cell(f"{{}}{sign} {math(text)}", points(f"{relation}{text}"))
    return _sum(sign, rows, side)


def _window(sign: str, rows: tuple[tuple[str, ...], ...]) -> _Cell:
    if len(rows) == 1:
        text = r",\; ".join(map(math, rows[0]))
        return _Cell(rf"{{}}{sign} \max({text})", 45 + sum(points(each) + 8 for each in rows[0]))
    columns = max(map(len, rows))
    body = r" \\ ".join("{}" + " & ".join(map(math, row)) for row in rows)
    array = rf"\begin{{array}}{{@{{}}*{{{columns}}}{{r}}@{{}}}}{body}\end{{array}}"
    return _Cell(rf"{{}}{sign} \max\left({array}\right)", 50 + sum(_widths(rows)) + 10 * columns, rows=True)


def _sum(sign: str, rows: tuple[tuple[str, ...], ...], of: Sum) -> _Cell:
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
    return _Cell(rf"\begin{{array}}[t]{{{spec}@{{}}}}{array}\end{{array}}", width, rows=True)


def _widths(rows: tuple[tuple[str, ...], ...]) -> list[float]:
    columns = max(map(len, rows))
    return [max(points(row[at]) for row in rows if at < len(row)) for at in range(columns)]


def _joined(sides: tuple[tuple[str, Side], ...]) -> _Cell:
    texts = [f"{relation} {piece(side, Arrangement(flat=True))[0]}" for relation, side in sides]
    return _Cell(" ".join(f"{{}}{math(text)}" for text in texts), sum(map(points, texts)))


# --- layouts -------------------------------------------------------------------------------------


def _across(rows: list[_Row], room: float) -> Iterator[str] | None:
    """Beside each other; what the numbers in rows come to is one more row of them."""
    below = any(row.second.rows and "max" not in row.second.tex for row in rows)
    if below:
        rows = [_with_tail(row) for row in rows]
    columns = _columns(rows)
    used = sum(columns) + _GAP * sum(1 for width in columns[2:] if width)
    remark = max(points(row.because) for row in rows)
    if used > room:
        return None
    beside = used + 2 * _GAP + min(remark, _REMARK) <= room
    return _aligned(rows, room - used - 2 * _GAP if beside else 0.0, remark)


def _columns(rows: list[_Row]) -> list[float]:
    cells = [(row.lead, *row.cells) for row in rows]
    return [max(each[at].width for each in cells) for at in range(4)]


def _with_tail(row: _Row) -> _Row:
    """What the numbers come to below them, under their relation."""
    if not row.tail.tex:
        return row
    if not row.second.rows:
        both = _Cell(f"{row.second.tex} {row.tail.tex}", row.second.width + row.tail.width)
        return replace(row, second=both, tail=_Cell())
    spec = r"\begin{array}[t]{@{}l@{}}"
    text = rf"{spec}{row.second.tex} \\ {row.tail.tex}\end{{array}}"
    return replace(row, second=_Cell(text, max(row.second.width, row.tail.width), True), tail=_Cell())


def _stacked(rows: list[_Row]) -> Iterator[str] | None:
    """Under each other, the relations in one column."""
    columns = _columns(rows)
    if columns[0] + max(columns[1:]) > ROOM:
        return None
    split = []
    for row in rows:
        cells = [cell for cell in row.cells if cell.tex] or [_Cell()]
        for at, cell in enumerate(cells):
            last = at == len(cells) - 1
            lead = row.lead if at == 0 else _Cell()
            split.append((_Row(lead, cell, _Cell(), _Cell(), row.because if last else ""), last))
    return _aligned([row for row, _ in split], 0.0, 0.0, [last for _, last in split])


def _aligned(
    rows: list[_Row], room: float, remark: float, lasts: list[bool] | None = None
) -> Iterator[str]:
    """Rows of parts in columns, remarks beside them if there is room, or below."""
    tall = any(cell.rows for row in rows for cell in row.cells) or lasts is not None
    gap = r" \\[.6em]" if tall and len(rows) > 1 else r" \\"
    yield "\\begin{alignat*}{4}\n"
    for at, row in enumerate(rows):
        first, second, tail = row.cells
        # after \\ a bracket would be taken for a length
        text = f"{{}}{row.lead.tex} &{first.tex}"
        text += rf" & &\quad {second.tex}" if second.tex else " & &"
        text += rf" & &\; {tail.tex}" if tail.tex else " & &"
        if row.because and room:
            words = said(row.because)
            box = rf"\parbox[t]{{{room:.0f}pt}}{{\raggedright\remark {words}}}"
            text += r" & &\qquad " + (box if remark > room else rf"\text{{\remark {words}}}")
        elif row.because:
            text += rf" \\* &\rlap{{\parbox[t]{{{ROOM - row.lead.width:.0f}pt}}{{\raggedright\remark "
            text += f"{said(row.because)}}}}}"
        inside = lasts is not None and not lasts[at]
        yield text + ("" if at == len(rows) - 1 else r" \\*" if inside else gap) + "\n"
    yield "\\end{alignat*}\n"


def _paragraphs(workings: Iterable[Working]) -> Iterator[str]:
    """The last resort: every side on a row of its own, broken before its signs."""
    several = list(workings)
    longest = max(several, key=lambda working: points(working.left))
    yield rf"\leads{{{math(longest.left)}}}" + "\n"
    for working in several:
        texts = [
            f"{relation} {piece(side, Arrangement(flat=True))[0]}" for relation, side in working.sides
        ]
        body = r"\newline ".join(f"${broken(text)}$" for text in texts)
        because = rf"\newline {{\remark {said(working.because)}}}" if working.because else ""
        yield rf"\working{{{math(working.left)}}}{{{body}{because}}}" + "\n"


# --- groups --------------------------------------------------------------------------------------


def _in_groups(workings: tuple[Working, ...]) -> Iterator[str]:
    """Sums of several channels: each channel with its subtotal, then what they come to."""
    rows = [row for working in workings for row in _group_rows(working)]
    columns = _columns(rows)
    names = max(row.name.width for row in rows)
    used = sum(columns) + names + 4 * _GAP
    for size, room in (("", ROOM), (r"\small", ROOM / _SMALLER), (r"\footnotesize", ROOM / _SMALLEST)):
        if used <= room:
            yield f"{{{size}\n"
            yield from _columns_of_groups(workings, room - columns[0] - 2 * _GAP)
            yield "}\n"
            return
    for working in workings:
        for group in working.groups:
            yield f"\n{said(f'{working.left}, {group.name}')}\n"
            yield from _rows((Working("", "", group.sides),))
        yield from _rows((replace(working, sides=working.closing or working.sides, groups=()),))


def _group_rows(working: Working) -> list[_Row]:
    """A row for each group, the line's own left side before the first."""
    found = []
    for at, group in enumerate(working.groups):
        row = _row(Working("", working.left if at == 0 else "", group.sides), Arrangement())
        found.append(replace(row, tail=_lowered(row), name=_Cell(said(group.name), points(group.name))))
    return found or [_row(replace(working, groups=()), Arrangement())]


def _lowered(row: _Row) -> _Cell:
    """A subtotal beside the last row of its sum."""
    height = row.first.tex.count(r" \\ ")
    if not height or not row.tail.tex:
        return row.tail
    blank = r"{} \\ " * height
    return replace(row.tail, tex=rf"\begin{{array}}[t]{{@{{}}l@{{}}}}{blank}{row.tail.tex}\end{{array}}")


def _columns_of_groups(workings: tuple[Working, ...], room: float) -> Iterator[str]:
    yield "\\begin{alignat*}{5}\n"
    for number, working in enumerate(workings):
        for row in _group_rows(working) if working.groups else ():
            name = rf"\text{{{row.name.tex}}}"
            yield rf"{{}}{row.lead.tex} &\quad {name} & &\quad {row.first.tex} & &\quad {row.second.tex}"
            yield rf" & &\; {row.tail.tex} \\*[.2em]" + "\n"
        sides = working.closing or working.sides
        text = working.left + "".join(
            f" {relation} {piece(side, Arrangement(flat=True))[0]}" for relation, side in sides
        )
        if working.because:
            remark = rf"\quad{{\remark {said(working.because)}}}"
        else:
            remark = ""
        end = "" if number == len(workings) - 1 else r" \\[.8em]"
        yield rf" &\quad\rlap{{\parbox[t]{{{room:.0f}pt}}{{\raggedright ${broken(text)}${remark}}}}}{end}" + "\n"
    yield "\\end{alignat*}\n"
