"""Lines of working in LaTeX: symbols, numbers and values beside each other, or under each other.

A block is laid out in the first way in which its widest line fits, as it is on a terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from walkthrough.document import Working
from walkthrough.formats._arranged_sides import Arrangement, piece
from walkthrough.formats._latex.rows import ROOM, Cell, LatexRow, arrangements, points, row_of
from walkthrough.formats._latex.text import math, said

_SMALLER, _SMALLEST = 0.9, 0.8
"""How large smaller types are."""
_GAP = 12.0
_REMARK = 130.0
"""Points in which a remark is still folded beside its line."""


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
    for arrangement in arrangements(workings):
        rows = [row_of(working, arrangement) for working in workings]
        found = _laid_out(rows)
        if found is not None:
            yield from found
            return
    yield from _paragraphs(workings)


def _laid_out(rows: list[LatexRow]) -> Iterator[str] | None:
    """Beside each other, in smaller type beside each other, or under each other."""
    across = _across(rows, ROOM)
    if across is not None:
        return across
    small = _across(rows, ROOM / _SMALLER)
    if small is not None:
        return chain(("{\\small\n",), small, ("}\n",))
    return _stacked(rows)


# --- layouts -------------------------------------------------------------------------------------


def _across(rows: list[LatexRow], room: float) -> Iterator[str] | None:
    """Beside each other; what the numbers in rows come to is one more row of them."""
    below = any(row.second.kind == "sum" for row in rows)
    if below:
        rows = [_with_tail(row) for row in rows]
    columns = _columns(rows)
    used = sum(columns) + _GAP * sum(1 for width in columns[2:] if width)
    remark = max(points(row.because) for row in rows)
    if used > room:
        return None
    beside = used + 2 * _GAP + min(remark, _REMARK) <= room
    return _aligned(rows, room - used - 2 * _GAP if beside else 0.0, remark)


def _columns(rows: list[LatexRow]) -> list[float]:
    cells = [(row.lead, *row.cells) for row in rows]
    return [max(each[at].width for each in cells) for at in range(4)]


def _with_tail(row: LatexRow) -> LatexRow:
    """What the numbers come to below them, under their relation."""
    if not row.tail.tex:
        return row
    if not row.second.kind:
        both = Cell(f"{row.second.tex} {row.tail.tex}", row.second.width + row.tail.width)
        return replace(row, second=both, tail=Cell())
    spec = r"\begin{array}[t]{@{}l@{}}"
    text = rf"{spec}{row.second.tex} \\ {row.tail.tex}\end{{array}}"
    return replace(row, second=Cell(text, max(row.second.width, row.tail.width), "sum"), tail=Cell())


def _stacked(rows: list[LatexRow]) -> Iterator[str] | None:
    """Under each other, the relations in one column."""
    columns = _columns(rows)
    if columns[0] + max(columns[1:]) > ROOM:
        return None
    split = []
    for row in rows:
        cells = [cell for cell in row.cells if cell.tex] or [Cell()]
        for at, cell in enumerate(cells):
            last = at == len(cells) - 1
            lead = row.lead if at == 0 else Cell()
            split.append((LatexRow(lead, cell, Cell(), Cell(), row.because if last else ""), last))
    return _aligned([row for row, _ in split], 0.0, 0.0, [last for _, last in split])


def _aligned(
    rows: list[LatexRow], room: float, remark: float, lasts: list[bool] | None = None
) -> Iterator[str]:
    """Rows of parts in columns, remarks beside them if there is room, or below."""
    tall = any(cell.kind for row in rows for cell in row.cells) or lasts is not None
    gap = r" \\[.6em]" if tall and len(rows) > 1 else r" \\"
    yield "\\begin{alignat*}{4}\n"
    for at, row in enumerate(rows):
        first, second, tail = row.cells
        # after \\ a bracket would be taken for a length
        text = rf"\relax {row.lead.tex} &{first.tex}"
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
        texts = [f"{relation} {piece(side, Arrangement(flat=True))[0]}" for relation, side in working.sides]
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


def _group_rows(working: Working) -> list[LatexRow]:
    """A row for each group, the line's own left side before the first."""
    found = []
    for at, group in enumerate(working.groups):
        row = row_of(Working("", working.left if at == 0 else "", group.sides), Arrangement())
        found.append(replace(row, tail=_lowered(row), name=Cell(said(group.name), points(group.name))))
    return found or [row_of(replace(working, groups=()), Arrangement())]


def _lowered(row: LatexRow) -> Cell:
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
        remark = rf"\quad{{\remark {said(working.because)}}}" if working.because else ""
        end = "" if number == len(workings) - 1 else r" \\[.8em]"
        yield (
            rf" &\quad\rlap{{\parbox[t]{{{room:.0f}pt}}{{\raggedright ${broken(text)}${remark}}}}}{end}"
            + "\n"
        )
    yield "\\end{alignat*}\n"
