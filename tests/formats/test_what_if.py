"""What if a number of the page were another one: every line that follows reads true; undo brings all back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.page.calculator import evaluated, half_up, unit_of
from tests.page.calculator import printed as written
from walkthrough.case import Case, load
from walkthrough.case.tables.values import exact
from walkthrough.mathematics.folding import at_place
from walkthrough.mathematics.notation import Entry, Expression, Tensor
from walkthrough.page.lines.narration import Narration
from walkthrough.stepper.places.opened import Opened
from walkthrough.stepper.whatif.changes import with_number
from walkthrough.trace.steps.kinds import (
    AnyStep,
    Chain,
    Choice,
    Formula,
    Gate,
    Mean,
    Ref,
    Route,
    Sums,
    Update,
)
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import CannotReplay, Trace, replay

Open = Callable[..., Any]
PageOf = Callable[..., Path]

# what a line shows, as one would type it: x_11 for a symbol with its index, 1.5·10⁻⁹, e^(…)
LINES = r"""() => {
    const raised = (text) => text.replace(/./g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["−0123456789".indexOf(sign)]);
    const typed = (node) => {
        const parts = [...node.childNodes].map(typed);
        if (node.localName === "msub") return `${parts[0]}_${parts[1]}`;
        if (node.localName === "msup" && parts[0] === "e") return `e^(${parts[1]})`;
        if (node.localName === "msup") return parts[0] + raised(parts[1]);
        return node.localName ? parts.join("") : node.data;
    };
    const sides = (line) => [...line.children].map((each) => {
        const own = each.cloneNode(true);
        own.querySelector(".now")?.remove();
        return [each.className, each.className === "because" ? typed(own) : typed(own).replace(/\s+/g, "")];
    });
    return [...walkthrough.printed].filter(([element, nodes]) => nodes && element.tagName !== "TD")
        .map(([element]) => [element.dataset.cell, sides(element)]);
}"""
CELLS = """() => [...walkthrough.printed]
    .filter(([element, nodes]) => nodes && element.tagName === "TD" && element.isConnected)
    .map(([element]) => [element.dataset.cell, element.querySelector(".now").textContent])"""
HTML = """() => [...document.querySelectorAll("main [data-cell], main .because, main .given")]
    .filter((each) => !each.closest("#bench")).map((each) => each.innerHTML)"""
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|e−\d+)?|[½¼¾⅓]")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


# --- what the program itself makes of the case that has been changed ---------------------------------


def operands(steps: Steps, step: AnyStep) -> Iterator[Ref]:
    """The numbers that a step is worked out from."""
    match step:
        case Sums(terms=terms):
            yield from (factor for term in terms for factor in term.factors if factor is not None)
        case Choice(candidates=candidates):
            yield from (each for each in candidates if each is not None)
        case Gate(operand=operand):
            yield operand
        case Route(shares=shares, operand=operand):
            yield operand
            yield from (each.upstream for each in shares)
            yield from (each.winner for each in shares if each.winner is not None)
        case Mean(over=over):
            yield from over  # each with its sample's mark
        case Update(old=old, gradient=gradient):
            yield from (old, gradient)
        case Formula(expression=expression, place=place, sample=sample):
            yield from _refs(steps, at_place(expression, place), sample)
        case Chain(terms=terms, sample=sample):
            for upstream, local, place in terms:
                yield upstream
                yield from _refs(steps, at_place(local, place), sample)


def _refs(steps: Steps, of: Expression, sample: int | None) -> Iterator[Ref]:
    if isinstance(of, Entry):
        yield steps.placed(of, sample)
    for part in of.parts:
        yield from _refs(steps, part, sample)


def symbols(narration: Narration, steps: Steps, step: AnyStep) -> dict[str, Fraction]:
    """What stands for which number in a step's line."""
    found = {}
    for at, ref in enumerate(operands(steps, step)):
        value = steps.trace.known(*ref).value
        for short in (False, True):
            mark = f"⟨{at + 1}⟩" if isinstance(step, Mean) else ""
            found[typed(narration.symbol(ref, short)) + mark] = value
    for move in steps.trace.moves:
        found |= {typed(each.symbol): each.value for each in move.constants}
    return found


