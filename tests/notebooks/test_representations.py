"""Cases, traces and steps show themselves: as they are, escaped, and never without bound."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from IPython.core.formatters import DisplayFormatter

import walkthrough
from walkthrough.case.cells import NoSuchCell
from walkthrough.trace.steps.kinds import Ref
from walkthrough.trace.steps.steps import Steps


@cache
def trace(name: str) -> walkthrough.Trace:
    return walkthrough.replay(walkthrough.load(name))


def shown(of: Any) -> dict[str, str]:
    """What a notebook is given, by IPython's own way of asking."""
    found: dict[str, str] = DisplayFormatter().format(of)[0]
    return found


def test_a_case_shows_its_layers_and_its_input() -> None:
    text = shown(walkthrough.load("lecture-notes"))["text/markdown"]
    assert "| conv | conv2d | 1×4×4 |" in text
    assert "| 3 | 0 | 0 | −255 | 0 | 0 | 255 |" in text


def test_a_trace_shows_its_tensors() -> None:
    text = shown(trace("lecture-notes"))["text/markdown"]
    assert "| conv | 1×4×4 | 765, −510, 765, 255, … |" in text
    assert "| sigmoid | 1 | 0.927574 |" in text  # 1/(1 + e^−2.55), by calculator


def test_a_step_shows_its_line() -> None:
    text = shown(walkthrough.step(trace("lecture-notes"), "conv[1,1]"))
    assert "1020 − 255 = 765" in text["text/markdown"]
    assert "1020 − 255 = 765" in text["text/plain"]
    assert "<math" in text["text/html"]
    assert 'data-cell="conv[1,1]"' in text["text/html"]


def test_a_step_that_was_looked_up_otherwise_shows_the_same() -> None:
    one = Steps(trace("lecture-notes")).step("conv", (0, 0, 0))
    assert shown(one) == shown(walkthrough.step(trace("lecture-notes"), "conv[1,1]"))
    assert one.ref == Ref("conv", (0, 0, 0))


def test_a_step_after_an_update() -> None:
    once = walkthrough.replay(walkthrough.load("two-layer-update"))
    text = shown(walkthrough.step(once, "loss#2"))["text/plain"]
    assert "0.2910" in text  # published: 0.291027924 after one update


def test_a_cell_that_is_not_there_is_refused() -> None:
    with pytest.raises(NoSuchCell, match="conv"):
        walkthrough.step(trace("lecture-notes"), "conv[9,9]")
    with pytest.raises(NoSuchCell, match="name one of them"):
        walkthrough.step(trace("lecture-notes"), "conv")


def test_a_number_that_cannot_be_had_says_why() -> None:
    text = shown(walkthrough.step(trace("lecture-notes"), "loss#2"))
    assert "cannot be told apart" in text["text/markdown"]


@pytest.mark.parametrize("cell", ["conv2[3,5,7]", "conv1.kernel.grad[3,1,2,2]", "dense1[1]", "softmax[1]"])
def test_large_sums_are_bounded(cell: str) -> None:
    found = shown(walkthrough.step(trace("lenet"), cell))
    assert all(len(text) < 60_000 for text in found.values())


def test_large_cases_and_traces_are_bounded() -> None:
    for of in (walkthrough.load("lenet"), trace("lenet")):
        assert all(len(text) < 60_000 for text in shown(of).values())


def test_what_a_person_wrote_is_text(tmp_path: Path) -> None:
    case = tmp_path / "case.toml"
    case.write_text(
        'title = "<script>alert(1)</script> *b* $x$"\nsource = "<img src=x onerror=alert(1)>"\n'
        '[input]\nvalues = "1 2"\n[[layers]]\ntype = "relu"\n'
    )
    opened = walkthrough.load(case)
    for of in (opened, walkthrough.replay(opened)):
        found = shown(of)
        assert "<script>" not in found["text/html"]
        assert "<img" not in found["text/html"]
        assert "&lt;script&gt;" in found["text/html"]
        assert r"\<script\>" in found["text/markdown"]
