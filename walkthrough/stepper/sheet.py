"""Somebody's own numbers beside the right ones, each with its verdict."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A number of a worksheet: as written, its verdict, its mark, and what is said of it."""

    short: str
    verdict: str
    mark: str
    says: tuple[str, ...]
