"""An exercise in several copies, each with other numbers."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.case import Case
from walkthrough.marking.fresh_cases.fresh_case import CannotDraw, FreshCases

_MOST_ALIKE = 50
"""Seeds in a row that may give what an earlier one has given."""


def copies(case: Case, seed: int, count: int) -> Iterator[Case]:
    """So many fresh cases, one after the other, no two of them alike; their seeds begin with `seed`.

    Raises CannotDraw if there are not so many.
    """
    fresh = FreshCases(case)
    given: set[str] = set()
    alike = 0
    while len(given) < count:
        drawn = fresh.of(seed)
        seed += 1
        numbers = _numbers(drawn)
        if numbers in given:
            alike += 1
            if alike == _MOST_ALIKE:
                raise CannotDraw(
                    f"{case.name}: {len(given)} copies were found that differ, and {count} are wanted; "
                    "its numbers leave no room for more"
                )
            continue
        alike = 0
        given.add(numbers)
        yield drawn


def _numbers(case: Case) -> str:
    """A fresh case without the lines that name its seed."""
    return "\n".join(line for line in case.toml.splitlines() if not line.startswith(("#", "title = ")))
