"""Pages that work out their lines when they are opened: the terminal's digits, and not many bytes."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import isqrt
from pathlib import Path
from random import Random
from typing import Any

import pytest

from walkthrough.case import load
from walkthrough.formats import html
from walkthrough.numbers.shown import FULL, Known, shown
from walkthrough.page.lines.narration import Narration
from walkthrough.page.records import equations
from walkthrough.page.records.ledger import Ledger
from walkthrough.page.voice.one_row import in_one_row
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import Trace, replay

PageOf = Callable[..., Path]
Open = Callable[..., Any]

CONVOLUTION = """
[input]
values = { random = "uniform", shape = [6, 6], seed = 1, decimals = 2 }
[[layers]]
type = "conv2d"
kernel = { random = "normal", shape = [10, 1, 3, 3], seed = 2, scale = "0.5", decimals = 2 }
[[layers]]
type = "relu"
[[layers]]
type = "max_pool2d"
size = 2
[[layers]]
type = "flatten"
[[layers]]
type = "dense"
weight = { random = "normal", shape = [3, 40], seed = 3, scale = "0.2", decimals = 2 }
[[layers]]
type = "softmax"
[loss]
type = "cross_entropy"
target = "0 1 0"
"""
BATCH = """
[[samples]]
input = "0.5 0.25 0.125 1 0.75 0.3"
target = "1 0"
[[samples]]
input = "0.25 0.5 0 1 0.7 0.35"
target = "0 1"
[[samples]]
input = "0.2 0.1 1 0.4 0.6 0"
target = "0 1"
[[layers]]
type = "dense"
weight = { random = "normal", shape = [15, 6], seed = 6, scale = "0.5", decimals = 2 }
[[layers]]
type = "leaky_relu"
[[layers]]
type = "dense"
weight = { random = "normal", shape = [2, 15], seed = 8, scale = "0.5", decimals = 2 }
[[layers]]
type = "softmax"
[loss]
type = "cross_entropy"
"""
SQUARES = """
[input]
values = "0.5 -1.5 0.25 2 0 1 3"
[[layers]]
type = "dense"
weight = { random = "normal", shape = [13, 7], seed = 6, scale = "0.5", decimals = 1 }
[[layers]]
type = "relu"
[loss]
type = "squared_error"
target = "1 0 0 1 2 0 0 1 -1 0.5 0 0 1"
"""
DRAWN = {
    "plain": (CONVOLUTION, "", ()),
    "ending": (SQUARES, "", ()),
    "momentum": (SQUARES, 'type = "sgd"\nmomentum = "0.9"\nweight_decay = "0.07"\nnesterov = true', ()),
    "velocity": (CONVOLUTION, 'type = "sgd"\nmomentum = "0.9"', ()),
    "adam": (CONVOLUTION, 'type = "adam"', ()),
    "adamw": (SQUARES, 'type = "adamw"', ()),
    "rmsprop": (BATCH, 'type = "rmsprop"\nmomentum = "0.9"\nweight_decay = "0.01"', ()),
    "two steps": (SQUARES, 'type = "adam"', ("--steps", "2")),
    "few digits": (CONVOLUTION, 'type = "sgd"\nmomentum = "0.9"', ("--digits", "4")),
    "many digits": (BATCH, "", ("--digits", "25")),
}  # fmt: skip


def written(folder: Path, name: str) -> tuple[str, tuple[str, ...]]:
    """A drawn case's file, and the options of its page."""
    body, update, options = DRAWN[name]
    file = folder / "case.toml"
    file.write_text(f'learning_rate = "0.03"\n{body}\n' + (f"[update]\n{update}\n" if update else ""))
    return str(file), options


def narrated(trace: Trace, digits: int) -> dict[str, list[str]]:
    """The terminal's lines of all large tensors, put into words one by one where they are formulas."""
    narration = Narration(Steps(trace), digits)
    ledger = Ledger(narration)
    told: dict[str, list[str]] = {}
    for name in filter(ledger.takes, trace.places):
        if trace.given_grid(name) is not None:
            continue
        if trace.places[name].sample is None and not ledger.contractions(name):
            said = [in_one_row(narration.line(step)).text for step in narration.steps.tensor(name)]
        else:
            said = [line for several in ledger.lines(name) for line in several]
        told[name] = said
    return told


