"""Worksheets to be printed: boxes for all that is asked, what is given filled in, and no answer anywhere."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import pytest

from walkthrough.case import list_shipped, load, read_case
from walkthrough.document import Beside, Block, Grid, Heading, Prose
from walkthrough.formats.html import HtmlFormat
from walkthrough.formats.latex import LatexFormat
from walkthrough.formats.markdown import MarkdownFormat
from walkthrough.formats.text import TextFormat
from walkthrough.marking.fresh_cases.fresh_case import fresh_case
from walkthrough.marking.worksheets.empty_sheets import asked_tensors, empty_class_list, empty_worksheet
from walkthrough.marking.worksheets.exercises import Exercise
from walkthrough.marking.worksheets.printed_sheets import printed_key, printed_sheet
from walkthrough.trace.trace import Trace, replay
from walkthrough.witnesses.vectorised.stage import plain

SHIPPED = [each.name for each in list_shipped()]
LARGE = ("digits", "lenet")
SMALL = [name for name in SHIPPED if name not in LARGE]
LENGTH = re.compile(r"[\d.]+(?:em|ex|mm|pt)")
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")


def grids(blocks: list[Block]) -> Iterator[Grid]:
    for block in blocks:
        yield from block.grids if isinstance(block, Beside) else (block,) if isinstance(block, Grid) else ()


def written(name: str) -> dict[str, str]:
    """The sheet in every format in which somebody may get it."""
    case = load(name)
    blocks = list(printed_sheet(Exercise(case)))
    page = "".join(HtmlFormat().render(blocks))
    return {
        "html": html.unescape(page[page.index("<body>") :]).replace("\N{MINUS SIGN}", "-"),
        "html head": page[: page.index("<style>")],
        "text": "".join(TextFormat().render(blocks)),
        "markdown": "".join(MarkdownFormat().render(blocks)),
        "latex": LENGTH.sub("", "".join(LatexFormat().render(blocks))),
        "toml": empty_worksheet(case),
        "csv": empty_class_list(case),
    }


def answers(trace: Trace) -> set[str]:
    """The digits of every number that is computed and not given; sizes and indices look like small ones."""
    given: set[Fraction] = set()
    found: set[str] = set()
    for name in trace.places:
        grid = trace.given_grid(name)
        if grid is not None:
            given |= {abs(value) for value in grid.values()}
    of = [*(each.layer for each in trace.case.layers), trace.case.updating.rule]
    of += [trace.case.loss] if trace.case.loss else []
    options = [option for each in of for option in plain(vars(each)).values()]
    given |= {abs(option) for option in options if isinstance(option, Fraction)}
    given |= {trace.case.learning_rate.value} if trace.case.learning_rate else set()
    upstream = getattr(trace.case.loss, "gradient", None)
    given |= {abs(value) for value in upstream.values()} if upstream is not None else set()
    for name, place in trace.places.items():
        for at in product(*map(range, place.shape)):
            value = abs(trace.known(name, at).value)
            if value not in given:
                found.add(trace.shown(name, at, 6).text.lstrip("\N{MINUS SIGN}"))
    return {text for text in found if "." in text or len(text) > 2}


@pytest.mark.parametrize("name", SMALL)
def test_no_answer_stands_in_a_sheet_in_any_format(name: str) -> None:
    secret = answers(replay(load(name)))
    for kind, text in written(name).items():
        shown = set(NUMBER.findall(text))
        # a longer number begins with the digits of an answer that was cut
        leaked = {each for each in secret if each in shown or (len(each) > 6 and each in text)}
        assert not leaked, f"{kind}: {leaked}"


@pytest.mark.parametrize("name", SHIPPED)
def test_a_sheet_is_made_without_working_anything_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = load(name)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a number was worked out")

    monkeypatch.setattr(Trace, "run", refuse)
    monkeypatch.setattr(Trace, "numbers", refuse)
    blocks = list(printed_sheet(Exercise(case)))
    assert any(grid.boxes for grid in grids(blocks))
    assert all(text == "" for grid in grids(blocks) if grid.boxes for row in grid.rows for text in row)
    assert "?" in empty_worksheet(case)


@pytest.mark.parametrize("name", ["lecture-notes", "two-layer-update", "grouped-convolution"])
def test_with_other_numbers_only_what_is_given_changes(name: str) -> None:
    def told(blocks: list[Block]) -> list[object]:
        return [grid.name if not grid.boxes else grid for grid in grids(blocks)] + [
            block if not isinstance(block, Heading) else (block.number, block.aside)
            for block in blocks
            if not isinstance(block, Grid | Beside)
        ]

    case = load(name)
    first, fresh = (list(printed_sheet(Exercise(each))) for each in (case, fresh_case(case, 4)))
    assert told(first) == told(fresh)
    assert first != fresh


@pytest.mark.parametrize("name", SMALL)
def test_every_number_that_is_asked_has_its_box(name: str) -> None:
    exercise = Exercise(load(name))
    boxed = [cell for grid in grids(list(printed_sheet(exercise))) if grid.boxes
             for row in grid.cells for cell in row]  # fmt: skip
    asked = [cell for tensor in asked_tensors(exercise) for cell, _ in exercise.cells(tensor)]
    assert sorted(boxed) == sorted(asked)


@pytest.mark.parametrize("name", ["four-by-four", "two-conv-network", "two-layer-update"])
def test_every_number_that_is_given_stands_there_as_it_is_written(name: str) -> None:
    case = load(name)
    shown = [text for grid in grids(list(printed_sheet(Exercise(case)))) if not grid.boxes
             for row in grid.rows for text in row]  # fmt: skip
    trace = replay(case)
    given = [*(sample.input for sample in case.samples), *trace.network.given.values()]
    assert sorted(shown) == sorted(grid.text(at) for grid in given for at in range(grid.size))


def test_what_is_too_large_for_paper_is_said() -> None:
    said = [block.text for block in printed_sheet(Exercise(load("lenet"))) if isinstance(block, Prose)]
    assert "z, conv1: 4,704 numbers, too many for boxes." in said
    assert "x, the input: 784 numbers, which stand in the case." in said


@pytest.mark.parametrize("name", ["lecture-notes", "two-layer-update"])
def test_the_key_is_the_sheet_with_the_right_numbers_in_its_boxes(name: str) -> None:
    exercise = Exercise(load(name))
    sheet, key = (list(grids(list(of(exercise)))) for of in (printed_sheet, printed_key))
    assert [(each.name, each.boxes, each.cells) for each in sheet] == [
        (each.name, each.boxes, each.cells) for each in key
    ]
    numbers = {
        cell: text
        for grid in key
        for cells, row in zip(grid.cells, grid.rows, strict=bool(grid.cells))
        for cell, text in zip(cells, row, strict=True)
    }
    published = {"lecture-notes": ("conv[2,3]", "1275"), "two-layer-update": ("hidden[1]", "0.3775")}
    cell, right = published[name]
    assert numbers[cell] == right
    assert all(numbers.values())


def test_several_steps_and_what_a_rule_keeps() -> None:
    case = read_case(
        'learning_rate = "0.1"\n[update]\nmomentum = "0.9"\n[input]\nvalues = "1 2"\n[[layers]]\n'
        'type = "dense"\nweight = "1 2"\n[loss]\ntype = "squared_error"\ntarget = "1"'
    )
    blocks = list(printed_sheet(Exercise(case).of_steps(2)))
    said = [block.text for block in blocks if isinstance(block, Prose)]
    assert "Before the first step: v = 0." in said
    assert "w, the weight: as the step before has left it." in said
    boxed = {cell for grid in grids(blocks) if grid.boxes for row in grid.cells for cell in row}
    assert {"dense.weight.velocity[1]", "dense.weight.new[2]#2"} <= boxed


def test_rounding_by_hand_is_said_and_a_title_stays_text() -> None:
    case = read_case('title = "<script>alert(1)</script>"\narithmetic = "2 decimals"\n'
                     'input.values = "1 2"\n[[layers]]\ntype = "sigmoid"')  # fmt: skip
    page = "".join(HtmlFormat().render(printed_sheet(Exercise(case), "Copy 01")))
    assert "<script>alert" not in page
    assert "rounded half-up to 2 decimals" in page
    assert "Copy 01" in page
