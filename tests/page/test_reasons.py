"""Why a number is what it is: a tree back to the inputs, with the roads that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from walkthrough.case import load, read_case
from walkthrough.case.cells import NoSuchCell
from walkthrough.page.narration import Narration
from walkthrough.page.reasons import Reason, Reasons, drawn, record
from walkthrough.trace.steps import Steps
from walkthrough.trace.trace import replay


def tree(name: str, cell: str) -> Reason:
    return Reasons(Narration(Steps(replay(load(name))))).tree(cell)


def everything(reason: Reason) -> Iterator[Reason]:
    yield reason
    for source in reason.sources:
        yield from everything(source)


def path(reason: Reason, *cells: str) -> Reason:
    """Down the tree along these cells."""
    for cell in cells:
        (reason,) = (source for source in reason.sources if source.cell == cell)
    return reason


def test_the_lecture_notes_back_to_one_pixel() -> None:
    """∂L/∂x₄₂ = 2g − 4g: of the six places where x₄₂ was used, two had won their window."""
    root = tree("lecture-notes", "input.grad[4,2]")
    assert root.value == "−0.01855147029"
    uses = {f"conv.grad[{row},{column}]" for row in (2, 3, 4) for column in (1, 2)}
    assert {source.cell for source in root.sources} == uses
    route = path(root, "conv.grad[2,1]", "pool.grad[1,1]", "relu.grad[1,1]", "flatten.grad[1]")
    route = path(route, "dense.grad[1]")
    assert route.value == "0.9275735146"
    forward = path(route, "sigmoid.grad[1]", "sigmoid[1]", "dense[1]", "flatten[1]", "relu[1,1]", "pool[1,1]")
    assert forward.value == "1020"
    assert path(forward, "conv[2,1]").value == "1020"


def test_losers_have_no_route() -> None:
    root = tree("lecture-notes", "input.grad[4,2]")
    dead = {source.cell: source for source in root.sources if source.because.startswith("no route")}
    assert set(dead) == {"conv.grad[2,2]", "conv.grad[3,2]", "conv.grad[4,1]", "conv.grad[4,2]"}
    assert all(source.value == "0" for source in dead.values())
    assert all(not source.sources for source in dead.values())
    assert "z₂₂ was not the largest of its window (z₂₁ was)" in dead["conv.grad[2,2]"].because
    pool = next(each for each in everything(root) if each.cell == "pool[1,1]")
    losers = {source.cell: source.because for source in pool.sources if source.cell != "conv[2,1]"}
    assert set(losers) == {"conv[1,1]", "conv[1,2]", "conv[2,2]"}
    assert losers["conv[1,1]"] == "no route: z₁₁ = 765 lost to z₂₁"


def test_what_stands_further_up_is_not_said_twice() -> None:
    found = list(everything(tree("lecture-notes", "input.grad[4,2]")))
    whole = [each.cell for each in found if not each.again and not each.because.startswith("no route")]
    assert len(set(whole)) == len(whole)
    assert all(not each.sources for each in found if each.again)
    # through z₃₁ the road joins the first one at the dense layer
    assert any(each.again and each.cell == "dense.grad[1]" for each in found)


def test_a_closed_gate_has_no_route() -> None:
    """Of a = max(0, x) with x = (1, −2) nothing comes back to the second."""
    trace = replay(
        read_case(
            "[input]\nvalues = '1 -2'\n[[layers]]\ntype = 'dense'\nname = 'first'\nweight = '1 0; 0 1'\n"
            "[[layers]]\ntype = 'relu'\n[[layers]]\ntype = 'dense'\nname = 'last'\nweight = '3 5'\n"
            "[loss]\ntype = 'squared_error'\ntarget = 0"
        )
    )
    root = Reasons(Narration(Steps(trace))).tree("input.grad[2]")
    assert root.value == "0"
    (source,) = (each for each in root.sources if each.cell == "first.grad[2]")
    assert source.because.startswith("no route")
    assert "closed" in source.because


def test_an_update_goes_back_through_its_gradient() -> None:
    root = tree("lecture-notes", "dense.weight.new[1,1]")
    assert root.value == "−94.60249849"
    assert path(root, "dense.weight.grad[1]").value == "946.1249849"


def test_what_is_given_is_said_to_be() -> None:
    root = tree("lecture-notes", "input[2,2]")
    assert (root.value, root.because, root.sources) == ("255", "given", ())


@pytest.mark.parametrize("width", [60, 80, 100])
def test_drawn_as_lines_of_text(width: int) -> None:
    root = tree("lecture-notes", "input.grad[4,2]")
    for plain in (False, True):
        lines = list(drawn(root, width, plain))
        assert lines[0].startswith("input.grad[4,2]:  ∂L/∂x₄₂ = g₂₁k₃₂ + ")
        for each in everything(root):
            assert any(f"{each.cell}:" in line for line in lines), each.cell
        assert not any(line != line.rstrip() for line in lines)


def test_as_plain_values() -> None:
    root = tree("lecture-notes", "dense[1]")
    values = record(root)
    assert values["cell"] == "dense[1]"
    assert values["value"] == "2.55"
    assert [source["cell"] for source in values["from"]] == [f"flatten[{n}]" for n in (1, 2, 3, 4)]


def test_a_tensor_is_not_a_cell() -> None:
    with pytest.raises(NoSuchCell, match=r"conv has many cells; name one of them, such as conv\[1,1\]"):
        tree("lecture-notes", "conv")
    with pytest.raises(NoSuchCell, match="sigmoid"):
        tree("lecture-notes", "sigmoi[1]")
