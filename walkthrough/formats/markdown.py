"""Markdown: for notebooks, notes and repositories; formulas as math, grids as tables, windows as code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from walkthrough.document import (
    Beside,
    Block,
    Branch,
    Code,
    Compared,
    Curve,
    Equations,
    Grid,
    Heading,
    Lines,
    Omitted,
    Picture,
    Prose,
    Relation,
    Rule,
    Side,
    Table,
    Working,
    Workings,
)
from walkthrough.formats._arranged_sides import Arrangement, piece
from walkthrough.formats._curves import drawn
from walkthrough.formats._layout import laid_out
from walkthrough.formats._signs import ascii_only, in_ascii
from walkthrough.formats._tex import matrix, tex, tex_side

_SPECIAL = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_{}[]<>#|!~$"})
_SHADES = " ░▒▓█"
_ROW = 90
"""Characters of a line of working that still stands in one row."""


def escaped(text: str) -> str:
    """Text in which nothing is markup."""
    return text.translate(_SPECIAL)


class MarkdownFormat:
    """Headings and tables as Markdown has them, math in `$$`; only windows that are laid out are code."""

    def __init__(self, width: int = 100, plain: bool = False) -> None:
        self._width = width
        self._plain = plain

    def render(self, blocks: Iterable[Block]) -> Iterator[str]:
        """The blocks as pieces of text."""
        for block in blocks:
            piece = self._block(block)
            yield ascii_only(piece) if self._plain else piece

    def _block(self, block: Block) -> str:
        match block:
            case Heading(text, level, aside, number):
                words = " ".join(part for part in (number, escaped(" ".join(text.split()))) if part)
                return f"{'#' * level} {words}{f' ({escaped(aside)})' if aside else ''}\n\n"
            case Prose(text):
                return escaped(text) + "\n\n"
            case Rule():
                return _rule(block)
            case Grid():
                return _grid(block)
            case Beside():
                return _beside(block)
            case Picture():
                return _picture(block)
            case Working():
                return self._workings((block,))
            case Compared():
                return "".join(map(self._block, block.apart))
            case Workings(lines, because):
                return (f"{escaped(because)}.\n\n" if because else "") + self._workings(lines)
            case Lines(texts, because):
                said = f"{escaped(because)}.\n\n" if because else ""
                return said + "```text\n" + "".join(f"{text}\n" for text in texts) + "```\n\n"
            case Table(header, rows, right):
                return _table(header, rows, right)
            case Omitted(tensor, count):
                return f"{count} lines of {escaped(tensor)}\n\n"
            case Branch():
                return "".join(_branch(block, "")) + "\n"
            case Equations():
                return ""
            case Code(text, language):
                return f"```{language}\n{text}\n```\n\n"
            case Curve():
                curve = "\n".join(drawn(block, self._width, self._plain))
                return f"```text\n{curve}\n```\n\n"

    def _workings(self, lines: tuple[Working, ...]) -> str:
        if not lines:
            return ""
        several = (
            not isinstance(side, str) and len(side.rows) > 1 for line in lines for _, side in line.sides
        )
        if any(line.groups for line in lines) or any(several):
            set_ = laid_out(in_ascii(lines) if self._plain else lines, self._width)
            rows = [(text + aside).rstrip() for text, aside in set_]
            return "```text\n" + "".join(f"{row}\n" for row in rows) + "```\n\n"
        return _aligned(lines)


def _branch(block: Branch, indent: str) -> Iterator[str]:
    """A tree as a list in lists."""
    cell = f"`{block.cell}`" if block.cell else ""
    parts = (cell, escaped(block.line), escaped(block.remark))
    yield f"{indent}- {'  '.join(filter(None, parts))}\n"
    for each in block.branches:
        yield from _branch(each, indent + "  ")


def _aligned(lines: tuple[Working, ...]) -> str:
    """Lines of working, their relations under each other; all in one row each, or a row for each side."""
    texts = [[f"{tex(relation)} {tex_side(side)}" for relation, side in line.sides] for line in lines]
    wide = max(len(line.left) + sum(map(_length, line.sides)) for line in lines) > _ROW
    rows = []
    for line, sides in zip(lines, texts, strict=True):
        remark = f" && {tex(line.because)}" if line.because else ""
        first, *rest = sides or [""]
        if wide:
            rows.append(f"{tex(line.left)} &{first}{remark}")
            rows += [f"&{side}" for side in rest]
        else:
            rows.append(f"{tex(line.left)} &{' '.join([first, *rest])}{remark}")
    return "$$\n\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}\n$$\n\n"


def _length(side: tuple[Relation, Side]) -> int:
    return 3 + len(piece(side[1], Arrangement(flat=True))[0])


def _rule(block: Rule) -> str:
    said = [escaped(part) for part in block.letters.split("     ") if part]
    said += [f"`walkthrough derive {block.derivation}`"] if block.derivation else []
    return f"$$\n{tex(block.formula)}\n$$\n\n" + (", ".join(said) + "\n\n" if said else "")


def _grid(block: Grid) -> str:
    """A table whose first row and column count; GitHub knows no table without a head."""
    columns = max((len(row) for row in block.rows), default=0)
    marks = block.marks or tuple(tuple("" for _ in row) for row in block.rows)
    rows = [
        (str(at + 1), *(text + mark for text, mark in zip(row, own, strict=True)))
        for at, (row, own) in enumerate(zip(block.rows, marks, strict=True))
    ]
    header = ("", *(str(at + 1) for at in range(columns)))
    name = f"{escaped(block.name)}:\n\n" if block.name else ""
    return name + _table(header, tuple(rows), frozenset(range(1, columns + 1)))


def _beside(block: Beside) -> str:
    if not any(block.signs):
        return "".join(map(_grid, block.grids))
    names = [tex(grid.name) for grid in block.grids]
    pieces = [f"\\underset{{{name}}}{{{matrix(g.rows)}}}" for name, g in zip(names, block.grids, strict=True)]
    signs = [f" {tex(sign)} " for sign in block.signs]
    return "$$\n" + pieces[0] + "".join(s + p for s, p in zip(signs, pieces[1:], strict=True)) + "\n$$\n\n"


def _picture(block: Picture) -> str:
    last = len(_SHADES) - 1
    rows = ["|" + "".join(_SHADES[round(shade * last)] for shade in row) + "|" for row in block.shades]
    said = f"{escaped(block.name)}: blank is {block.smallest}, █ is {block.largest}\n\n"
    return said + "```text\n" + "".join(f"{row}\n" for row in rows) + "```\n\n"


def _table(header: tuple[str, ...], rows: tuple[tuple[str, ...], ...], right: frozenset[int]) -> str:
    rule = ["---:" if at in right else "---" for at in range(len(header))]
    texts = [" | ".join(map(escaped, header)), " | ".join(rule)]
    texts += [" | ".join(map(escaped, row)) for row in rows]
    return "".join(f"| {text} |\n" for text in texts) + "\n"
