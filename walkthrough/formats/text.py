"""Text for a terminal: windows in their rows, columns under each other, short lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

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
    Rule,
    Table,
    Working,
    Workings,
)
from walkthrough.formats._layout import INDENT, laid_out
from walkthrough.formats._signs import ascii_only, in_ascii
from walkthrough.words.line_breaks import folded, wrapped

__all__ = ["TextFormat", "ascii_only"]

Paint = Callable[[str, str], str]
"""What colour does to a text of some style (`title`, `stage`, `value`, `aside`); never its meaning."""

_SHADES = " ░▒▓█"
_ASCII_SHADES = " .:*#"
_ROOM = 8
"""Signs of a number that is still to be written."""


@dataclass(frozen=True)
class TextFormat:
    """How wide, and whether in colour; `plain` is ASCII only."""

    width: int = 100
    plain: bool = False
    paint: Paint = lambda style, text: text

    def render(self, blocks: Iterable[Block]) -> Iterator[str]:
        """The blocks as pieces of text, each ending with a line end."""
        before: Block | None = None
        for block in blocks:
            for each in block.apart if isinstance(block, Compared) else (block,):
                yield from self._spaced(before, each)
                before = each

    def _spaced(self, before: Block | None, block: Block) -> Iterator[str]:
        if isinstance(block, Workings | Lines) and block.because and isinstance(before, Rule):
            yield from self._because(block.because)
        gap = "\n" if before is not None and _apart(before, block) else ""
        if isinstance(block, Lines):
            text = INDENT + f"\n{INDENT}".join(block.texts) + "\n" if block.texts else ""
            yield gap + (ascii_only(text) if self.plain else text)
            return
        lines = self._block(in_ascii(block) if self.plain else block)
        yield gap + "".join(line.rstrip() + "\n" for line in lines)

    def _because(self, text: str) -> Iterator[str]:
        """What holds for a block, under its formula."""
        words = ascii_only(text) if self.plain else text
        for line in folded(words, self.width, INDENT * 2):
            yield self.paint("aside", line.rstrip()) + "\n"

    def _block(self, block: Block) -> list[str]:
        match block:
            case Heading():
                return self._heading(block)
            case Prose(text):
                return folded(text, self.width, INDENT)
            case Rule():
                return self._rule(block)
            case Grid():
                return self._grid(block)
            case Beside():
                return self._beside(block)
            case Picture():
                return self._picture(block)
            case Working():
                return self._workings((block,))
            case Compared():
                return [line for each in block.apart for line in self._block(each)]
            case Workings(lines):
                return self._workings(lines)
            case Lines(texts):
                return [*texts]
            case Table():
                return self._table(block)
            case Omitted(tensor, count):
                return [f"{INDENT}{count} lines of {tensor}"]
            case Branch():
                return list(self._branch(block, INDENT))
            case Equations():
                return []
            case Code(text):
                return [f"{INDENT}{line}" for line in text.splitlines()]
            case Curve():
                from walkthrough.formats._curves import drawn

                return [INDENT + line for line in drawn(block, self.width - len(INDENT), self.plain)]

    def _branch(self, block: Branch, indent: str) -> Iterator[str]:
        """A tree: each number under what it goes into."""
        parts = (f"{block.cell}:" if block.cell else "", block.line, block.remark)
        yield from folded("  ".join(filter(None, parts)), self.width, indent)
        for each in block.branches:
            yield from self._branch(each, indent + INDENT)

    def _workings(self, lines: tuple[Working, ...]) -> list[str]:
        return [
            text + (self.paint("aside", aside.rstrip()) if aside else "")
            for text, aside in (laid_out(lines, self.width) if lines else ())
        ]

    # --- small blocks ----------------------------------------------------------------------------

    def _heading(self, block: Heading) -> list[str]:
        if block.level == 1:
            return [self.paint("title", line.strip()) for line in folded(block.text, self.width, "")]
        text = f"{block.number}  {block.text}" if block.number else block.text
        room = self.width - len(text) - len(block.aside)
        lines = [self.paint("stage", text)]
        if len(text) > self.width or (block.aside and room < 2):
            lines = [self.paint("stage", line.strip()) for line in folded(text, self.width, "")]
            lines += [self.paint("aside", block.aside.rjust(self.width))] if block.aside else []
        elif block.aside:
            lines = [lines[0] + " " * room + self.paint("aside", block.aside)]
        if block.level == 2:
            stroke = "-" if self.plain else "─"
            lines.append(self.paint("aside", stroke * min(self.width, max(len(text), 3))))
        return lines

    def _rule(self, block: Rule) -> list[str]:
        link = f"[derive {block.derivation}]" if block.derivation else ""
        said = [part for part in (block.letters, link) if part]
        one = INDENT + "     ".join([block.formula, *said])
        if len(one) <= self.width:
            return [one]
        lines = [
            line
            for part in wrapped(INDENT, block.formula, INDENT * 3, self.width)
            for line in ([part] if len(part) <= self.width else folded(part.strip(), self.width, INDENT * 3))
        ]
        legend = f"{INDENT * 2}{'     '.join(said)}"
        if said and len(legend) <= self.width:
            return [*lines, legend]
        return [*lines, *(line for part in said for line in folded(part, self.width, INDENT * 2))]

    # --- grids -----------------------------------------------------------------------------------

    def _grid(self, block: Grid) -> list[str]:
        """Columns under each other; what is too wide for the page is cut into bands of columns."""
        texts, widths = _aligned(block)
        lines = [f"{INDENT}{block.name}"] if block.name else []
        bands = _bands(widths, self.width - 2 * len(INDENT))
        for first, last in bands:
            if len(bands) > 1:
                several = f"columns {first + 1} to {last}" if last > first + 1 else f"column {last}"
                lines.append(f"{INDENT}{several}")
            lines += [INDENT * 2 + "  ".join(row[first:last]) for row in texts]
        return lines

    def _beside(self, block: Beside) -> list[str]:
        """Grids beside each other, each under its name; under each other if they are too wide for that."""
        columns = [_column(grid) for grid in block.grids]
        height = max(len(column) for column in columns)
        lines = [INDENT * 2 + columns[0][0], *(INDENT * 2 + row for row in columns[0][1:])]
        lines += [INDENT * 2 + " " * len(columns[0][0])] * (height - len(lines))
        middle = (min(len(column) for column in columns) + 1) // 2
        for sign, column in zip(block.signs, columns[1:], strict=True):
            blank = " " * len(column[0])
            rows = [*column, *([blank] * (height - len(column)))]
            gaps = [f"   {sign if at == middle else ' ' * len(sign)}   " for at in range(height)]
            lines = [line + gap + row for line, gap, row in zip(lines, gaps, rows, strict=True)]
        if max(len(line) for line in lines) <= self.width:
            return lines
        under: list[str] = []
        for sign, grid in zip(("", *block.signs), block.grids, strict=True):
            under += self._grid(replace(grid, name=f"{sign}  {grid.name}".strip()))
        return under

    def _picture(self, block: Picture) -> list[str]:
        shades = _ASCII_SHADES if self.plain else _SHADES
        last = len(shades) - 1
        lines = [f"{INDENT}{block.name}: blank is {block.smallest}, {shades[-1]} is {block.largest}"]
        for row in block.shades:
            picture = "".join(
                shades[round(shade * last)] * (2 if 2 * len(row) < self.width - 8 else 1) for shade in row
            )
            lines.append(f"{INDENT}  |{picture}|")
        return lines

    def _table(self, block: Table) -> list[str]:
        """Columns under each other; on a narrow page in bands, or each row's first cell above the rest."""
        rows = [block.header, *block.rows]
        widths = [max(len(row[at]) for row in rows) for at in range(len(block.header))]
        every = range(len(widths))
        if len(INDENT) + sum(widths) + 2 * (len(widths) - 1) <= self.width or len(widths) < 2:
            return self._rows(block, widths, every, INDENT)
        if block.begins:
            lines: list[str] = []
            for first, last in _bands_of(block, widths, self.width - len(INDENT)):
                lines += ["", *self._rows(block, widths, range(first, last), INDENT)]
            return lines[1:]
        head, *below = self._rows(block, widths, every[1:], INDENT * 2)
        lines = [self.paint("stage", f"{INDENT}{block.header[0]}"), head]
        for row, text in zip(block.rows, below, strict=True):
            lines += [f"{INDENT}{row[0]}", text]
        return lines

    def _rows(self, block: Table, widths: list[int], columns: range, indent: str) -> list[str]:
        """The head and the rows of some columns; rows with nothing in them are left out."""

        def line(row: tuple[str, ...]) -> str:
            cells = [
                row[at].rjust(widths[at]) if at in block.right else row[at].ljust(widths[at])
                for at in columns
            ]
            return indent + "  ".join(cells)

        kept = [row for row in block.rows if any(row[at] for at in columns)]
        return [self.paint("stage", line(block.header)), *map(line, kept)]


