"""A proved derivation as text: signs below each other, reasons on the right."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import TypeVar

from walkthrough.derivations.derivation import (
    Paragraph,
    PartTitle,
    Proved,
    ProvedEqualities,
    ProvedLine,
    Rows,
    SideBySide,
)
from walkthrough.derivations.writing.how_proved import how, mark, verdict
from walkthrough.derivations.writing.text_formulas import Writer

T = TypeVar("T")

_GAP = "   "
_BREAKS = re.compile("(?= [+−·] )|(?<=[^ ])(?=·)|(?=/\\()")
"""Where a term that is longer than a line may be broken: before a sign."""


def text_page(proved: Proved, width: int) -> str:
    """The page, with never more than one empty line between two parts."""
    page = "\n".join(_text(proved, width)).replace("\u00a0", " ")
    return re.sub(r"\n{3,}", "\n\n", page) + "\n"


def _text(proved: Proved, width: int) -> Iterator[str]:
    writer = Writer()
    yield proved.title
    if proved.sizes:
        yield from textwrap.wrap(f"{proved.rule}: {proved.sizes}", width)
    for block in proved.blocks:
        match block:
            case PartTitle(text):
                yield from ("", text, "─" * len(text), "")
            case Paragraph(words):
                yield from ("", *textwrap.wrap(writer.words(words), min(width, 88)), "")
            case SideBySide(parts):
                yield from ("", *_text_picture(parts, writer, width), "")
            case ProvedEqualities(lines):
                apart = ("",) if len(lines) > 1 else ()
                yield from (*apart, *_text_entries(lines, writer, width), *apart)
    yield from ("", *textwrap.wrap(verdict(proved), min(width, 88)))


def _text_picture(parts: tuple[Rows | str, ...], writer: Writer, width: int) -> list[str]:
    """Grids side by side if they fit, otherwise one below the other."""
    blocks = [[part] if isinstance(part, str) else _text_grid(part, writer, width) for part in parts]
    height = max(map(len, blocks))
    if sum(len(block[0]) + 3 for block in blocks) > width - 3:
        return [f"   {line}" for block in blocks for line in block]
    centred = [
        [" " * len(block[0])] * ((height - len(block)) // 2)
        + block
        + [" " * len(block[0])] * (height - len(block) - (height - len(block)) // 2)
        for block in blocks
    ]
    return [("   " + "   ".join(row)).rstrip() for row in zip(*centred, strict=True)]


def _text_grid(rows: Rows, writer: Writer, width: int) -> list[str]:
    """A grid; of one that is wider than the page, its first and last rows and columns."""
    texts = [[writer.text(each) for each in row] for row in rows]
    widest = max(len(text) for row in texts for text in row)
    room = (width - 8) // (widest + 2)
    if len(texts[0]) > room:
        texts = [_ends(row, room, "…") for row in texts]
        texts = _ends(texts, room, ["…"] * len(texts[0]))
    return ["│ " + "  ".join(text.center(widest) for text in row) + " │" for row in texts]


def _ends(several: list[T], room: int, between: T) -> list[T]:
    """The first and the last of several, if they are more than there is room for."""
    if len(several) <= room:
        return several
    last = (room - 1) // 2
    return [*several[: room - 1 - last], between, *several[len(several) - last :]]


def _text_entries(lines: tuple[ProvedLine, ...], writer: Writer, width: int) -> Iterator[str]:
    """A chain of equalities: signs below each other, reasons on the right or, if long, beneath."""
    assert lines[0].left is not None
    left = writer.text(lines[0].left)
    for line in lines:
        before = left if line.left is not None else " " * len(left)
        because = writer.words(line.because) + how(line)
        start = f"{mark(line):1} {before} = "
        formula = _folded(writer.terms(line.right), width - len(start))
        texts = [start + formula[0], *(" " * (len(start) - 2) + each for each in formula[1:])]
        yield from _with_reason(texts, because, width, len(start))


def _folded(terms: list[str], room: int) -> list[str]:
    """The terms in rows that fit; a row that goes on begins with its sign."""
    rows: list[str] = []
    for term in terms:
        for piece in [term] if len(term.strip()) <= room else _BREAKS.split(term):
            if rows and len(rows[-1]) + len(piece) <= room:
                rows[-1] += piece
            else:
                rows.append(piece.lstrip())
    return rows


def _with_reason(texts: list[str], because: str, width: int, indent: int) -> list[str]:
    """The reason at the end of the line, or on a line of its own; a long one beneath the formula."""
    if not because:
        return texts
    room = width - len(texts[-1]) - len(_GAP)
    if len(because) <= room:
        return [*texts[:-1], texts[-1] + " " * (width - len(texts[-1]) - len(because)) + because]
    if len(because) <= width - indent:
        return [*texts, because.rjust(width)]
    indent = min(indent, width // 3)
    return [*texts, *(" " * indent + each for each in textwrap.wrap(because, width - indent))]
