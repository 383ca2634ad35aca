"""Text for a terminal: windows in their rows, columns under each other, short lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from walkthrough.document import (
    Block,
    Grid,
    Heading,
    Lines,
    Picture,
    Prose,
    Rule,
    Side,
    Sum,
    Table,
    Window,
    Working,
)

Paint = Callable[[str, str], str]
"""What colour does to a text of some style (`title`, `stage`, `value`, `aside`); never its meaning."""

_INDENT = "   "
_SHADES = " ░▒▓█"
_ASCII_SHADES = " .:*#"
_ASCII = str.maketrans(
    {
        "−": "-", "·": "*", "≈": "~", "←": "<-", "→": "->", "×": "x", "Σ": "sum ", "∂": "d", "α": "alpha",
        "√": "sqrt", "…": "...", "½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "²": "^2", "³": "^3",
        "°": " degrees", "⌊": "floor(", "⌋": ")", "⟨": "<", "⟩": ">", "δ": "delta", "≥": ">=", "≤": "<=",
        "–": "-", "’": "'", "“": '"', "”": '"', "─": "-", "│": "|", "░": ".", "▒": ":", "▓": "*", "█": "#",
        "⋆": "*", "σ": "sigma", "ö": "oe",
        **{digit: str(value) for value, digit in enumerate("₀₁₂₃₄₅₆₇₈₉")},
        **{digit: f"^{value}" for value, digit in enumerate("⁰¹")},
        **{digit: str(value) for value, digit in enumerate("⁴⁵⁶⁷⁸⁹", 4)},
        "⁻": "^-",
    }
)  # fmt: skip


def ascii_only(text: str) -> str:
    """The text in ASCII: x₁₁ becomes x11, − becomes -, ≈ becomes ~."""
    return text.translate(_ASCII).encode("ascii", "replace").decode()


@dataclass(frozen=True)
class TextFormat:
    """How wide, and whether in colour; `plain` is ASCII only."""

    width: int = 100
    plain: bool = False
    paint: Paint = lambda style, text: text

    def render(self, blocks: Iterable[Block]) -> Iterator[str]:
        """The blocks as pieces of text, each ending with a line end."""
        before: Block | None = None
        run: list[Working] = []
        for block in blocks:
            if isinstance(block, Working) and _height(block) == 1 and len(run) < 500:
                run.append(block)
                continue
            if run:
                yield self._spaced(before, run[0], self._run(run))
                before, run = run[-1], []
            yield self._spaced(before, block, self._block(block))
            before = block
        if run:
            yield self._spaced(before, run[0], self._run(run))

    def _spaced(self, before: Block | None, block: Block, lines: list[str]) -> str:
        gap = "\n" if before is not None and _apart(before, block) else ""
        if isinstance(block, Lines):
            text = _INDENT + f"\n{_INDENT}".join(block.texts) + "\n" if block.texts else ""
            return gap + (ascii_only(text) if self.plain else text)
        text = "".join(line.rstrip() + "\n" for line in lines)
        return gap + (ascii_only(text) if self.plain else text)

    def _run(self, run: list[Working]) -> list[str]:
        """Lines of one row each, their reasons under each other where there is room."""
        found = [self._across(f"{_INDENT}{block.left}", block, reason=False) for block in run]
        widths = [len(lines[0]) for lines in found if lines is not None]
        longest = max((len(block.because) for block in run), default=0)
        column = max(widths, default=0)
        if column + 5 + longest > self.width:
            return [line for block in run for line in self._working(block)]
        lines = []
        for block, across in zip(run, found, strict=True):
            if across is None:
                lines += self._working(block)
            elif block.because:
                lines.append(f"{across[0].ljust(column)}     {self.paint('aside', block.because)}")
            else:
                lines += across
        return lines

    def _block(self, block: Block) -> list[str]:
        match block:
            case Heading():
                return self._heading(block)
            case Prose(text):
                return self._folded(text)
            case Rule():
                return self._rule(block)
            case Grid():
                return self._grid(block)
            case Picture():
                return self._picture(block)
            case Working():
                return self._working(block)
            case Lines(texts):
                return [*texts]
            case Table():
                return self._table(block)

    # --- small blocks ----------------------------------------------------------------------------

    def _heading(self, block: Heading) -> list[str]:
        if block.level == 1:
            return [self.paint("title", line.strip()) for line in self._folded(block.text, "")]
        text = f"{block.number}  {block.text}" if block.number else block.text
        room = self.width - len(text) - len(block.aside)
        lines = [self.paint("stage", text)]
        if len(text) > self.width or (block.aside and room < 2):
            lines = [self.paint("stage", line.strip()) for line in self._folded(text, "")]
            lines += [self.paint("aside", block.aside.rjust(self.width))] if block.aside else []
        elif block.aside:
            lines = [lines[0] + " " * room + self.paint("aside", block.aside)]
        if block.level == 2:
            lines.append(self.paint("aside", "─" * min(self.width, max(len(text), 3))))
        return lines

    def _rule(self, block: Rule) -> list[str]:
        link = f"[derive {block.derivation}]" if block.derivation else ""
        said = [part for part in (block.letters, link) if part]
        one = _INDENT + "     ".join([block.formula, *said])
        if len(one) <= self.width:
            return [one]
        lines = self._folded(block.formula)
        if said and len(f"{_INDENT * 2}{'     '.join(said)}") <= self.width:
            return [*lines, f"{_INDENT * 2}{'     '.join(said)}"]
        return [*lines, *(line for part in said for line in self._folded(part, _INDENT * 2))]

    def _folded(self, text: str, indent: str = _INDENT) -> list[str]:
        """Words folded at the width, every line indented."""
        lines: list[str] = []
        line = indent
        for word in text.split(" "):
            if len(line) + len(word) + 1 > self.width and line.strip():
                lines.append(line)
                line = indent
            line += word if line == indent else f" {word}"
        return [*lines, line]

    def _grid(self, block: Grid) -> list[str]:
        """Columns under each other; what is too wide for the page is cut into bands of columns."""
        columns = max((len(row) for row in block.rows), default=0)
        texts = [
            [text + (block.marks[y][x] if block.marks else "") for x, text in enumerate(row)]
            for y, row in enumerate(block.rows)
        ]
        widths = [max(len(row[at]) for row in texts if at < len(row)) for at in range(columns)]
        if block.marks:  # the marks stand behind the numbers, which stay under each other
            plain = [max(len(row[at]) for row in block.rows if at < len(row)) for at in range(columns)]
            marked = [max(len(row[at]) for row in block.marks if at < len(row)) for at in range(columns)]
            widths = [number + mark for number, mark in zip(plain, marked, strict=True)]
            texts = [
                [text.rjust(plain[x]) + block.marks[y][x].ljust(marked[x]) for x, text in enumerate(row)]
                for y, row in enumerate(block.rows)
            ]
        lines = [f"{_INDENT}{block.name}"] if block.name else []
        bands = _bands(widths, self.width - 2 * len(_INDENT))
        for first, last in bands:
            if len(bands) > 1:
                lines.append(
                    f"{_INDENT}columns {first + 1} to {last}"
                    if last > first + 1
                    else f"{_INDENT}column {last}"
                )
            for row in texts:
                cells = [
                    text.rjust(width)
                    for text, width in zip(row[first:last], widths[first:last], strict=False)
                ]
                lines.append(_INDENT * 2 + "  ".join(cells))
        return lines

    def _picture(self, block: Picture) -> list[str]:
        shades = _ASCII_SHADES if self.plain else _SHADES
        last = len(shades) - 1
        lines = [f"{_INDENT}{block.name}: blank is {block.smallest}, {shades[-1]} is {block.largest}"]
        for row in block.shades:
            picture = "".join(
                shades[round(shade * last)] * (2 if 2 * len(row) < self.width - 8 else 1) for shade in row
            )
            lines.append(f"{_INDENT}  |{picture}|")
        return lines

    def _table(self, block: Table) -> list[str]:
        rows = [block.header, *block.rows]
        widths = [max(len(row[at]) for row in rows) for at in range(len(block.header))]

        def line(row: tuple[str, ...]) -> str:
            cells = [
                text.rjust(width) if at in block.right else text.ljust(width)
                for at, (text, width) in enumerate(zip(row, widths, strict=True))
            ]
            return _INDENT + "  ".join(cells)

        return [self.paint("stage", line(block.header)), *(line(row) for row in block.rows)]

    # --- lines of working ------------------------------------------------------------------------

    def _working(self, block: Working) -> list[str]:
        lead = f"{_INDENT}{block.left}"
        across = self._across(lead, block)
        if across is not None:
            return across
        return self._stacked(lead, block)

    def _across(self, lead: str, block: Working, reason: bool = True) -> list[str] | None:
        """All sides beside each other, windows as blocks; None if that is too wide."""
        lines = [lead]
        for relation, side in block.sides:
            piece = _piece(side)
            if len(piece) == 1:
                # after a window, the result stands beside its last row, as on paper
                lines[-1] += f" {relation} {piece[0]}"
                continue
            column = max(len(line) for line in lines) + (2 if len(lines) > 1 else 0)
            lines += [""] * (len(piece) - len(lines))
            for at, text in enumerate(piece):
                joint = relation if at == 0 else "+" if isinstance(side, Sum) else " "
                lines[at] = f"{lines[at].ljust(column)} {joint} {text}"
        widest = max(len(line) for line in lines)
        if widest > self.width:
            return None
        if block.because and reason:
            if widest + 5 + len(block.because) <= self.width:
                lines[0] = f"{lines[0].ljust(widest)}     {self.paint('aside', block.because)}"
            else:
                lines += [
                    self.paint("aside", line) for line in self._folded(block.because, " " * (len(lead) + 3))
                ]
        return lines

    def _stacked(self, lead: str, block: Working) -> list[str]:
        """Each side on lines of its own, the relations under each other."""
        lines: list[str] = []
        pad = " " * len(lead)
        for number, (relation, side) in enumerate(block.sides):
            start = lead if number == 0 else pad
            texts = _piece(side)
            last = number == len(block.sides) - 1
            if last and lines and isinstance(side, str) and len(lines[-1]) + len(side) + 3 <= self.width:
                lines[-1] += f" {relation} {side}"
                continue
            for at, text in enumerate(texts):
                joint = "+" if isinstance(side, Sum) else " "
                head = f"{start} {relation} " if at == 0 else f"{pad} {joint} "
                lines += self._wrapped(head, text, f"{pad}     ")
        if block.because:
            lines += [self.paint("aside", line) for line in self._folded(block.because, f"{pad}   ")]
        return lines

    def _wrapped(self, head: str, text: str, indent: str) -> list[str]:
        """A long row of terms, broken before a sign."""
        if len(head) + len(text) <= self.width:
            return [head + text]
        lines: list[str] = []
        line = head
        room = self.width - len(indent)
        for piece in _terms(text, room):
            if len(line) + len(piece) > self.width and line.strip():
                lines.append(line)
                line = indent + piece.lstrip()
            else:
                line += piece
        return [*lines, line]


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
    if isinstance(before, Working) and isinstance(block, Working):
        return max(_height(before), _height(block)) > 1
    return (type(before) is not type(block) and not isinstance(before, Heading)) or isinstance(block, Grid)


def _height(block: Working) -> int:
    return max((len(_piece(side)) for _, side in block.sides), default=1)


def _piece(side: Side) -> list[str]:
    """A side as lines of text, columns under each other."""
    match side:
        case str():
            return [side]
        case Window(rows):
            if len(rows) == 1:
                return [f"max( {'  '.join(rows[0])} )"]
            widths = _widths(rows)
            texts = ["  ".join(t.rjust(w) for t, w in zip(row, widths, strict=True)) for row in rows]
            return [f"max( {texts[0]}", *(f"     {text}" for text in texts[1:-1]), f"     {texts[-1]} )"]
        case Sum(rows, before, after):
            return _sum(rows, before, after)


def _sum(rows: tuple[tuple[str, ...], ...], before: str, after: str) -> list[str]:
    """Rows of terms; the + between two rows is set by whoever places them."""
    if len(rows) == 1:
        return [before + _signed(rows[0]) + after]
    widths = _widths(rows)
    texts = [" + ".join(text.rjust(width) for text, width in zip(row, widths, strict=False)) for row in rows]
    texts = [(before if at == 0 else " " * len(before)) + text for at, text in enumerate(texts)]
    texts[-1] += after
    return texts


def _signed(terms: tuple[str, ...]) -> str:
    """a + b − c: a term that begins with a minus is subtracted."""
    text = terms[0]
    for term in terms[1:]:
        text += f" − {term[1:]}" if term.startswith("−") else f" + {term}"
    return text


def _widths(rows: tuple[tuple[str, ...], ...]) -> list[int]:
    columns = max(len(row) for row in rows)
    return [max(len(row[at]) for row in rows if at < len(row)) for at in range(columns)]


def _terms(text: str, room: int, inside: int = 0) -> list[str]:
    """A sum cut before its signs; what is still too long also inside its parentheses."""
    pieces, start, depth = [], 0, 0
    for at, sign in enumerate(text):
        depth += (sign in "([") - (sign in ")]")
        if depth <= inside and at and (text[at : at + 3] in (" + ", " − ") or (inside > 1 and sign in "·/")):
            pieces.append(text[start:at])
            start = at
    pieces.append(text[start:])
    if inside > 2:
        return pieces
    return [
        part
        for piece in pieces
        for part in (_terms(piece, room, inside + 1) if len(piece) > room else [piece])
    ]
