"""Lines of working on paper: symbols, numbers and what they come to, in the first layout that fits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from walkthrough.document import Relation, Side, Sum, Window, Working
from walkthrough.formats._paper import ems, math, words, words_ems
from walkthrough.formats._pieces import Arrangement, signed

WIDTH = 47.0
"""The width of the page in ems."""
_NARROWEST = 13.0
_SMALLER = 1.09
"""So much more goes into a row in the next smaller size."""

_DERIVATIVE = re.compile(r"\\partial (\w) ?/\\partial ((?:\w|\\hat\{\w\})(?:_\{[^{}]*\})?)")


def display(formula: str) -> str:
    """A formula that stands by itself: its derivatives as fractions."""
    fractions = _DERIVATIVE.sub(r"\\frac{\\partial \1}{\\partial \2}", math(formula))
    return rf"\displaystyle {fractions}"


_Rows = list[str]


@dataclass(frozen=True)
class _Set:
    """A piece of a line as LaTeX, how wide it is, and in how many rows."""

    code: str
    width: float
    rows: int = 1


_NOTHING = _Set("", 0.0)


@dataclass(frozen=True)
class _Line:
    """What stands before the first relation, the sides, and a remark."""

    left: _Set
    first: _Set
    second: _Set
    tail: _Set
    remark: str

    @property
    def widths(self) -> tuple[float, float, float]:
        """How wide its sides are."""
        return self.first.width, self.second.width, self.tail.width


def aligned(lines: tuple[Working, ...]) -> str:
    """Like lines, their relations under each other, all of them laid out alike."""
    for arrangement in _arrangements(lines):
        said = _said(lines, arrangement)
        for width in (WIDTH, WIDTH * _SMALLER):
            rows = _beside(said, width)
            if rows:
                return _page(rows, small=width > WIDTH)
        if _left(said) + max(max(line.widths) for line in said) <= WIDTH:
            return _page([_stacked(line) for line in said])
    said = _said(lines, Arrangement(flat=True))
    room = WIDTH - _left(said) - 2
    if room < _NARROWEST:
        return "".join(_unaligned(working) for working in lines) + "\n"
    return _page([_stacked(_narrowed(line, room)) for line in said])


def _said(lines: tuple[Working, ...], arrangement: Arrangement) -> list[_Line]:
    return [line for working in lines for line in _lines(working, arrangement)]


def _left(lines: list[_Line]) -> float:
    return max(line.left.width for line in lines)


def _beside(lines: list[_Line], width: float) -> list[_Rows]:
    """Symbols and numbers beside each other, and what they come to behind or below them; none if too wide."""
    first, second, tail = (max(line.widths[part] for line in lines) for part in range(3))
    across = _left(lines) + first + second + tail
    if across <= width:
        return [_across(line, width - across - 2) for line in lines]
    if second and max(second, tail) + _left(lines) + first <= width:
        return [_tail_below(line) for line in lines]
    return []


def _arrangements(lines: tuple[Working, ...]) -> Iterator[Arrangement]:
    """Windows keep their rows; rows that are too long are halved, and halved again."""
    groups = [group.sides for line in lines for group in line.groups] + [line.sides for line in lines]
    sides = [side for several in groups for _, side in several[:2] if not isinstance(side, str)]
    shapes = {tuple(map(len, side.rows)) for side in sides}
    if len(shapes) > 1 and not any(isinstance(side, Window) for side in sides):
        yield Arrangement(flat=True)
    yield Arrangement()
    longest = max((max(shape) for shape in shapes), default=1)
    while longest > 1:
        longest = -(-longest // 2)
        yield Arrangement(most=longest)


def _lines(working: Working, arrangement: Arrangement) -> Iterator[_Line]:
    """A line, or the lines of its groups and what closes them."""
    left = math(working.left)
    name = _Set(left, ems(left))
    if not working.groups:
        yield _line(name, working.sides, working.because, arrangement)
        return
    longest = max(words_ems(group.name) for group in working.groups)
    for number, group in enumerate(working.groups):
        own = name.code if number == 0 else ""
        said = f"{own}\\quad\\makebox[{longest:.1f}em][l]{{{words(group.name)}}}"
        yield _line(_Set(said, name.width + 1 + longest), group.sides, "", arrangement)
    if working.closing:
        # subtotals and their sum under the symbols
        parts = [_side(relation, side, Arrangement(flat=True)) for relation, side in working.closing]
        yield _Line(name, _joined(parts), _NOTHING, _NOTHING, working.because)


def _line(
    left: _Set, sides: tuple[tuple[Relation, Side], ...], because: str, arrangement: Arrangement
) -> _Line:
    parts = [
        _side(relation, side, arrangement if at < 2 else Arrangement(flat=True))
        for at, (relation, side) in enumerate(sides)
    ]
    if len(parts) > 2:
        return _Line(left, parts[0], parts[1], _joined(parts[2:]), because)
    first = parts[0] if parts else _NOTHING
    return _Line(left, first, _NOTHING, _joined(parts[1:]), because)


def _joined(parts: list[_Set]) -> _Set:
    return _Set(" ".join(part.code for part in parts), sum(part.width for part in parts))


def _side(relation: str, side: Side, arrangement: Arrangement) -> _Set:
    """A relation and what stands after it."""
    sign = math(relation)
    if isinstance(side, str):
        code = f"{sign} {math(side)}"
        return _Set(code, ems(code))
    rows = arrangement.of(side.rows)
    if len(rows) == 1:
        flat = Window(rows) if isinstance(side, Window) else Sum(rows, side.before, side.after)
        code = f"{sign} {_flat(flat)}"
        return _Set(code, ems(code))
    if isinstance(side, Window):
        table, width = _lattice(rows, False)
        return _Set(f"{sign} \\max\\left({table}\\right)", ems(f"{sign} \\max()") + width + 0.6, len(rows))
    table, width = _lattice(rows, True)
    before, after = math(side.before), math(side.after)
    return _Set(f"{sign} {before}{table}{after}", ems(f"{sign} {before}{after}") + width, len(rows))


def _flat(side: Sum | Window) -> str:
    if isinstance(side, Window):
        return r"\max(" + r",\ ".join(math(text) for row in side.rows for text in row if text) + ")"
    terms = signed(tuple(text for row in side.rows for text in row))
    return math(side.before) + math(terms) + math(side.after)


def _lattice(rows: tuple[tuple[str, ...], ...], added: bool) -> tuple[str, float]:
    """Terms in the rows of their window, under each other; the signs between them in columns of their own."""
    columns = max(map(len, rows))
    widths = [max(ems(math(row[at])) for row in rows if at < len(row)) for at in range(columns)]
    if not added:
        body = r" \\ ".join(" & ".join(math(text) for text in row) for row in rows)
        spec = f"@{{}}*{{{columns}}}{{r}}@{{}}"
        return f"\\begin{{array}}{{{spec}}}{body}\\end{{array}}", sum(widths) + 0.9 * (columns - 1)
    texts = []
    for number, row in enumerate(rows):
        cells = []
        for at, text in enumerate(row):
            minus = text[:1] in ("−", "-") and (at > 0 or number > 0)
            sign = "" if at == 0 and number == 0 else f"{{}}{'-' if minus else '+'}{{}}"
            cells.append(f"{sign} & {math(text[1:] if minus else text)}")
        texts.append(" & ".join(cells))
    spec = f"@{{}}*{{{columns}}}{{c@{{}}r@{{}}}}"
    body = r" \\ ".join(texts)
    return f"\\begin{{array}}{{{spec}}}{body}\\end{{array}}", sum(widths) + 1.3 * columns


# --- layouts -------------------------------------------------------------------------------------


def _page(blocks: list[_Rows], small: bool = False) -> str:
    """Rows under each other; with some room between lines of several rows."""
    tall = any(len(rows) > 1 or "begin{array}" in rows[0] for rows in blocks)
    gap = r" \\[5pt]" if tall else r" \\"
    # a page may end between two lines, not within one
    text = f"{gap}\n".join(" \\\\*\n".join(rows) for rows in blocks)
    size = "\\small" if small else ""
    return f"{{{size}\\upwards\n\\begin{{alignat*}}{{4}}\n{text}\n\\end{{alignat*}}}}\n"


def _across(line: _Line, room: float) -> _Rows:
    """All in one row, the remark beside it if there is `room`."""
    row = f"{line.left.code} &{line.first.code} &&{line.second.code} &&{line.tail.code}"
    if not line.remark:
        return [row]
    if words_ems(line.remark) <= room:
        return [f"{row} &&\\qquad\\text{{{words(line.remark)}}}"]
    if room > _NARROWEST:
        place = "c" if "begin{array}" in row else "t"
        folded = f"\\parbox[{place}]{{{room:.1f}em}}{{\\raggedright {words(line.remark)}}}"
        return [f"{row} &&\\qquad{folded}"]
    return [row, *_remark(line)]


def _tail_below(line: _Line) -> _Rows:
    rows = [f"{line.left.code} &{line.first.code} &&{line.second.code}"]
    rows += [f"& &&{line.tail.code}"] if line.tail.code else []
    return rows + _remark(line)


def _stacked(line: _Line) -> _Rows:
    parts = [part.code for part in (line.first, line.second, line.tail) if part.code] or [""]
    return [f"{line.left.code} &{parts[0]}", *(f"&{part}" for part in parts[1:]), *_remark(line)]


def _remark(line: _Line) -> _Rows:
    if not line.remark:
        return []
    said = f"\\text{{{words(line.remark)}}}"
    room = WIDTH - line.left.width - 2
    if words_ems(line.remark) > room:
        said = f"\\parbox[t]{{{max(room, _NARROWEST):.1f}em}}{{\\raggedright {words(line.remark)}}}"
    return [f"&\\rlap{{$\\quad {said}$}}"]


def _narrowed(line: _Line, room: float) -> _Line:
    """A line whose long sides are broken by TeX itself, in a box."""

    def boxed(part: _Set) -> _Set:
        if part.width <= room:
            return part
        code = f"\\parbox[t]{{{room:.1f}em}}{{\\raggedright\\hangindent=2em${part.code}$}}"
        return _Set(code, room)

    return _Line(line.left, boxed(line.first), boxed(line.second), boxed(line.tail), line.remark)


def _unaligned(working: Working) -> str:
    """The last resort: a paragraph for each line."""
    sides = " ".join(_side(relation, side, Arrangement(flat=True)).code for relation, side in working.sides)
    remark = f"\\quad {words(working.because)}" if working.because else ""
    return f"\\hanging{{${math(working.left)} {sides}${remark}}}\n"
