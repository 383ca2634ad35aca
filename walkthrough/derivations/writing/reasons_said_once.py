"""A reason that a line shares with the one before it is said once; for programs every line keeps its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from walkthrough.derivations.derivation import Proved, ProvedBlock, ProvedEqualities, ProvedLine


def reasons_said_once(proved: Proved) -> Proved:
    """The derivation with a reason only where it differs from that of the line at the same place before."""
    return replace(proved, blocks=tuple(_blocks(proved.blocks)))


def _blocks(blocks: tuple[ProvedBlock, ...]) -> Iterator[ProvedBlock]:
    before: tuple[ProvedLine, ...] = ()
    for block in blocks:
        if isinstance(block, ProvedEqualities) and not block.general:  # there it says what Σ goes over
            alike = before if len(before) == len(block.lines) else (None,) * len(block.lines)
            pairs = zip(block.lines, alike, strict=True)
            yield replace(block, lines=tuple(_without_repeated(line, other) for line, other in pairs))
            before = block.lines
        else:
            yield block
            before = ()


def _without_repeated(line: ProvedLine, before: ProvedLine | None) -> ProvedLine:
    if before is None or line.because != before.because:
        return line
    return replace(line, because=())