def typed(symbol: str) -> str:
    """x₁₁ and x[1,10] as x_11 and x_1,10."""
    plain = re.sub(r"\[(.*)\]", r"_\1", symbol.replace(" ", ""))
    return re.sub("[₀-₉]+", lambda digits: "_" + digits[0].translate(_LOWERED), plain)


def steps_of(trace: Trace) -> Iterator[tuple[str, Steps, AnyStep]]:
    """Every step, by the name of its cell."""
    steps = Steps(trace)
    for step in steps.all():
        yield trace.cell_name(*step.ref), steps.of(step.ref.tensor), step
    if trace.moves and trace.network.loss is not None and trace.network.loss.equations:
        with suppress(CannotReplay):  # the loss with the new parameters; an output may saturate
            steps, name = Steps(trace.following), f"loss#{trace.step + 1}"
            trace.following.known(name, ())
            yield name, steps, steps.step(name, ())


# --- reading a line ----------------------------------------------------------------------------------


def figures(text: str) -> list[Fraction]:
    """The numbers of a side, in order, without their signs."""
    return [abs(_value(each)) for each in _NUMBER.findall(text)]


def _value(text: str) -> Fraction:
    found = evaluated(text)
    assert isinstance(found, Fraction)
    return found


def addends(text: str) -> list[str]:
    """The terms of a side: it is broken before a sign that stands in no parentheses."""
    parts, depth = [""], 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if sign in "+−" and depth == 0 and at and text[at - 1] not in "·/(⁻":
            parts.append("")
        parts[-1] += sign
    return [part.removeprefix("+") for part in parts]


def near(one: Any, other: Any) -> bool:
    """The same to 1e-9, or as nearly as double precision has numbers that are the rest of larger ones."""
    room = max(1e-9, 1e-2 * (abs(other) < 1e-6))  # of so small a rest fewer digits are certain, and shown
    return abs(float(one) - float(other)) <= max(room * abs(float(other)), 1e-14)


def assert_true(name: str, sides: list[list[str]], steps: Steps, step: AnyStep) -> None:
    """Every number of a line is the program's own, and each side gives the next one."""
    line = f"{name}: {sides}"
    # very many symbols stand as text: g[2,10,1]
    sides = [[kind, re.sub(r"\[([\d,]+)\]", r"_\1", text)] for kind, text in sides]
    read = {kind: (text[0], text[1:]) for kind, text in sides if kind != "because" and kind != "left"}
    value = steps.trace.known(*step.ref).value
    if "value" not in read:
        assert sides[1:] == [["because", "beyond double precision"]], line
        return
    sign, result = read["value"]
    assert abs(written(result).value - value) <= unit_of(result, 10), line
    assert near(written(result).value, value) or abs(value) < 1e-3, line  # the rest of larger numbers
    known = symbols(Narration(steps), steps, step)
    if "symbols" in read and "numbers" in read:
        pattern = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
        expected = [abs(known.get(each, Fraction(0)) if each in known else _value(each))
                    for each in re.findall(f"{pattern}|{_NUMBER.pattern}", read["symbols"][1])]  # fmt: skip
        assert (
            re.sub(f"{pattern}|{_NUMBER.pattern}|max|ln|tanh|e\\^|[-+−·/()|,√¹²³]", "", read["symbols"][1])
            == ""
        ), line
        found = figures(read["numbers"][1])
        assert len(found) == len(expected), line
        assert all(map(near, found, expected)), line
        if read["numbers"][0] == "=":
            assert found == expected, line
    for (relation, after), (_, before) in zip(
        [read[kind] for kind in ("between", "value") if kind in read],
        [read[kind] for kind in ("numbers", "between") if kind in read],
        strict="numbers" in read,
    ):
        redone, said = evaluated(before), evaluated(after)
        if relation == "=":
            assert redone == said, line
        elif after == result:
            assert (
                half_up(redone, unit_of(result, 10)) == written(result).value or abs(float(redone)) < 1e-12
            ), line
        else:
            assert near(redone, said), line
    if "between" in read and "numbers" in read:
        products = [evaluated(each) for each in addends(read["numbers"][1])]
        worth = [evaluated(each) for each in addends(read["between"][1])]
        assert all(map(near, worth, [each for each in products if abs(each) > 1e-30])), line
    assert sign in "=≈", line


