"""Why a number is what it is: a tree back to the inputs, with the roads that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.drawn import case_texts
from walkthrough.case import ArithmeticKind, load, read_case
from walkthrough.case.cells import NoSuchCell, resolve
from walkthrough.formats.text import ascii_only
from walkthrough.numbers.shown import Known, shown
from walkthrough.page.drawn_reasons import drawn
from walkthrough.page.lines.narration import Narration
from walkthrough.page.reasons import BRIEF, Bounds, Reason, Reasons, record
from walkthrough.page.voice.reasons_for_zero import is_zero, reason_for_zero
from walkthrough.trace.steps.steps import Steps
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
    assert "not the largest of its window (that was z₂₁)" in dead["conv.grad[2,2]"].because
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


@pytest.mark.parametrize("width", [50, 60, 80, 100])
@pytest.mark.parametrize(
    ("case", "cell"),
    [
        ("lecture-notes", "input.grad[4,2]"),
        ("two-conv-network", "loss"),
        ("two-conv-network", "conv1.kernel.grad[1,1,1,1]"),
        ("two-layer-update", "hidden.weight.new[1,1]"),
        ("softmax-cross-entropy", "loss"),
    ],
)
def test_a_line_that_is_drawn_ends_before_a_sign(case: str, cell: str, width: int) -> None:
    root = bounded(case, cell)
    for plain, said in ((False, str), (True, ascii_only)):
        lines = list(drawn(root, width, plain, said))
        assert max(map(len, lines)) <= width
        # the sign stands at the beginning of the row that goes on, and a remark is whole if a row has room
        assert not [line for line in lines if re.search(r"(?: [=≈~+−-]|[·*(<>])$", line)]
        text = "\n".join(lines)
        for each in everything(root):
            because = said(each.because)
            assert because in text or len(because) > width - 30, because


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


# --- zeros ---

ABOVE = """
{conventions}
[input]
values = '{values}'
[[layers]]
type = 'relu'
[[layers]]
type = 'max_pool2d'
size = [1, 2]
[[layers]]
type = 'flatten'
[[layers]]
type = 'dense'
weight = '1 2'
[loss]
type = 'squared_error'
target = 0
"""


def reason(text: str, cell: str) -> str:
    narration = Narration(Steps(replay(read_case(text))))
    shapes = {name: place.shape for name, place in narration.steps.trace.places.items()}
    tensor, at = resolve(cell, shapes)
    assert at is not None
    return reason_for_zero(narration, narration.steps.step(tensor, at))


def test_an_open_gate_is_no_reason_for_a_zero() -> None:
    """Of 5 3 | 1 2 the pool sends nothing back to 3 and 1, though both gates are open."""
    text = ABOVE.format(values="5 3 1 2", conventions="")
    assert reason(text, "input.grad[1]") == ""
    assert reason(text, "input.grad[2]") == "nothing comes from above: ∂L/∂a₂ = 0 (a₂ lost to a₁)"
    assert reason(text, "input.grad[3]") == "nothing comes from above: ∂L/∂a₃ = 0 (a₃ lost to a₄)"
    assert reason(text, "relu.grad[2]") == "not the largest of its window (that was a₁)"


def test_the_slope_at_zero_is_no_reason_where_it_is_not_0() -> None:
    """The 0 has the slope ½, and lost its window to 5."""
    half = "[conventions]\nrelu_at_zero = '1/2'"
    said = reason(ABOVE.format(values="5 0 1 2", conventions=half), "input.grad[2]")
    assert said == "nothing comes from above: ∂L/∂a₂ = 0 (a₂ lost to a₁)"
    said = reason(ABOVE.format(values="0 -1 1 2", conventions=""), "input.grad[1]")
    assert said == "x₁ is exactly 0, where this case takes the slope 0"
    assert reason(ABOVE.format(values="0 -1 1 2", conventions=half), "input.grad[1]") == ""


def test_a_cause_is_followed_to_its_end() -> None:
    """The output is the target: nothing comes down through any layer."""
    text = ABOVE.format(values="5 3 1 2", conventions="").replace("target = 0", "target = 9")
    for cell in ("dense.weight.grad[1]", "flatten.grad[1]", "pool.grad[1,1]", "input.grad[1]"):
        said = reason(text, cell)
        assert said.startswith("nothing comes from above: "), cell
        assert said.endswith("= 0 (the output is the target)"), cell


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(case_texts())
def test_the_reason_of_every_zero_is_true(text: str) -> None:
    """What is called closed is negative, who won is larger, what is above is 0."""
    case = replace(read_case(text), arithmetic=ArithmeticKind())
    narration = Narration(Steps(replay(case)))
    trace = narration.steps.trace
    values = {}
    for name, place in trace.places.items():
        for cell, symbol in zip(np.ndindex(*place.shape), narration.symbols(name), strict=True):
            values.setdefault(symbol, set()).add(trace.known(name, cell).value)
    for step in narration.steps.all():
        said = reason_for_zero(narration, step)
        zero = is_zero(narration, step.ref)
        assert zero or not said
        if not zero:
            continue
        assert said or step.phase != "backward", step
        assert "open" not in said
        if match := re.fullmatch(r"nothing comes from above: (.+) = 0 \((.+)\)", said):
            for symbol in match[1].split(" = "):
                assert 0 in values[symbol]
        for symbol in re.findall(r"closed: ([^\s()]+) < 0", said):
            assert min(values[symbol]) < 0
        for loser, winner in re.findall(r"([^\s()]+) lost to ([^\s,()]+)", said):
            assert min(values[loser]) < max(values[winner])
        for symbol in re.findall(r"([^\s()]+) is exactly 0", said):
            assert 0 in values[symbol]


# --- bounded ---


def bounded(name: str, cell: str, bounds: Bounds = BRIEF) -> Reason:
    return Reasons(Narration(Steps(replay(load(name)))), bounds).tree(cell)


def depth(of: Reason) -> int:
    """How many numbers it goes back; one product of many is no number."""
    below = max(map(depth, of.sources), default=0)
    return below + (1 if of.cell else 0)


@pytest.fixture(scope="module")
def kernel() -> Reason:
    return bounded("lenet", "conv1.kernel.grad[3,1,2,2]")


def test_what_fits_a_screen_or_two(kernel: Reason) -> None:
    assert depth(kernel) <= 1 + 3
    assert all(len(each.sources) <= 12 for each in everything(kernel))
    assert len(list(drawn(kernel, 100))) <= 100
    assert len(list(drawn(kernel, 60))) <= 140
    assert max(map(len, drawn(kernel, 60))) <= 60
    for cell in ("input.grad[14,14]", "loss", "dense1.weight.grad[1,1]", "conv2[3,5,7]", "relu1.grad[1,1,1]"):
        assert len(list(drawn(bounded("lenet", cell), 100))) <= 120, cell


def test_the_largest_come_first_and_the_rest_is_counted_and_added_up(kernel: Reason) -> None:
    """Of the 784 products, worked out here from the numbers of the trace."""
    trace = replay(load("lenet"))
    g, x = (trace.numbers(name, 80) for name in ("conv1.grad", "input"))
    products = sorted(
        (
            g.fraction((2, i, j)) * x.fraction((0, i - 1, j - 1))
            for i in range(1, 28)
            for j in range(1, 28)
        ),
        key=abs,
        reverse=True,
    )  # fmt: skip
    zeros = 784 - sum(map(bool, products))
    assert kernel.because == f"784 products, {zeros} of them 0"
    assert [each.value for each in kernel.sources] == [text(each) for each in products[:12]]
    assert kernel.left_out == 784 - zeros - 12
    assert kernel.together == text(sum(products[12:]))
    assert f"… and {kernel.left_out} more, together {kernel.together}" in "\n".join(drawn(kernel, 100))


def text(number: Fraction) -> str:
    return shown(Known(number), 10).text


def test_deeper_wider_and_all() -> None:
    narrow = bounded("lecture-notes", "input.grad[4,2]", Bounds(1, 2))
    assert depth(narrow) == 2
    assert len(narrow.sources) == 2
    assert narrow.left_out == 4
    assert all(source.further for source in narrow.sources)
    assert not any(
        each.left_out or each.further for each in everything(bounded("lecture-notes", "loss", Bounds()))
    )
    assert depth(bounded("lecture-notes", "input.grad[4,2]", Bounds())) > 10


def test_what_is_left_out_is_counted_in_json(kernel: Reason) -> None:
    values = record(kernel)
    assert values["left_out"] == kernel.left_out
    assert Fraction(values["together"].replace("−", "-")) != 0
    assert [each["cell"] for each in values["from"]] == [None] * 12
    assert values["from"][0]["from"][0]["cell"].startswith("conv1.grad[3,")
