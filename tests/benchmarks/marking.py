"""How long marking takes beside parsing: tomllib and the marker over the same worksheets, in one run.

python tests/benchmarks/marking.py [SHEETS] [CASE] [SHARE OF SLIPS]
"""

from __future__ import annotations

import random
import sys
import time
import tomllib
import tracemalloc
from collections.abc import Iterator
from itertools import islice
from math import prod
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from walkthrough.case.cells import cell_name
from walkthrough.marking.verdicts.marker import Marker
from walkthrough.marking.worksheets.exercises import Exercises
from walkthrough.marking.worksheets.sheet_files import read_worksheet
from walkthrough.mathematics.notation import Shape
from walkthrough.numbers.shown import shown
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import Trace

CLAIMS = 60


def sheets(trace: Trace, count: int, slips: float, draw: random.Random, grids: bool) -> Iterator[str]:
    """Worksheets with the first sixty computed numbers of a case, each slipped with this probability."""
    steps = (step.ref for step in Steps(trace).all())
    refs = list(islice(steps, CLAIMS))
    shapes = {ref.tensor: trace.places[ref.tensor].shape for ref in refs}
    right = {
        ref: [shown(trace.known(ref.tensor, ref.cell, 80), digits, 6).plain for digits in (4, 5, 6)]
        for ref in refs
    }
    for number in range(count):
        lines = [f'case = "{trace.case.name}"', f'student = "student {number}"', "[claims]"]
        rows: dict[str, list[str]] = {}
        for ref in refs:
            text = draw.choice(right[ref])
            text = slipped(text, draw) if draw.random() < slips else text
            rows.setdefault(ref.tensor, []).append(text)
            if not grids:
                lines.append(f'"{cell_name(ref.tensor, ref.cell, shapes[ref.tensor])}" = "{text}"')
        lines += [as_grid(name, rows[name], shapes[name]) for name in rows if grids]
        yield "\n".join(lines) + "\n"


def slipped(text: str, draw: random.Random) -> str:
    """A sign lost or found, or a first digit changed."""
    if text.strip("-") != "0" and draw.random() < 0.5:
        return text[1:] if text.startswith("-") else f"-{text}"
    at = next(at for at, each in enumerate(text) if each.isdigit())
    return text[:at] + draw.choice("123456789".replace(text[at], "")) + text[at + 1 :]


def as_grid(name: str, numbers: list[str], shape: Shape) -> str:
    """A tensor's numbers in rows, as far as they go."""
    width = shape[-1] if shape else 1
    numbers = numbers + ["?"] * (prod(shape) - len(numbers))
    rows = [" ".join(numbers[at : at + width]) for at in range(0, len(numbers), width)]
    body = "\n".join(rows)
    return f'"{name}" = """\n{body}\n"""'


def measured(count: int, case: str, slips: float, grids: bool) -> None:
    """Both, over the same sheets."""
    exercises = Exercises()
    exercise = exercises.named(case, Path())
    texts = list(sheets(exercise.trace, count, slips, random.Random(1), grids))
    start = time.process_time()
    for text in texts:
        tomllib.loads(text)
    parsing = time.process_time() - start
    start = time.process_time()
    read = [read_worksheet(text, "sheet.toml", Path(), exercises) for text in texts]
    reading = time.process_time() - start
    marker = Marker(exercise.trace)
    worksheets = [each.worksheet for each in read if each is not None]
    start = time.process_time()
    wrong = sum(marker.mark(worksheet).first_wrong is not None for worksheet in worksheets)
    marking = time.process_time() - start
    print(
        f"{count} sheets of {len(worksheets[0].claims)} claims in {'grids' if grids else 'lines'}, "
        f"{slips:.1%} of them slips: tomllib {parsing / count * 1e6:.0f} µs, "
        f"reading {reading / parsing:.1f}×, marking {marking / parsing:.1f}× "
        f"({marking / count * 1e6:.0f} µs a sheet; {wrong} with something wrong)"
    )


def main() -> None:
    """As asked for on the command line."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    case = sys.argv[2] if len(sys.argv) > 2 else "lecture-notes"
    shares = [float(sys.argv[3])] if len(sys.argv) > 3 else [0.0, 0.002, 0.1]
    for slips in shares:
        for grids in (False, True):
            measured(count, case, slips, grids)
    tracemalloc.start()
    measured(count, case, shares[-1], False)
    print(f"peak {tracemalloc.get_traced_memory()[1] / 1e6:.1f} MB, the sheets themselves included")


if __name__ == "__main__":
    main()
