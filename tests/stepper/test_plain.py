"""The walk as plain text: the same lines, and everything that the screen says."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.stepper.walks import at, walk_through
from walkthrough.page.lines.narration import Narration
from walkthrough.page.records.json_records import flat
from walkthrough.stepper.plain import said_all
from walkthrough.trace.steps.steps import Steps


def run(*arguments: str, **kwargs) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "walkthrough", "step", *arguments],
        capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, check=False, **kwargs,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["lecture-notes", "four-by-four", "two-conv-network"])
def test_every_line_is_there_once_in_order_with_its_digits_and_words(name):
    walk = walk_through(name)
    narration = Narration(Steps(walk.opened.trace))
    lines = iter(said_all(walk))
    for number in range(walk.course.lines):
        ref = walk.course.ref(number)
        working = narration.line(narration.steps.step(ref.tensor, ref.cell))
        text = "".join(f" {relation} {flat(side)}" for relation, side in working.sides)
        wanted = f"{working.left}{text}"
        assert any(wanted in line for line in lines), walk.opened.name(ref)


def test_a_line_says_where_it_is_and_where_its_window_lies():
    lines = list(said_all(walk_through("lecture-notes")))
    assert (
        "window 8 of 16, conv[2,4], rows 2 to 4 and columns 4 to 6 of x: z₂₄ = x₂₄k₁₁ + x₂₅k₁₂ + x₂₆k₁₃ + "
        "x₃₄k₂₁ + x₃₅k₂₂ + x₃₆k₂₃ + x₄₄k₃₁ + x₄₅k₃₂ + x₄₆k₃₃ = 255·1 + 0·2 + 0·1 + 0·0 + 0·4 + 255·0 + 255·1 "
        "+ 255·2 + 0·1 = 255 + 255 + 510 = 1020"
    ) in lines
    assert "x, input, row 3: 0  0  −255  0  0  255" in lines


def test_it_begins_where_it_is_asked_to():
    lines = [line for line in said_all(at("lecture-notes", "pool[2,1]")) if line.startswith("window")]
    assert lines[0].startswith("window 3 of 4, pool[2,1]")


@pytest.mark.parametrize("how", [["--plain"], []])
def test_without_a_terminal_it_is_plain_text_and_ends(how):
    found = run("four-by-four", *how)
    assert found.returncode == 0
    assert found.stderr == ""
    assert "\x1b" not in found.stdout
    assert "window 16 of 16" in found.stdout
    # each of the lines is a cell that was verified
    assert f"All {walk_through('four-by-four').course.lines} cells agree" in found.stdout
    if how:
        assert found.stdout.isascii()


def test_a_worksheet_is_read_out_with_its_verdicts(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('case = "lecture-notes"\n[claims]\n"dense" = "-2.55"\n')
    text = run(str(file)).stdout
    (line,) = [line for line in text.split("\n") if "dense[1]:" in line]
    assert "= 2.55; yours: −2.55   wrong" in line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lectur-notes"], '"lecture-notes"'),
        (["lecture-notes", "covn"], '"conv"'),
        (["lecture-notes", "conv[9,9]"], "expected conv[1…4,1…4]"),
        (["/no/such/case.toml"], "cannot be read"),
    ],
)
def test_what_is_not_there_is_one_message_and_status_2(arguments, said):
    found = run(*arguments)
    assert found.returncode == 2
    assert said in found.stderr
    assert "Traceback" not in found.stderr
    assert found.stdout == ""


def test_a_case_comes_from_standard_input_too():
    toml = '[input]\nvalues = "1 -2"\n[[layers]]\ntype = "relu"\n'
    found = subprocess.run(
        [sys.executable, "-m", "walkthrough", "step", "-"],
        input=toml, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert found.returncode == 0
    assert "number 2 of 2, relu" in found.stdout


def test_a_large_part_has_a_line_for_each_number():
    lines = [
        line for line in said_all(at("lenet", "pool1")) if line.startswith("window 1,") or "pool1[" in line
    ]
    assert sum(1 for line in lines if "of 1176, pool1[" in line) == 1176
