"""Numbers changed by hand: what follows, what is marked, and the changed case as a file."""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path

import pytest

from tests.stepper.walks import at, shown, walk_of, walk_of_text, walk_through
from walkthrough.case import load, read_case
from walkthrough.stepper.session import Session
from walkthrough.stepper.walk import Walk
from walkthrough.stepper.whatif.changes import CannotChange, changed
from walkthrough.stepper.whatif.saving import CannotSave, save, saved_text
from walkthrough.trace.trace import replay


def change(walk: Walk, *edits: str) -> Walk:
    for edit in edits:
        name, _, number = edit.partition("=")
        walk = walk.changed(*changed(walk.opened, walk.course.find(name), number))
    return walk


def saved(walk: Walk, folder: Path | None = None) -> str:
    return saved_text(walk.opened, tuple(each for each, _ in walk.changes), folder or Path())


def all_numbers(trace) -> dict[str, str]:
    return {
        trace.cell_name(tensor, cell): trace.shown(tensor, cell, 12).text
        for tensor, place in trace.places.items()
        for cell in product(*map(range, place.shape))
    }


@pytest.mark.parametrize(
    ("name", "edits"),
    [
        ("four-by-four", ["input[2,3] = 7"]),
        ("four-by-four", ["conv.kernel[1,1] = 1/3", "conv.bias = 0.10"]),
        ("four-by-four", ["dense.weight[2] = -4e-1", "target = 0"]),
        ("two-conv-network", ["conv1.kernel[2,1,3,3] = 5", "input@2[1,1] = −2", "conv2.bias[1,2,1] = 25%"]),
        ("lecture-notes", ["input[2,2] = 7", "input[2,2] = 8"]),
    ],
)
def test_everything_follows_as_in_a_case_that_says_so_from_the_start(name, edits):
    """The numbers on the screen, against a case whose file was written with the changed numbers."""
    walk = change(walk_through(name), *edits)
    again = replay(read_case(saved(walk)))
    assert all_numbers(walk.opened.trace) == all_numbers(again)
    for edit in edits[-1:]:
        cell, _, number = edit.partition(" = ")
        assert walk.opened.text(walk.course.find(cell)) == number.replace("-", "−")


def test_a_changed_number_is_marked_with_the_old_one_beside_it():
    session = Session(at("lecture-notes", "conv[1,1]"))
    session.press("edit")
    session.answered("input[2,2] = 7")
    text = shown(session)
    # 4 · 7 − 255, and 4 · 255 − 255 before
    assert "765→−227" in text
    assert "255→7" in text
    assert "changed: it was 765" in text
    assert "= −227" in text
    assert "what if: 1 number changed" in text


def test_undo_shows_the_screen_as_it_was():
    session = Session(at("lecture-notes", "conv[1,1]"))
    before = shown(session)
    for answer in ("input[2,2] = 7", "conv.kernel[2,2] = 0"):
        session.press("edit")
        session.answered(answer)
    assert shown(session) != before
    session.press("undo")
    assert "765→−227" in shown(session)
    session.press("undo")
    assert shown(session).replace(session.message, "") == before.replace(session.message, "")


def test_the_number_that_is_looked_at_is_edited_in_place():
    session = Session(at("lecture-notes", "input[2,2]"))
    session.press("edit")
    assert session.question is not None
    assert session.question.value == "255"
    session.answered("7")
    assert "x₂₂ = 7" in shown(session)
    assert "changed: it was 255" in shown(session)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ("conv[1,1] = 5", "conv[1,1] is worked out; only a number that the case gives can be changed"),
        ("input[1,1] = five", "five"),
        ("input[1,1] = __import__('os')", "__import__"),
        ("input[9,9] = 5", "lies outside"),
        ("input[1,1]", "such as input[2,3] = 5"),
        ("input[1,1] = 1e999", "exponent"),
    ],
)
def test_what_cannot_be_changed_is_told_and_nothing_changes(edit, said):
    session = Session(at("lecture-notes", "conv[1,1]"))
    walk = session.walk
    session.press("edit")
    session.answered(edit)
    assert said in session.message
    assert session.walk is walk


def test_a_number_that_leads_nowhere_is_told():
    toml = """
    [input]
    values = "2"
    [[layers]]
    type = "dense"
    weight = "0.25"
    [loss]
    type = "binary_cross_entropy"
    target = "0"
    """
    walk = walk_of_text(toml)
    with pytest.raises(CannotChange, match=r"dense\.weight.* = 0\.5"):
        change(walk, "dense.weight = 0.5")


# --- saving --------------------------------------------------------------------------------------


