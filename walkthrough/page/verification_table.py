"""The end of a page: what the witnesses said of its numbers."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.document import Block, Heading, Prose, Table
from walkthrough.numbers.shown import Known, shown
from walkthrough.trace.verification import DIGITS, FLOAT_DIGITS, MOST_MULTIPLY_ADDS, Check, Verification


def closing(verification: Verification, checks: list[Check]) -> Iterator[Block]:
    """A table of tensors and what each witness said of them, and one sentence."""
    yield Heading("verification", 2)
    if not checks:
        yield Prose("No witness could follow this case.")
        return
    names = list(dict.fromkeys(check.tensor for check in checks))
    witnesses = list(dict.fromkeys(check.witness for check in checks))
    by = {(check.tensor, check.witness): check for check in checks}
    rows = []
    for name in names:
        found = [by.get((name, witness)) for witness in witnesses]
        cells = next(check.cells for check in found if check is not None)
        said = [_said(check, verification.trace.case.arithmetic.kind) if check else "–" for check in found]
        rows.append((name, str(cells), *said))
    yield Table(("tensor", "cells", *witnesses), tuple(rows), frozenset({1}))
    if verification.symbolic_left_out:
        count = sum(stage.multiply_adds for stage in verification.trace.network.layers)
        yield Prose(
            f"The symbolic witness is left out: {count:,} multiply-adds, and it writes out at most "
            f"{MOST_MULTIPLY_ADDS:,}."
        )
    yield Prose(_sentence(names, by, checks), True)


def _said(check: Check, kind: str) -> str:
    if not check.agrees:
        return "DISAGREES"
    if not check.largest_difference:
        return "exactly"
    return f"to {FLOAT_DIGITS if kind == 'float' else DIGITS} digits"


def _sentence(names: list[str], by: dict[tuple[str, str], Check], checks: list[Check]) -> str:
    wrong = list(dict.fromkeys(check.tensor for check in checks if not check.agrees))
    if wrong:
        most = max(check.largest_difference for check in checks if not check.agrees)
        said = f"the largest difference is {shown(Known(most), 2).text}"
        return f"The witnesses disagree about {', '.join(wrong)}; {said}. Do not trust these numbers."
    cells = sum(next(c for c in checks if c.tensor == name).cells for name in names)
    largest = max(check.largest_difference for check in checks)
    if cells == 1:
        return f"The cell agrees; the largest difference is {shown(Known(largest), 2).text}."
    return f"All {cells:,} cells agree; the largest difference is {shown(Known(largest), 2).text}."
