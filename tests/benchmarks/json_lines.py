"""`show lenet --json` beside a loop that formats as many terms, side by side in one run.

    python tests/benchmarks/json_lines.py

The loop writes an f-string for the symbols and one for the numbers of each of the 1.2 million terms, as
anybody would first; the JSON has the names of the cells, the numbers and the products, every digit certain.
Prints the ratio; asserts nothing.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.lenet import best, text_per_term
from walkthrough.case import load
from walkthrough.page.narration import Narration
from walkthrough.page.records import Records
from walkthrough.trace.steps import Steps
from walkthrough.trace.trace import Trace, replay


def document(trace: Trace) -> Iterator[str]:
    """The document without what the witnesses say, which is no formatting."""
    return Records(Narration(Steps(trace))).document(())


def write(trace: Trace, file: Path) -> int:
    """All of it in a file; how many characters."""
    with file.open("w", encoding="utf-8") as out:
        return sum(out.write(piece) for piece in document(trace))


def main() -> None:
    """Print the ratio."""
    trace = replay(load("lenet"))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a"
        terms = text_per_term(trace, file)
        for beforehand, label in ((False, "an f-string per term"), (True, "… of numbers made text beforehand")):
            loop = best(lambda b=beforehand: text_per_term(trace, file, b), 2, time.process_time)  # type: ignore[misc]
            own = best(lambda: write(trace, file), 2, time.process_time)
            print(f"{label:<34} {loop:6.2f} s   {terms:,} terms")
            print(f"{'show lenet --json':<34} {own:6.2f} s   {own / loop:.2f} ×")


if __name__ == "__main__":
    main()
