"""How long `check` takes beside parsing: tomllib and the whole command over the same files, in one run.

python tests/benchmarks/checking.py [WORKSHEETS] [text|json|csv]
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from walkthrough.case import load
from walkthrough.formats.text import TextFormat
from walkthrough.marking.check import CheckOptions, check_command
from walkthrough.marking.claimed_grids import laid_out
from walkthrough.marking.exercises import Exercise, Exercises
from walkthrough.marking.gathering import gather, sources
from walkthrough.trace import replay

CASE = "lecture-notes"
TENSORS = ("conv", "pool", "relu", "flatten", "dense", "sigmoid", "loss", "sigmoid.grad", "dense.grad")
TENSORS += ("dense.weight.grad", "dense.weight.new", "flatten.grad", "conv.grad")  # 61 claims
SLIPS = 0.1  # of the worksheets have a wrong sign somewhere


def write_worksheets(folder: Path, count: int) -> None:
    """Worksheets of students who round to three to six digits."""
    random.seed(1)
    case = load(CASE)
    trace, exercise = replay(case), Exercise(case)
    for number in range(count):
        digits = random.randint(3, 6)
        wrong = random.randrange(61) if random.random() < SLIPS else -1
        lines, at = [f'case = "{CASE}"', f'student = "student {number}"', "[claims]"], 0
        for tensor in TENSORS:
            words = []
            for _, cell in exercise.cells(tensor):
                text = trace.shown(tensor, cell, digits).plain
                words.append(text if at != wrong else text[1:] if text[0] == "-" else f"-{text}")
                at += 1
            rows = laid_out(exercise.shapes[tensor], words)
            lines += (
                [f'"{tensor}" = """', *rows, '"""']
                if len(rows) > 1
                else [f'"{tensor}" = "{rows[0].strip()}"']
            )
        (folder / f"{number:05}.toml").write_text("\n".join(lines) + "\n")


def seconds(of: Callable[[], object]) -> float:
    """How long something takes."""
    started = time.perf_counter()
    of()
    return time.perf_counter() - started


def memory() -> int:
    """The most memory that was in use so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def read_all(folder: Path) -> None:
    """Every worksheet, read and forgotten."""
    exercises = Exercises()
    for source in sources([folder], exercises):
        for _ in gather(source, exercises):  # type: ignore[arg-type]
            pass


def check_all(folder: Path, kind: str) -> None:
    """The whole command, its output thrown away."""
    for _ in check_command([folder], CheckOptions(format=kind), TextFormat().render):  # type: ignore[arg-type]
        pass


def main() -> None:
    """Prints the ratios."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    kind = sys.argv[2] if len(sys.argv) > 2 else "csv"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_worksheets(folder, count)
        files = sorted(folder.glob("*.toml"))
        parsing = seconds(lambda: [tomllib.loads(file.read_text()) and None for file in files])
        before = memory()
        reading = seconds(lambda: read_all(folder))
        checking = seconds(lambda: check_all(folder, kind))
        print(f"{count} worksheets of 61 claims: tomllib {parsing:.2f} s")
        print(f"reading  {reading:6.2f} s = {reading / parsing:5.2f} × tomllib")
        print(f"checking {checking:6.2f} s = {checking / parsing:5.2f} × tomllib ({kind})")
        print(f"memory   {before} MB before, {memory()} MB at most")


if __name__ == "__main__":
    main()
