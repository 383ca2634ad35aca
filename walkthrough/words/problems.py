"""What is wrong with a file: where, what was found, and the remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from walkthrough.words.messages import printable, shortened

__all__ = ["CaseError", "Problem", "printable"]

_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that has to be mended in a file: `file:line: key: message`.

    `line` and `column` count from 1 and are None where they are not known.
    """

    file: str
    line: int | None
    key: str
    message: str
    column: int | None = None

    def __str__(self) -> str:
        place = shortened(self.file) + (f":{self.line}" if self.line is not None else "")
        return ": ".join(part for part in (place, shortened(self.key), printable(self.message)) if part)


class CaseError(Exception):
    """A file that cannot be read or makes no sense, with all its problems; str() is the message."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:_MOST_SHOWN]]
        if len(self.problems) > _MOST_SHOWN:
            lines.append("… and more")
        return "\n".join(lines)