# --- the tests -----------------------------------------------------------------------------------------

SMOOTH = """
learning_rate = "0.1"
update = { type = TYPE }
input.values = "0.5 -1 2; 1 0 1; 0.25 1 -1"
[[layers]]
type = "conv2d"
kernel = "1 0.5; -1 2"
bias = "0.1"
[[layers]]
type = "leaky_relu"
[[layers]]
type = "average_pool2d"
size = 2
stride = 1
[[layers]]
type = "tanh"
[[layers]]
type = "dense"
weight = "0.3"
bias = "0"
[loss]
type = "squared_error"
target = "1"
"""
OVERLAPPING = """
learning_rate = "0.3"
input.values = "1 2 3 1; 4 4 1 0; 2 1 5 5; 0 1 2 3"
conventions = { max_tie = "split", relu_at_zero = "1/2" }
[[layers]]
type = "max_pool2d"
size = 2
stride = 1
[[layers]]
type = "conv2d"
kernel = "1 -1; 0 1"
[[layers]]
type = "relu"
[[layers]]
type = "dense"
weight = "1 -1 2 0.5; 0 1 1 -1"
[[layers]]
type = "softmax"
[loss]
type = "cross_entropy"
target = "0 1"
"""


def given(trace: Trace) -> list[Ref]:
    """Every number that may be changed."""
    names = {name for name, place in trace.places.items() if place.step == trace.step}
    return [
        Ref(name, cell)
        for name in sorted(names)
        if trace.places[name].local in ("input", "target")
        or trace.places[name].local in trace.network.parameters
        for cell in Tensor(name, trace.places[name].shape).cells()
    ]


def changed(page: Any, case: Case, name: str, ref: Ref, text: str) -> Case:
    """The case, and the page, with another number in the place of one that is given."""
    page.evaluate("name => walkthrough.go(name)", name)
    page.fill("#value", text)
    page.press("#value", "Enter")
    return with_number(Opened(replay(case)), ref, exact(text))


def assert_follows(page: Any, before: Trace, after: Trace) -> None:
    """The lines that are shown anew are those of which a number is another one, and each reads true."""
    lines = dict(page.evaluate(LINES))
    old = {name: steps for name, steps, _ in steps_of(before)}
    told = set(
        page.eval_on_selector_all("main [data-cell]:not(td)", "all => all.map(each => each.dataset.cell)")
    )
    for name, steps, step in steps_of(after):
        known = [steps.trace.known(*ref).value for ref in (step.ref, *operands(steps, step))]
        was_steps = old[name]
        was = [was_steps.trace.known(*ref).value for ref in (step.ref, *operands(steps, step))]
        if name in told and known != was:
            assert name in lines, name
        if name in lines:
            assert_true(name, lines[name], steps, step)
    cells = page.evaluate(CELLS)
    assert cells
    for name, said in cells:
        place = next(each for each in (name.partition("[")[0] + _step(name),) if each in after.everything)
        cell = _cell(name, after.everything[place].shape)
        assert near(
            written(said.replace("≈", "").replace("→", "").strip()).value, after.known(place, cell).value
        )


def _step(name: str) -> str:
    return "#" + name.partition("#")[2] if "#" in name else ""


