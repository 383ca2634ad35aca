"""What if a number of the page were another one: every line that follows reads true, and undo brings all back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
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
    Given,
    Mean,
    Ref,
    Route,
    Sums,
    Update,
)
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import Trace, replay

Open = Callable[..., Any]
PageOf = Callable[..., Path]

# what a line shows, as one would type it: x_11 for a symbol with its index, 1.5·10⁻⁹, e^(…)
READ = r"""() => {
    const typed = (node) => {
        const parts = [...node.childNodes].map(typed);
        if (node.localName === "msub") return `${parts[0]}_${parts[1]}`;
        if (node.localName === "msup" && parts[0] === "e") return `e^(${parts[1]})`;
        if (node.localName === "msup") return parts[0] + parts[1].replace(/./g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["−0123456789".indexOf(sign)]);
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
CELLS = """() => [...walkthrough.printed].filter(([element, nodes]) => nodes && element.tagName === "TD" && element.isConnected)
    .map(([element]) => [element.dataset.cell, element.querySelector(".now").textContent])"""
HTML = "() => [...document.querySelectorAll('main [data-cell], main .because, main .given')].filter((each) => !each.closest('#bench')).map((each) => each.innerHTML)"
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?|[½¼¾⅓]")
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
            text = narration.symbol(ref, short).replace("[", "_").replace("]", "")
            letter = re.match("[^₀-₉]*", text)[0]  # type: ignore[index]
            digits = text[len(letter) :].translate(_LOWERED)
            mark = f"⟨{at + 1}⟩" if isinstance(step, Mean) else ""
            found[(f"{letter}_{digits}" if digits else letter) + mark] = value
    for move in steps.trace.moves:
        found |= {each.symbol: each.value for each in move.constants}
    return found


def steps_of(trace: Trace) -> Iterator[tuple[str, Steps, AnyStep]]:
    """Every step, by the name of its cell."""
    for steps in Steps(trace).in_turn:
        for step in steps.all():
            if not isinstance(step, Given):
                yield trace.cell_name(*step.ref), steps, step


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
    return abs(float(one) - float(other)) <= max(1e-9 * abs(float(other)), 1e-14)


def assert_true(name: str, sides: list[list[str]], steps: Steps, step: AnyStep) -> None:
    """Every number of a line is the program's own, and each side gives the next one."""
    line = f"{name}: {sides}"
    read = {kind: (text[0], text[1:]) for kind, text in sides if kind != "because" and kind != "left"}
    value = steps.trace.known(*step.ref).value
    sign, result = read["value"]
    assert abs(written(result).value - value) <= unit_of(result, 10), line
    assert near(written(result).value, value) or len(result) < 11, line
    known = symbols(Narration(steps), steps, step)
    if "symbols" in read and "numbers" in read:
        pattern = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
        expected = [abs(known.get(each, Fraction(0)) if each in known else _value(each))
                    for each in re.findall(f"{pattern}|{_NUMBER.pattern}", read["symbols"][1])]  # fmt: skip
        assert (
            re.sub(f"{pattern}|{_NUMBER.pattern}|max|ln|tanh|e\\^|[-+−·/()|,√²³]", "", read["symbols"][1])
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

MOMENTUM = """
learning_rate = "0.1"
update = { type = "TYPE" }
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
OVERLAP = """
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
    lines = dict(page.evaluate(READ))
    old = {name: (steps, step) for name, steps, step in steps_of(before)}
    told = set(
        page.eval_on_selector_all("main [data-cell]:not(td)", "all => all.map(each => each.dataset.cell)")
    )
    for name, steps, step in steps_of(after):
        known = [steps.trace.known(*ref).value for ref in (step.ref, *operands(steps, step))]
        was_steps, was_step = old[name]
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


@pytest.mark.parametrize(
    "name",
    ["lecture-notes", "four-by-four", "two-conv-network", "multi-channel", "softmax-cross-entropy", "two-layer-update",
     "batch-normalisation", "elu", "huber", "multiclass-hinge", "silu", "softplus", "average-pooling", "grouped-convolution"],
)  # fmt: skip
def test_every_line_of_a_changed_case_reads_true(opened: Open, name: str) -> None:
    page, case, random = opened("show", name), load(name), Random(name)
    first = replay(case)
    printed = page.evaluate(HTML)
    for text in (f"{random.uniform(-2, 2):.3f}", str(random.randint(-9, 9))):
        ref = random.choice(given(first))
        case = changed(page, case, first.cell_name(*ref), ref, text)
    assert_follows(page, first, replay(case))
    page.click("#undo")
    assert page.evaluate(HTML) == printed
    assert page.locator(".now, [hidden].because, [data-changed]").count() == 0
