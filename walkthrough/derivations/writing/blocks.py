"""A proved derivation as blocks, for the formats that know a document."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.derivations.derivation import (
    GridRows,
    Paragraph,
    PartTitle,
    Proved,
    ProvedBlock,
    ProvedLine,
    SideBySide,
)
from walkthrough.derivations.writing.how_proved import how, tick, verdict
from walkthrough.derivations.writing.repeated_reasons import reasons_said_once
from walkthrough.derivations.writing.text_formulas import TextWriter
from walkthrough.document import Beside, Block, Grid, Heading, Prose, Working, Workings

_WRITER = TextWriter()


def derivation_blocks(proved: Proved) -> Iterator[Block]:
    """The whole page: every line with its tick and its reason, and how they were proved."""
    yield Heading(proved.title, 1)
    if proved.sizes:
        yield Prose(f"{proved.rule}: {proved.sizes}")
    for block in reasons_said_once(proved).blocks:
        yield _block(block)
    yield Prose(verdict(proved))


def _block(block: ProvedBlock) -> Block:
    match block:
        case PartTitle(text):
            return Heading(text, 2)
        case Paragraph(words):
            return Prose(_WRITER.words(words))
        case SideBySide(parts):
            return _beside(parts)
    return Workings(tuple(map(_line, block.lines)))


def _line(line: ProvedLine) -> Working:
    left = "" if line.left is None else _WRITER.text(line.left)
    because = _WRITER.words(line.because) + how(line)
    return Working("", f"{tick(line)} {left}".strip(), (("=", _WRITER.text(line.right)),), because.strip())


def _beside(parts: tuple[GridRows | str, ...]) -> Beside:
    """Grids and signs in turn; a text where a grid is expected is a grid of one place."""
    grids: list[Grid] = []
    signs: list[str] = []
    for part in parts:
        if isinstance(part, str) and len(grids) > len(signs):
            signs.append(part)
            continue
        if len(grids) > len(signs):
            signs.append("")
        rows = ((part,),) if isinstance(part, str) else tuple(tuple(map(_WRITER.text, row)) for row in part)
        grids.append(Grid("", rows))
    return Beside(tuple(grids), tuple(signs))