@pytest.mark.parametrize("name", DRAWN)
def test_every_line_has_the_terminals_digits(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(equations, "_MOST_PRODUCTS", 0)  # as if the case were large
    file, options = written(tmp_path, name)
    page = opened("show", file, *options)
    chosen = dict(zip(options[::2], map(int, options[1::2]), strict=True))
    trace, digits = replay(load(file), steps=chosen.get("--steps", 1)), chosen.get("--digits", 10)
    wanted = narrated(trace, digits)
    lines = """names => names.map(name => {
        const { tensor } = walkthrough.find(name), { equations } = walkthrough;
        return Array.from({ length: tensor.size }, (_, place) => equations.line(tensor, place));
    })"""
    told = [each for each in wanted if page.evaluate("name => walkthrough.find(name).tensor.told", each)]
    assert any(".new" in each for each in told)
    found = dict(zip(told, page.evaluate(lines, told), strict=True))
    for each in told:
        assert found[each] == wanted[each], each
    numbers = """names => names.map(name => {
        const { tensor } = walkthrough.find(name);
        return Array.from({ length: tensor.size }, (_, place) => walkthrough.equations.number(tensor, place));
    })"""
    narration = Narration(Steps(trace), digits)
    for each, texts in zip(wanted, page.evaluate(numbers, list(wanted)), strict=True):
        refs = [step.ref for step in narration.steps.tensor(each)]
        assert texts == [narration.text(ref) for ref in refs], each


def test_an_update_takes_few_bytes(page_of: PageOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(equations, "_MOST_PRODUCTS", 0)
    monkeypatch.setattr(html, "_LONG", 0)
    zeros = " ".join(["1", *("0" for _ in range(19))])
    network = f"""
[input]
values = {{ random = "uniform", shape = [60], seed = 1, decimals = 3 }}
[[layers]]
type = "dense"
weight = {{ random = "normal", shape = [20, 60], seed = 3, scale = "0.2", decimals = 3 }}
[[layers]]
type = "softmax"
[loss]
type = "cross_entropy"
target = "{zeros}"
"""

    def size(rate: str, update: str) -> int:
        file = tmp_path / f"{len(list(tmp_path.iterdir()))}.toml"
        file.write_text(f"{rate}\n{network}\n{update}\n")
        return page_of("show", str(file)).stat().st_size

    plain = size("", "")
    for update in ("", '[update]\ntype = "sgd"\nmomentum = "0.9"', '[update]\ntype = "rmsprop"'):
        # of LeNet-5's 61,706 parameters each may take 17 bytes: without an update its page has less than 1 MB
        assert size('learning_rate = "0.03"', update) - plain < 17 * 1200


# --- decimals --------------------------------------------------------------------------------------


def drawn(random: Random) -> str:
    """A number as a page writes it."""
    digits = random.randint(1, 18)
    text = f"{random.randint(1, 10**digits - 1)}"
    sign = random.choice(["", "−"])
    point = random.randint(0, len(text))
    return sign + (f"{text[:point] or '0'}.{text[point:]}" if text[point:] else text)


def test_decimals_are_worked_out_as_by_hand(opened: Open) -> None:
    page, random = opened("show", "lecture-notes"), Random(5)
    pairs = [(drawn(random), drawn(random)) for _ in range(300)]
    script = """pairs => pairs.map(texts => {
        const [a, b] = texts.map(text => decimal(text, 0)), size = (of) => sizeOf(of, 10, 2);
        const root_ = root({ ...a, m: positive(a.m) });
        return [plus(a, b), times(a, b), over(a, b), root(times(a, a)), root_].map(size);
    })"""
    for (one, other), found in zip(pairs, page.evaluate(script, pairs), strict=True):
        a, b = (Fraction(each.replace("−", "-")) for each in (one, other))
        if not b or not a:
            continue
        # a root to 60 digits, by whole numbers
        below = Fraction(isqrt(abs(a.numerator) * a.denominator * 10**120), a.denominator * 10**60)
        exact = below * below == abs(a)
        for value, text in zip((a + b, a * b, a / b, a, below), found, strict=True):
            spread = Fraction(0) if exact or value is not below else Fraction(1, 10**60)
            assert text == shown(Known(abs(value) + spread, spread), 12, FULL + 2).text, (one, other)


# --- what if ---------------------------------------------------------------------------------------


def test_what_comes_after_the_last_update_says_so(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(equations, "_MOST_PRODUCTS", 0)
    file, _ = written(tmp_path, "ending")
    page = opened("show", file, at="#dense-weight-1-1")
    page.fill("#value", "0.5")
    page.press("#value", "Enter")
    after = "getComputedStyle(document.getElementById('loss-2'), '::after').content"
    assert "as given" in page.evaluate(after)
    assert "→" in page.inner_text("#effect")
    page.click("#undo")
    assert page.evaluate(after) == "none"
