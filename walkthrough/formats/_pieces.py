"""Sides of a line as rows of text, and long texts broken before their signs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from walkthrough.document import Side, Sum, Window

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How the rows of a sum or a window are set: as they are, all in one row, or at most so many a row."""

    flat: bool = False
    most: int = 0

    def of(self, rows: Rows) -> Rows:
        """The rows in this arrangement; a row that is broken is broken into equal parts."""
        if self.flat:
            return (tuple(text for row in rows for text in row),)
        if not self.most:
            return rows
        return tuple(part for row in rows for part in _parts(row, self.most))


def _parts(row: tuple[str, ...], most: int) -> list[tuple[str, ...]]:
    count = -(-len(row) // most)
    size = -(-len(row) // count)
    return [row[at : at + size] for at in range(0, len(row), size)]


def piece(side: Side, arrangement: Arrangement) -> list[str]:
    """A side as lines of text, columns under each other."""
    match side:
        case str():
            return [side]
        case Window(rows):
            rows = arrangement.of(rows)
            if len(rows) == 1:
                return [f"max( {'  '.join(rows[0])} )"]
            widths = _widths(rows)
            texts = ["  ".join(t.rjust(w) for t, w in zip(row, widths, strict=False)) for row in rows]
            return [f"max( {texts[0]}", *(f"     {text}" for text in texts[1:-1]), f"     {texts[-1]} )"]
        case Sum(rows, before, after):
            return _sum(arrangement.of(rows), before, after)


def _sum(rows: Rows, before: str, after: str) -> list[str]:
    """Rows of terms; the + between two rows is set by whoever places them."""
    if len(rows) == 1:
        return [before + signed(rows[0]) + after]
    widths = _widths(rows)
    texts = [" + ".join(text.rjust(width) for text, width in zip(row, widths, strict=False)) for row in rows]
    texts = [(before if at == 0 else " " * len(before)) + text for at, text in enumerate(texts)]
    texts[-1] += after
    return texts


def signed(terms: tuple[str, ...]) -> str:
    """a + b − c: a term that begins with a minus is subtracted."""
    text = terms[0]
    for term in terms[1:]:
        text += f" {term[0]} {term[1:]}" if term[:1] in ("−", "-") else f" + {term}"
    return text


def _widths(rows: Rows) -> list[int]:
    columns = max(len(row) for row in rows)
    return [max(len(row[at]) for row in rows if at < len(row)) for at in range(columns)]


# --- breaking ------------------------------------------------------------------------------------


def wrapped(head: str, text: str, indent: str, width: int) -> list[str]:
    """A text after a head, broken where it must be: before a relation or a sign."""
    if len(head) + len(text) <= width:
        return [head + text]
    lines: list[str] = []
    line, empty = head, True
    for part in _broken(text, width - max(len(head), len(indent))):
        if not empty and len(line) + len(part) > width:
            lines.append(line)
            line = indent + part.lstrip()
        else:
            line += part
        empty = False
    return [*lines, line]


_DEEPEST = 3
"""Parentheses in parentheses that a line is still broken in."""
_SIGNS = (" + ", " − ", " - ", " = ", " ≈ ", " ~ ", " ← ")


def _broken(text: str, room: int, depth: int = 0) -> list[str]:
    """The text cut before its signs; a product that is too long before a ·, and never inside a factor."""
    found = _cut(text, depth, lambda at: text[at : at + 3] in _SIGNS)
    if depth >= _DEEPEST:
        return found
    return [part for each in found for part in (_product(each, room, depth) if len(each) > room else [each])]


def _product(text: str, room: int, depth: int) -> list[str]:
    """A term that is too long: its factors, and what is in parentheses if a factor alone is too long."""
    factors = _cut(text, depth, lambda at: text[at] in "·*" or text[at : at + 3] in (" · ", " * "))
    return [
        part for each in factors for part in (_broken(each, room, depth + 1) if len(each) > room else [each])
    ]


def _cut(text: str, depth: int, here: Callable[[int], bool]) -> list[str]:
    """The text cut at places that lie in at most so many parentheses."""
    pieces, start, inside = [], 0, 0
    for at, sign in enumerate(text):
        inside += (sign in "([") - (sign in ")]")
        if at > start and inside <= depth and here(at):
            pieces.append(text[start:at])
            start = at
    return [*pieces, text[start:]]


def folded(text: str, width: int, indent: str) -> list[str]:
    """Words folded at the width, every line indented."""
    lines: list[str] = []
    line = indent
    for word in text.split(" "):
        if len(line) + len(word) + 1 > width and line.strip():
            lines.append(line.rstrip())
            line = indent
        line += word if line == indent else f" {word}"
    return [*lines, line]
