"""How long `check` takes beside parsing: tomllib and the whole command over the same files, in one run.

python tests/benchmarks/checking.py [WORKSHEETS] [text|json|csv …]

The worksheets have 61 numbers each, laid out in grids or a number a line. `10 % slips` is read in two ways:
a tenth of the worksheets have one, or a tenth of all numbers are one. Half of whoever slips carries on with
the wrong number, the others have what follows right by luck.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

from flint import arb

sys.path.insert(0, str(Path(__file__).parents[2]))

from walkthrough.case import load
from walkthrough.formats.text import TextFormat
from walkthrough.marking.check import CheckOptions, check_command
from walkthrough.marking.verdicts.shown_enclosures import shown_enclosure
from walkthrough.marking.worksheets.claimed_grids import laid_out
from walkthrough.marking.worksheets.exercises import Exercise, Exercises
from walkthrough.marking.worksheets.sheet_sources import gather, sources
from walkthrough.numbers.quantities import quantity
from walkthrough.numbers.written import read_number
from walkthrough.trace.steps.kinds import Given, Ref
from walkthrough.trace.steps.steps import Steps
from walkthrough.workbook.operands import Operands
from walkthrough.workbook.reworked_steps import reworked
from walkthrough.workbook.workbook import Workbook

CASE = "lecture-notes"
TENSORS = ("conv", "pool", "relu", "flatten", "dense", "sigmoid", "loss", "sigmoid.grad", "dense.grad")
TENSORS += ("dense.weight.grad", "dense.weight.new", "flatten.grad", "conv.grad")  # 61 claims
SLIPS = 0.1
READINGS = ("of the worksheets", "of the numbers")


class Class:
    """Students who round to three to six digits, and slip: a sign lost or found, or another first digit."""

    def __init__(self, seed: int) -> None:
        case = load(CASE)
        self.exercise = Exercise(case)
        self.exercise.trace.run()
        self.draw = random.Random(seed)
        self._book = Workbook(Steps(self.exercise.trace))
        order = [name for name in self.exercise.shapes if name in TENSORS]
        self.refs = [Ref(name, at) for name in order for _, at in self.exercise.cells(name)]

    def numbers(self, slips: set[int], carried: bool) -> dict[Ref, str]:
        """What somebody writes who slips at these places; carried on, or not."""
        draw, trace, written = self.draw, self.exercise.trace, dict[Ref, str]()
        fewest = draw.randint(3, 6)
        most = fewest if draw.random() < 0.5 else 6
        own: dict[Ref, Fraction] = {}

        def used(ref: Ref) -> Fraction:
            return own[ref] if ref in own else trace.known(ref.tensor, ref.cell, 40).value

        for at, ref in enumerate(self.refs):
            digits = draw.randint(fewest, most)
            text = trace.shown(ref.tensor, ref.cell, digits).plain
            if carried and own and not isinstance(self._book.step(ref), Given):
                with suppress(ArithmeticError):  # their numbers may give nothing
                    value = reworked(self._book, ref, Operands(used)).right
                    middle = quantity(Fraction(float(value.mid()))) if isinstance(value, arb) else value
                    text = shown_enclosure((middle, middle), digits).plain
                    own[ref] = Fraction(int(middle.p), int(middle.q))
            if at in slips:
                text = self._slipped(text)
                own[ref] = read_number(text).value
            written[ref] = text
        return written

    def _slipped(self, text: str) -> str:
        if text.strip("-") != "0" and self.draw.random() < 0.5:
            return text[1:] if text.startswith("-") else f"-{text}"
        at = next(at for at, each in enumerate(text) if each.isdigit())
        return text[:at] + self.draw.choice("123456789".replace(text[at], "")) + text[at + 1 :]

    def worksheet(self, number: int, reading: str, grids: bool) -> str:
        """A worksheet as a file."""
        draw, count = self.draw, len(self.refs)
        if reading == READINGS[0]:
            slips = {draw.randrange(count)} if draw.random() < SLIPS else set()
        else:
            slips = {at for at in range(count) if draw.random() < SLIPS}
        written = self.numbers(slips, draw.random() < 0.5)
        lines = [f'case = "{CASE}"', f'student = "student {number}"', "[claims]"]
        for tensor in TENSORS:
            named = [(name, written[Ref(tensor, at)]) for name, at in self.exercise.cells(tensor)]
            rows = laid_out(self.exercise.shapes[tensor], [text for _, text in named])
            if not grids:
                lines += [f'"{name}" = "{text}"' for name, text in named]
            elif len(rows) > 1:
                lines += [f'"{tensor}" = """', *rows, '"""']
            else:
                lines.append(f'"{tensor}" = "{rows[0].strip()}"')
        return "\n".join(lines) + "\n"


def write_worksheets(folder: Path, count: int, reading: str, grids: bool) -> None:
    """A folder of worksheets."""
    students = Class(1)
    for number in range(count):
        (folder / f"{number:05}.toml").write_text(students.worksheet(number, reading, grids))


def seconds(of: Callable[[], object]) -> float:
    """How long something takes."""
    started = time.perf_counter()
    of()
    return time.perf_counter() - started


def memory() -> int:
    """The most memory that was in use so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def parse_all(files: list[Path]) -> None:
    """What it is measured by."""
    for file in files:
        tomllib.loads(file.read_text())


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


def measured(count: int, kinds: list[str], reading: str, grids: bool) -> None:
    """A folder of worksheets, parsed and checked."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_worksheets(folder, count, reading, grids)
        files = sorted(folder.glob("*.toml"))
        first = seconds(lambda: parse_all(files))
        before = memory()
        reading_all = seconds(lambda: read_all(folder))
        checking = [(kind, seconds(lambda kind=kind: check_all(folder, kind))) for kind in kinds]  # type: ignore[misc]
        parsing = (first + seconds(lambda: parse_all(files))) / 2
    said = ", ".join(f"{kind} {each / parsing:5.2f} ×" for kind, each in checking)
    print(
        f"{'grids' if grids else 'lines'}, {SLIPS:.0%} {reading}: tomllib "
        f"{parsing / count * 1e6:.0f} µs a sheet; "
        f"reading {reading_all / parsing:.2f} ×, whole check {said}; "
        f"memory {before} MB before, {memory()} MB at most",
        flush=True,
    )


def main() -> None:
    """Prints the ratios."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    for reading in READINGS:
        for grids in (False, True):
            measured(count, sys.argv[2:] or ["text", "json", "csv"], reading, grids)


if __name__ == "__main__":
    main()