def _cell(name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    inside = re.search(r"\[(.*)\]", name)
    indices = [int(each) - 1 for each in inside[1].split(",")] if inside else []
    return (*(0,) * (len(shape) - len(indices)), *indices)


SHIPPED = [
    "lecture-notes", "four-by-four", "two-conv-network", "multi-channel", "softmax-cross-entropy", "huber",
    "two-layer-update", "batch-normalisation", "elu", "multiclass-hinge", "silu", "softplus",
    "average-pooling", "grouped-convolution",
]  # fmt: skip
OWN = {
    "momentum": SMOOTH.replace("TYPE", '"sgd", momentum = "0.9"'),
    "adam": SMOOTH.replace("TYPE", '"adam"'),
    "overlapping-windows": OVERLAPPING,
}


@pytest.fixture
def named(tmp_path: Path) -> Callable[[str], str]:
    """A shipped case's name, or the file of one of these."""

    def found(name: str) -> str:
        if name in SHIPPED:
            return name
        file = tmp_path / f"{name}.toml"
        file.write_text(OWN[name], encoding="utf-8")
        return str(file)

    return found


@pytest.mark.parametrize("name", [*SHIPPED, *OWN])
def test_every_line_of_a_changed_case_reads_true(
    opened: Open, named: Callable[[str], str], name: str
) -> None:
    page, case, random = opened("show", named(name)), load(named(name)), Random(name)
    first = replay(case)
    printed = page.evaluate(HTML)
    for text in (f"{random.uniform(-2, 2):.3f}", str(random.randint(-9, 9))):
        ref = random.choice(given(first))
        case = changed(page, case, first.cell_name(*ref), ref, text)
    assert_follows(page, first, replay(case))
    page.click("#undo")
    assert page.evaluate(HTML) == printed
    assert page.locator(".now, [hidden].because, [data-changed]").count() == 0


def test_lines_of_several_steps_follow(opened: Open) -> None:
    page, case = opened("show", "two-layer-update", "--steps", "2"), load("two-layer-update")
    other = changed(page, case, "input[1]", Ref("input", (0,)), "0.2")
    assert_follows(page, replay(case, steps=2), replay(other, steps=2))


def test_lines_that_are_opened_follow(opened: Open) -> None:
    page, case = opened("show", "lenet"), load("lenet")
    names = [
        "conv1[2,5,7]", "conv2[3,5,7]", "pool2[1,2,2]", "relu3[4]", "softmax[2]", "loss", "conv1.grad[2,5,7]",
        "pool1.grad[1,2,3]", "dense2.weight.grad[3,5]", "conv2.kernel.grad[1,1,2,2]", "conv1.bias.grad[2]",
    ]  # fmt: skip
    for name in names[::2]:  # some lines stand there already, and some are opened afterwards
        page.evaluate("name => walkthrough.go(name)", name)
    ref = Ref("conv1.kernel", (1, 0, 2, 2))
    after = replay(changed(page, case, "conv1.kernel[2,1,3,3]", ref, "0.75"))
    for name in names:
        page.evaluate("name => walkthrough.go(name)", name)
    lines, steps = dict(page.evaluate(LINES)), Steps(after)
    assert len(lines) > len(names) // 2
    for name, sides in lines.items():
        tensor = name.partition("[")[0]
        step = steps.step(tensor, _cell(name, after.places[tensor].shape))
        assert_true(name, sides, steps, step)


# --- what a line says ------------------------------------------------------------------------------------


def line(page: Any, address: str) -> str:
    """A line of the page, without spaces."""
    return re.sub(r"\s+", "", page.text_content(f'[id="{address}"]'))


def test_windows_and_gates_say_what_holds_now(opened: Open) -> None:
    page = opened("show", "four-by-four")
    assert "openthatwas" not in line(page, "pool-1-1")
    page.evaluate("walkthrough.go('input[1,2]')")
    page.fill("#value", "9")
    page.press("#value", "Enter")
    # by hand: z of the first window is −13, 1, −23 and −10 (it was 3, 1, −7, −2)
    assert line(page, "pool-1-1") == "p11=max(z11,z12,z21,z22)=max(−13,1,−23,−10)=1(before:3)thelargestisz₁₂"
    assert "=∂L/∂p11·0" in line(page, "conv-grad-1-1")
    assert line(page, "conv-grad-1-1").endswith("=0(before:−0.05498339973)thelargestisz₁₂")
    assert "=∂L/∂p11·1" in line(page, "conv-grad-1-2")
    page.fill("#value", "3")
    page.press("#value", "Enter")  # and now −1, 1, −11 and −4
    page.evaluate("walkthrough.go('conv.bias[1]')")
    page.fill("#value", "-4")
    page.press("#value", "Enter")  # three less: the first window's largest is −2, and its gate is closed
    assert line(page, "relu-1-1") == "a11=max(0,p11)=max(0,−2)=0(before:3)p₁₁<0"
    assert line(page, "pool-grad-1-1").endswith("=0(before:−0.05498339973)p₁₁<0")
    # what a remark said of all lines of a block was said of the case as given
    assert page.locator("p.because:visible", has_text="open: every").count() == 0


def test_a_tie_says_who_shares(opened: Open, named: Callable[[str], str]) -> None:
    page = opened("show", named("overlapping-windows"))
    page.evaluate("walkthrough.go('input[1,2]')")
    page.fill("#value", "4")
    page.press("#value", "Enter")  # the first window is 1, 4, 4, 4
    assert line(page, "pool-1-1") == "p11=max(x11,x12,x21,x22)=max(1,4,4,4)=4thelargestarex₁₂andx₂₁andx₂₂"


def test_numbers_that_are_whole_stay_exact(opened: Open) -> None:
    page = opened("show", "lecture-notes")
    page.evaluate("walkthrough.go('input[3,3]')")
    page.fill("#value", "0.1")
    page.press("#value", "Enter")  # 255·4 + 0.1·1, and as a number of its own
    assert line(page, "conv-1-1").endswith("=1020+0.1=1020.1(before:765)")
    page.fill("#value", "1/3")
    page.press("#value", "Enter")
    assert "(1/3)·1≈1020+0.3333333333≈1020.333333(before:765)" in line(page, "conv-1-1")
    page.click("#undo")
    assert line(page, "conv-1-1").endswith("=1020−255=765")


def test_what_double_precision_cannot_hold_is_not_worked_out(opened: Open) -> None:
    page = opened("show", "lecture-notes")
    page.evaluate("walkthrough.go('dense.weight[1]')")
    page.fill("#value", "1")
    page.press("#value", "Enter")  # z is above 1000, so y is 1 in double precision, and ln(1 − y) is nothing
    assert line(page, "loss") == "Lbeyonddoubleprecision"
    assert line(page, "dense-grad-1") == "∂L/∂z1beyonddoubleprecision"
    assert line(page, "conv-1-1").endswith("=765")
    assert "beyond double precision" in page.inner_text("#effect")
    page.click("#undo")
    assert line(page, "loss").endswith("≈2.625183227")


def test_what_does_not_follow_says_so(opened: Open) -> None:
    page = opened("show", "four-by-four")
    mark = """each => [getComputedStyle(each, '::after').content, getComputedStyle(each, '::before').content]
        .join('').includes('as given')"""
    told = page.locator("main :is(h2, h3, p, figcaption, .scroll).given")
    assert not any(each.evaluate(mark) for each in told.all())
    page.evaluate("walkthrough.go('target[1]')")
    page.fill("#value", "0")
    page.press("#value", "Enter")
    assert all(each.evaluate(mark) for each in told.all())
    texts = " ".join(told.all_inner_texts())
    for each in ("target t = 1", "to 50 digits", "cells agree", "It was about", "Δw"):
        assert each in texts
    # the images of the gradients in one stroke are made of the same cells
    grids = page.locator(".beside td[data-cell='conv.grad[1,1]'] .now")
    assert grids.count() == 2
    assert page.locator("#line").inner_text().endswith("(before: 1)")
    assert line(page, "loss").startswith(
        "L=−(t1·lny1+(1−t1)·ln(1−y1))≈−(0·ln0.4501660027+(1−0)·ln(1−0.4501660027))"
    )


def test_an_edited_page_is_accessible_and_steps_on(opened: Open) -> None:
    axe = pytest.importorskip("axe_core_python.sync_playwright")
    page = opened("show", "max-pooling")
    page.evaluate("walkthrough.go('input[1,1]')")
    page.fill("#value", "12")
    page.press("#value", "Enter")
    assert page.locator(".line .now").count() > 0
    found = axe.Axe().run(page)["violations"]
    assert [(each["id"], [node["html"][:90] for node in each["nodes"]][:2]) for each in found] == []
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#where").startswith("pool[1")
    assert "before" in page.inner_text("#line")
    page.hover("td[data-cell='input[1,1]']")
    assert page.locator("td.used").count() > 0
