"""Answers as they come from a terminal or a pipe: of any length, in any bytes."""

from __future__ import annotations

from typing import BinaryIO

_MOST_READ = 10_000


def typed(source: BinaryIO) -> str | None:
    """The next line; None at the end. Of an endless one only the beginning is kept."""
    line = source.readline(_MOST_READ)
    if not line:
        return None
    end = line
    while not end.endswith(b"\n"):
        end = source.readline(_MOST_READ)
        if not end:
            break
    return line.decode("utf-8", "replace").rstrip("\r\n")
