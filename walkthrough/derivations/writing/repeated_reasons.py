"""Reasons that a reader has just read: a chain that goes like the one before it is written without them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from walkthrough.derivations.derivation import (
    Proved,
    ProvedBlock,
    ProvedEqualities,
    ProvedLine,
    SideBySide,
)
from walkthrough.derivations.writing.text_formulas import TextWriter

_INDICES = re.compile(r"[₀-₉]+|\[[\d,]+\]")
"""x₁₂, or x[1,12] where indices have more digits."""
_SEVERAL = re.compile(r"(?:\d+ outputs, )?(\S+)(?:(?:, | and | to )\1(?=\W|$))+")
"""z, z and z: several entries of one tensor are spoken of like one."""


def reasons_said_once(proved: Proved) -> Proved:
    """The derivation with each reason where it is new: nine entries of x go into z for the same reason."""
    return replace(proved, blocks=tuple(_blocks(proved.blocks)))


def _blocks(blocks: tuple[ProvedBlock, ...]) -> Iterator[ProvedBlock]:
    """The blocks; what follows a title or a sentence starts anew, what follows a picture does not."""
    before: list[tuple[str, str]] = []
    for block in blocks:
        if isinstance(block, ProvedEqualities):
            spoken = list(map(_without_indices, block.lines))
            if spoken == before:
                block = replace(block, lines=tuple(replace(line, because=()) for line in block.lines))
            before = spoken
        elif not isinstance(block, SideBySide):
            before = []
        yield block


def _without_indices(line: ProvedLine) -> tuple[str, str]:
    """Why a line holds, whichever entry it is about, and under which condition."""
    because = _INDICES.sub("", TextWriter().words(line.because).replace("\u00a0", " "))
    return _SEVERAL.sub(r"\1", because), line.given
