"""An empty worksheet: every number of an exercise that somebody can work out, and a `?` in its place."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from math import prod

from walkthrough.case import Case
from walkthrough.case.cells import cell_name
from walkthrough.marking.worksheets.claimed_grids import laid_out
from walkthrough.marking.worksheets.exercises import Exercise
from walkthrough.mathematics.notation import Shape, Tensor
from walkthrough.words.messages import one_line

# a grid of more numbers than this nobody fills in by hand
MOST_ASKED = 1_000
_MOST_ON_THE_WAY = 8
_DIGITS = 10


def asked_tensors(exercise: Exercise) -> list[str]:
    """The tensors that are worked out by hand, in the order of computation: not what the case gives."""
    network = exercise.trace.network
    given = {"input", "target", *network.given}
    places = exercise.trace.places
    names = [
        name
        for name, place in places.items()
        if place.local not in given and not place.local.endswith(".before")
    ]
    if exercise.case.loss is not None and not network.stages[-1].equations:
        # a gradient from upstream is given as well
        names = [name for name in names if places[name].local != network.output.grad.name]
    return names


def empty_worksheet(case: Case, name: str | None = None, steps: int = 1, answers: bool = False) -> str:
    """The worksheet as TOML, for somebody to fill in; `name` is what it calls the case.

    Of several steps it asks for all of them; with `answers` it is the key.
    """
    exercise = Exercise(case).of_steps(steps)
    lines = [
        f"# {case.title}",
        f"case = {_quoted(name or case.name)}",
        'student = ""',
        "",
        "[claims]                # ? = not filled in; what is left out need not be here",
    ]
    left_out = []
    trace = exercise.trace
    for tensor in asked_tensors(exercise):
        shape = exercise.shapes[tensor]
        count = prod(shape)
        if count > MOST_ASKED:
            single = cell_name(tensor, (0,) * len(shape), shape)
            left_out.append(f'# "{tensor}" has {count:,} numbers; for one of them write "{single}" = "?"')
            continue
        texts = (
            [trace.shown(tensor, cell, _DIGITS).plain for cell in _places(shape)]
            if answers
            else ["?"] * count
        )
        if count > 1:
            rows = laid_out(shape, texts)
            lines += [f'"{tensor}" = """', *rows, '"""'] if len(rows) > 1 else [f'"{tensor}" = "{rows[0]}"']
        else:
            lines.append(f'"{tensor}" = "{texts[0]}"')
    return "\n".join([*lines, *left_out, *_on_the_way(exercise)]) + "\n"


def _places(shape: Shape) -> Iterator[tuple[int, ...]]:
    """The cells of a tensor, in reading order."""
    return iter(Tensor("", shape).cells())


def _on_the_way(exercise: Exercise) -> list[str]:
    """What may be claimed besides, by whoever writes it down on the way: e^z, a slope, rate × gradient."""
    ways = exercise.trace.on_the_way.values()
    names = [place.name for place in ways if not place.local.endswith(".delta")][:_MOST_ON_THE_WAY]
    listed = ", ".join(f'"{name}"' for name in names)
    return [f"# What you write down on the way can stand here, too: {listed}"] if names else []


def empty_class_list(case: Case, name: str | None = None, separator: str = ",", steps: int = 1) -> str:
    """The table of a class as CSV: its header, and the name of the case in the first row."""
    exercise = Exercise(case).of_steps(steps)
    cells = list(_cells(exercise))
    written = io.StringIO()
    table = csv.writer(written, delimiter=separator, lineterminator="\n")
    table.writerow(["student", "case", *cells])
    table.writerow(["", name or case.name, *("?" for _ in cells)])
    return written.getvalue()


def _cells(exercise: Exercise) -> Iterator[str]:
    for tensor in asked_tensors(exercise):
        if prod(exercise.shapes[tensor]) <= MOST_ASKED:
            for name, _ in exercise.cells(tensor):
                yield name


def _quoted(text: str) -> str:
    """A text in TOML."""
    inner = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'