def test_a_saved_case_differs_in_the_changed_number_alone():
    walk = change(walk_through("four-by-four"), "input[3,2] = -5")
    old, new = walk.opened.case.toml.split("\n"), saved(walk).split("\n")
    assert new[0] == "# what if, from four-by-four: input[3,2] = −5"
    different = [(a, b) for a, b in zip(old, new[1:], strict=True) if a != b]
    assert different == [("1 1 1 1", "1 -5 1 1")]


FORMS = {
    "text in one line": 'values = "1 2; 3 4"   # a comment',
    "text with commas": 'values = """\n1, 2\n3, 4"""',
    "literal text": "values = '''\n 1 2\n 3 4\n'''",
    "lists": "values = [[1, 2], # one\n [3, 4]]",
    "lists of texts": 'values = [["1", "2"], ["3", "4"]]',
    "channels": 'values = """\n1\n2\n\n3\n4\n"""',
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("number", ["7", "-0.50", "1/3", "25%", "2e-3"])
def test_every_form_of_a_grid_takes_a_number(form, number):
    toml = f'# first\n[input]\n{FORMS[form]}\n\n[[layers]]\ntype = "relu"  # last\n'
    walk = walk_of_text(toml)
    cell = list(product(*map(range, walk.opened.shape("input"))))[2]
    name = walk.opened.trace.cell_name("input", cell)
    walk = change(walk, f"{name} = {number}")
    text = saved(walk)
    assert replay(read_case(text)).value(name, 12) == walk.opened.trace.value(name, 12)
    assert "# first" in text
    assert "# last" in text
    if form != "text with commas":
        assert text.count("#") == toml.count("#") + 1


@pytest.mark.parametrize(
    "input_",
    [
        'values = { random = "normal", shape = [2, 3], seed = 1, decimals = 2 }',
        'random = "normal"\nshape = [2, 3]\nseed = 1\ndecimals = 2',
        '[input.values]\nrandom = "normal"\nshape = [2, 3]\nseed = 1\ndecimals = 2',
    ],
)
def test_a_drawn_grid_is_written_out(input_):
    walk = walk_of_text(f'[input]\n{input_}\n\n[[layers]]\ntype = "relu"\n')
    walk = change(walk, "input[2,2] = 9")
    again = read_case(saved(walk))
    assert again.samples == walk.opened.case.samples
    assert "random" not in saved(walk)


def test_files_of_a_case_are_found_from_where_it_is_saved(tmp_path):
    (tmp_path / "cases").mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "cases" / "k.csv").write_text("1,2\n3,4\n")
    case = tmp_path / "cases" / "a.toml"
    case.write_text(
        '[input]\nvalues = "1 2; 3 4"\n[[layers]]\ntype = "conv2d"\nkernel = { file = "k.csv" }\n'
    )
    walk = change(walk_of(load(case)), "input[1,1] = 9")
    path = save(walk.opened, tuple(each for each, _ in walk.changes), str(tmp_path / "mine" / "b"))
    assert path.name == "b.toml"
    assert "../cases/k.csv" in path.read_text()
    # 9 + 4 + 9 + 16
    assert replay(load(path)).value("conv") == "38"
    # with the kernel changed its numbers stand in the file itself
    walk = change(walk, "conv.kernel[1,1] = 2")
    path = save(walk.opened, tuple(each for each, _ in walk.changes), str(tmp_path / "c.toml"))
    assert replay(load(path)).value("conv") == "47"


def test_nothing_is_ever_written_over(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    walk = change(walk_through("four-by-four"), "input[1,1] = 2")
    (tmp_path / "mine.toml").write_text("precious")
    (tmp_path / "dangling.toml").symlink_to(tmp_path / "nowhere")
    session = Session(walk)
    for name in ("mine", "mine.toml", "dangling", "no/such/folder", "a\0b", "x" * 300):
        session.press("save")
        session.answered(name)
        assert session.message
        assert "saved" not in session.message
    assert (tmp_path / "mine.toml").read_text() == "precious"
    assert sorted(os.listdir(tmp_path)) == ["dangling.toml", "mine.toml"]
    session.press("save")
    session.answered("other")
    assert session.message == "saved as other.toml"
    assert load(tmp_path / "other.toml").samples == walk.opened.case.samples


def test_nothing_is_written_where_writing_fails(tmp_path, monkeypatch):
    walk = change(walk_through("four-by-four"), "input[1,1] = 2")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(CannotSave, match="No space left"):
        save(walk.opened, tuple(each for each, _ in walk.changes), str(tmp_path / "a"))
    assert os.listdir(tmp_path) == []


def test_without_a_change_there_is_nothing_to_save():
    session = Session(walk_through("four-by-four"))
    session.press("save")
    assert session.question is None
    assert "nothing has been changed" in session.message