def _bands_of(block: Table, widths: list[int], room: int) -> list[tuple[int, int]]:
    """Columns in bands that fit, each beginning where the table says that one may."""
    starts = sorted(block.begins)
    bands: list[tuple[int, int]] = []
    for first, last in zip(starts, [*starts[1:], len(widths)], strict=True):
        if bands and sum(widths[bands[-1][0] : last]) + 2 * (last - bands[-1][0] - 1) <= room:
            bands[-1] = (bands[-1][0], last)
        else:
            bands.append((first, last))
    return bands


def _aligned(block: Grid) -> tuple[list[list[str]], list[int]]:
    """The cells of a grid, columns flush right; marks behind the numbers, which stay under each other."""
    columns = max((len(row) for row in block.rows), default=0)
    if block.boxes:
        block = _boxed(block)
    plain = [max(len(row[at]) for row in block.rows if at < len(row)) for at in range(columns)]
    texts = [[text.rjust(plain[at]) for at, text in enumerate(row)] for row in block.rows]
    if not block.marks:
        return texts, plain
    marked = [max(len(row[at]) for row in block.marks if at < len(row)) for at in range(columns)]
    texts = [
        [text + block.marks[y][x].ljust(marked[x]) for x, text in enumerate(row)]
        for y, row in enumerate(texts)
    ]
    return texts, [number + mark for number, mark in zip(plain, marked, strict=True)]


