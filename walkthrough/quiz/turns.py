"""What somebody has said so far: a turn for each number that was asked, with every try."""

from __future__ import annotations

from dataclasses import dataclass, replace

from walkthrough.marking.marked_worksheets import VerdictWord

TAKEN: frozenset[VerdictWord] = frozenset(
    {"exact", "rounded", "cut-off", "own-rounding", "follows", "lucky", "no-evidence"}
)
"""The verdicts with which it goes on; each number before is right, so that none of them can be luck."""


@dataclass(frozen=True, slots=True)
class Try:
    """An answer as it was typed, its verdict, and the likeliest slip, if it was wrong."""

    written: str
    verdict: VerdictWord
    slip: str = ""

    @property
    def taken(self) -> bool:
        """Whether it goes on with this."""
        return self.verdict in TAKEN


@dataclass(frozen=True, slots=True)
class Turn:
    """A number that was asked: the tries, how many hints, and whether it was given up.

    `skipped` says that the rest of its tensor was filled in as well.
    """

    cell: str
    tries: tuple[Try, ...] = ()
    hints: int = 0
    given_up: bool = False
    skipped: bool = False

    @property
    def done(self) -> bool:
        """Whether the number is found, or shown."""
        return self.given_up or bool(self.tries and self.tries[-1].taken)

    @property
    def at_once(self) -> bool:
        """Whether the first try was right."""
        return self.done and not self.given_up and len(self.tries) == 1

    def tried(self, one: Try) -> Turn:
        """With another try."""
        return replace(self, tries=(*self.tries, one))

    def hinted(self) -> Turn:
        """With another hint."""
        return replace(self, hints=self.hints + 1)
