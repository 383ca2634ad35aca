"""A worksheet as a file: every number of an exercise that can be worked out, and a `?` or it in its place."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from math import prod

from walkthrough.case import Case
from walkthrough.case.cells import cell_name
from walkthrough.marking.worksheets.answers import Answer, open_places
from walkthrough.marking.worksheets.claimed_grids import laid_out
from walkthrough.marking.worksheets.exercises import Exercise
from walkthrough.mathematics.notation import Cell
from walkthrough.words.messages import one_line

# a grid of more numbers than this nobody fills in by hand
MOST_ASKED = 1_000
_MOST_ON_THE_WAY = 8


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


_OPEN = open_places("?")


def empty_worksheet(case: Case, name: str | None = None, steps: int = 1) -> str:
    """The worksheet as TOML, for somebody to fill in; `name` is what it calls the case.

    Of several steps it asks for all of them.
    """
    return worksheet_file(Exercise(case).of_steps(steps), name)


def worksheet_file(exercise: Exercise, name: str | None = None, answer: Answer = _OPEN) -> str:
    """The same with something else than a `?` in each place."""
    case = exercise.case
    lines = [
        f"# {case.title}",
        f"case = {_quoted(name or case.name)}",
        'student = ""',
        "",
        "[claims]                # ? = not filled in; what is left out need not be here",
    ]
    left_out = []
    for tensor in asked_tensors(exercise):
        shape = exercise.shapes[tensor]
        count = prod(shape)
        if count <= MOST_ASKED:
            words = [answer(tensor, cell) for _, cell in exercise.cells(tensor)]
        if count > MOST_ASKED:
            single = cell_name(tensor, (0,) * len(shape), shape)
            left_out.append(f'# "{tensor}" has {count:,} numbers; for one of them write "{single}" = "?"')
        elif count > 1:
            rows = laid_out(shape, words)
            lines += [f'"{tensor}" = """', *rows, '"""'] if len(rows) > 1 else [f'"{tensor}" = "{rows[0]}"']
        else:
            lines.append(f'"{tensor}" = "{words[0]}"')
    return "\n".join([*lines, *left_out, *_on_the_way(exercise)]) + "\n"


def _on_the_way(exercise: Exercise) -> list[str]:
    """What may be claimed besides, by whoever writes it down on the way: e^z, a slope, rate × gradient."""
    ways = exercise.trace.on_the_way.values()
    names = [place.name for place in ways if not place.local.endswith(".delta")][:_MOST_ON_THE_WAY]
    listed = ", ".join(f'"{name}"' for name in names)
    return [f"# What you write down on the way can stand here, too: {listed}"] if names else []


def empty_class_list(case: Case, name: str | None = None, separator: str = ",", steps: int = 1) -> str:
    """The table of a class as CSV: its header, and the name of the case in the first row."""
    return class_table(Exercise(case).of_steps(steps), [name or case.name], separator=separator)


def class_table(
    exercise: Exercise, names: Sequence[str], answer: Answer = _OPEN, separator: str = ","
) -> str:
    """The same with a row for each of these cases, which are all of one shape."""
    written = io.StringIO()
    table = csv.writer(written, delimiter=separator, lineterminator="\n")
    cells = list(_cells(exercise))
    table.writerow(["student", "case", *(name for name, _, _ in cells)])
    for case in names:
        table.writerow(["", case, *(answer(tensor, cell) for _, tensor, cell in cells)])
    return written.getvalue()


def _cells(exercise: Exercise) -> Iterator[tuple[str, str, Cell]]:
    for tensor in asked_tensors(exercise):
        if prod(exercise.shapes[tensor]) <= MOST_ASKED:
            for name, cell in exercise.cells(tensor):
                yield name, tensor, cell


def _quoted(text: str) -> str:
    """A text in TOML."""
    inner = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'
