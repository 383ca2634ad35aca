"""A worksheet to print: laid out like the page, an empty box in the place of every number; and its key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from math import prod

from walkthrough.case import Case
from walkthrough.document import Block, Boxes, Grid, Heading, Prose, Rule, Working, Workings
from walkthrough.marking.worksheets.empty_sheets import MOST_ASKED, asked_tensors
from walkthrough.marking.worksheets.exercises import Exercise
from walkthrough.page.narration import Narration
from walkthrough.page.page import Page
from walkthrough.trace.steps import Steps

_INDEX = re.compile(r"\[[^\]]*\]")


def printed_sheet(case: Case, steps: int = 1, answers: bool = False, title: str = "") -> Iterator[Block]:
    """The sheet; with `answers` the key: the same with the numbers in their boxes.

    Nothing of the page is taken over but its headings, its general formulas and what the case gives: what
    explains a number gives it away.
    """
    exercise = Exercise(case).of_steps(steps)
    page = Page(Narration(Steps(exercise.trace)), omitting=True)
    blocks = list(page.blocks())
    asked = set(asked_tensors(exercise))
    in_grids = {
        _tensor(cell) for block in blocks if isinstance(block, Grid) for row in block.cells for cell in row
    }
    heading = next(block for block in blocks if isinstance(block, Heading))
    yield replace(heading, text=(title or heading.text) + ("    key" if answers else ""))
    if not answers:
        yield Prose("Name: ______________________________     Date: ________________")
    yield from _given_words(case, exercise)
    said: set[str] = set()
    for block in blocks[blocks.index(heading) + 1 :]:
        match block:
            case Heading() | Rule():
                yield block
            case Grid():
                yield from _grid(block, asked, exercise, answers)
            case Workings(lines) if not in_grids & {_tensor(line.cell) for line in lines}:
                yield from _lines(lines, asked, said, answers)
            case Working() if _tensor(block.cell) not in in_grids:
                yield from _lines((block,), asked, said, answers)
            case _:
                pass


def _tensor(cell: str) -> str:
    """`conv#2` of `conv[1,1]#2`."""
    return _INDEX.sub("", cell)


def _given_words(case: Case, exercise: Exercise) -> Iterator[Block]:
    """What a person has to know who works it out, and what the page says of its numbers otherwise."""
    if case.source:
        yield Prose(f"Source: {case.source}.")
    rounding = case.arithmetic
    if rounding.kind == "decimals":
        yield Prose(
            f"Every number is rounded half-up to {rounding.decimals} decimals and carried on rounded."
        )
    if any(stage.choices for stage in exercise.trace.network.layers):
        tie, slope = case.conventions.max_tie, case.conventions.relu_at_zero
        who = {
            "first": "the first one wins",
            "split": "all share the gradient",
            "all": "each has the gradient",
        }
        yield Prose(f"Of equal largest entries, {who[tie]}; at a kink the slope (of ReLU, at 0) is {slope}.")


def _grid(block: Grid, asked: set[str], exercise: Exercise, answers: bool) -> Iterator[Block]:
    """A grid of the page: as it is if the case gives it, else boxes."""
    if not block.cells:
        return  # drawn once more, such as a turned kernel
    tensor = _tensor(block.cells[0][0])
    if tensor not in asked:
        yield replace(block, marks=())
    elif prod(exercise.shapes[tensor]) <= MOST_ASKED:
        yield Boxes(block.name, block.rows if answers else _empty(block.rows))


def _lines(lines: tuple[Working, ...], asked: set[str], said: set[str], answers: bool) -> Iterator[Block]:
    """Numbers that stand in no grid: a box for each, behind its name."""
    for line in lines:
        if _tensor(line.cell) not in asked or line.cell in said:
            continue
        said.add(line.cell)
        value = line.sides[-1][1] if line.sides else ""
        yield Boxes(line.left, ((value if answers and isinstance(value, str) else "",),))


def _empty(rows: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple("" for _ in row) for row in rows)
