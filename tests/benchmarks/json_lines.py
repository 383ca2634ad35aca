"""`show lenet --json` beside a loop that formats as many terms, side by side in one run.

    python tests/benchmarks/json_lines.py

The loops write, for each of the 1.2 million terms, an f-string for its symbols and one for its numbers, as
anybody would first; the second one also `[name, name, product]`, which is what a step's JSON has besides. In
the JSON every digit is certain. Prints ratios; asserts nothing.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.lenet import best, text_per_term
from walkthrough.case import load
from walkthrough.page.lines.narration import Narration
from walkthrough.page.records.json_records import Records
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import Trace, replay


def document(trace: Trace) -> Iterator[str]:
    """The document without what the witnesses say, which is no formatting."""
    return Records(Narration(Steps(trace))).document(())


def write(trace: Trace, file: Path) -> int:
    """All of it in a file; how many characters."""
    with file.open("w", encoding="utf-8") as out:
        return sum(out.write(piece) for piece in document(trace))


def records_per_term(trace: Trace, file: Path) -> None:
    """The loop, with a term of JSON for each of its terms."""
    terms = text_per_term(trace, file)
    x, w, at = 0.123456789, -0.987654321, 17
    with file.open("a", encoding="utf-8") as out:
        for _ in range(terms // 100):
            pieces = [
                f'["input[{at},{at + n}]", "conv.kernel[{at},{n},{at}]", "{x * w * n:.16g}"]'
                for n in range(100)
            ]
            out.write(", ".join(pieces))


def main() -> None:
    """Print the ratios."""
    trace = replay(load("lenet"))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a"
        own = best(lambda: write(trace, file), 2, time.process_time)
        print(f"show lenet --json                         {own:6.2f} s   {file.stat().st_size / 1e6:.0f} MB")
        for label, loop in (
            ("symbols and numbers, an f-string a term", text_per_term),
            ("symbols, numbers, and a term of JSON", records_per_term),
        ):
            spent = best(lambda loop=loop: loop(trace, file), 2, time.process_time)  # type: ignore[misc]
            print(f"{label:<41} {spent:6.2f} s   {own / spent:.2f} ×")


if __name__ == "__main__":
    main()