def _boxed(block: Grid) -> Grid:
    """Each number between brackets, with room for one where there is none."""
    room = max(_ROOM, *(len(text) for row in block.rows for text in row))
    return replace(block, rows=tuple(tuple(f"[{text.rjust(room)}]" for text in row) for row in block.rows))


def _column(grid: Grid) -> list[str]:
    """A grid under its name, all rows equally long."""
    rows = [grid.name, *("  ".join(row) for row in _aligned(grid)[0])]
    longest = max(len(row) for row in rows)
    return [row.ljust(longest) for row in rows]


def _bands(widths: list[int], room: int) -> list[tuple[int, int]]:
    """Columns in bands that fit, each from a first one up to (not including) a last one."""
    bands: list[tuple[int, int]] = []
    first, used = 0, 0
    for at, width in enumerate(widths):
        if at > first and used + width + 2 > room:
            bands.append((first, at))
            first, used = at, 0
        used += width + 2
    return [*bands, (first, len(widths))]


def _apart(before: Block, block: Block) -> bool:
    """Whether an empty line stands between two blocks."""
    if isinstance(block, Heading) or (isinstance(before, Heading) and before.level == 1):
        return not (isinstance(before, Heading) and before.level == 2)
    if isinstance(before, Heading):
        return isinstance(block, Grid | Workings | Beside)
    if isinstance(before, Working) and isinstance(block, Working):
        return any(not isinstance(s, str) and len(s.rows) > 1 for b in (before, block) for _, s in b.sides)
    return type(before) is not type(block) or isinstance(block, Grid | Beside | Workings | Rule)
