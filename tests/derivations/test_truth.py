"""Every line of every rule's JSON is true as SymPy reads it: both sides are the same number."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

import mpmath
import pytest

from walkthrough.derivations import AskedSizes, derive_command, rule_words

from .rule_worlds import (
    Ranges,
    batch_norm,
    binary,
    convolution,
    counted,
    delta_letters,
    dense,
    dilated,
    flatten,
    four_layers,
    one_number,
    pool,
    sigmoid,
    sigmoid_network,
    softmax,
    squared,
    transposed,
    upto,
    without_stride,
)
from .worlds import World, read, value

HOW = {"definition", "terms", "sympy", "counted", "points"}
RESERVED = {"E", "I", "S", "N", "O", "Q"}


STRIDED = AskedSizes(input=(5, 4), kernel=(3, 2), stride=(2, 1), padding=(1, 0))
TURNED = AskedSizes(input=(3, 4), kernel=(2, 2), padding=(1, 1), flip=True, channels=2, filters=2)
UNEVEN = AskedSizes(input=(3, 4), kernel=(2, 3), outputs=2)
CONVOLUTIONS = [AskedSizes(), STRIDED, TURNED]
WIDE = AskedSizes(input=(5, 4), kernel=(3, 2), padding=(1, 0), dilation=(1, 2), channels=2, filters=2)
APART = AskedSizes(input=(6, 5), kernel=(2, 3), stride=(2, 1), padding=(1, 1), dilation=(3, 2))
CUT = AskedSizes(input=(3, 2), kernel=(3, 2), stride=(1, 2), padding=(1, 0), channels=2, filters=2)
POOLS = [AskedSizes(), AskedSizes(input=(4, 5), kernel=(3, 2), stride=(1, 2), padding=(1, 0), channels=2)]

CASES: list[tuple[str, AskedSizes, Callable[[AskedSizes], tuple[World, Ranges]]]] = [
    *(("conv-output", each, lambda s: convolution(s, bias="tied")) for each in CONVOLUTIONS),
    *(("conv-kernel-gradient", each, convolution) for each in CONVOLUTIONS),
    *(("conv-input-gradient", each, convolution) for each in CONVOLUTIONS),
    *(("conv-bias-gradient", each, lambda s: convolution(s, bias="tied untied")) for each in CONVOLUTIONS),
    *(("multi-channel-gradients", each, lambda s: convolution(s, 2, 2, "untied")) for each in CONVOLUTIONS),
    *(("max-pool-gradient", each, lambda s: pool(s, largest=True)) for each in POOLS),
    *(("average-pool-gradient", each, lambda s: pool(s, largest=False)) for each in POOLS),
    *(("dilated-convolution", each, dilated) for each in (AskedSizes(), WIDE, APART)),
    *(("transposed-convolution", each, transposed) for each in (AskedSizes(), CUT)),
    *(("batch-norm-gradient", each, batch_norm) for each in (AskedSizes(), AskedSizes((1, 3), channels=2))),
    ("relu-derivative", AskedSizes(), lambda s: one_number(lambda z: max(z, mpmath.mpf(0)))),
    ("sigmoid-derivative", AskedSizes(), lambda s: one_number(sigmoid)),
    ("tanh-derivative", AskedSizes(), lambda s: one_number(mpmath.tanh)),
    ("softmax-jacobian", AskedSizes(), lambda s: softmax(3)),
    ("softmax-jacobian", AskedSizes(classes=5), lambda s: softmax(5)),
    ("cross-entropy-gradient", AskedSizes(), lambda s: softmax(3)),
    ("binary-cross-entropy-gradient", AskedSizes(), lambda s: binary(2)),
    ("binary-cross-entropy-gradient", AskedSizes(outputs=3), lambda s: binary(3)),
    ("squared-error-gradient", AskedSizes(outputs=3), lambda s: squared(3)),
    ("dense-gradient", AskedSizes(), lambda s: dense(3, 2)),
    ("dense-gradient", AskedSizes(input=(1,), outputs=4), lambda s: dense(1, 4)),
    ("flatten-index", AskedSizes(), lambda s: flatten(2, 2, 3)),
    ("output-size", AskedSizes(), counted),
    ("output-size", AskedSizes(input=(7, 6), kernel=(3, 2), stride=(2, 3), padding=(1, 0)), counted),
    ("sigmoid-network", AskedSizes(), lambda s: sigmoid_network(3, 3, 2, 2, 1)),
    ("sigmoid-network", UNEVEN, lambda s: sigmoid_network(3, 4, 2, 3, 2)),
    ("delta-recursion", AskedSizes(), lambda s: four_layers()),
]  # fmt: skip


def test_every_rule_is_here() -> None:
    assert {word for word, _, _ in CASES} == set(rule_words())


def drawn(names: set[str], ranges: Ranges, seed: int) -> dict[str, int]:
    chance = random.Random(seed)
    return {name: chance.randint(1, last) for name, last in sorted(ranges.items()) if name in names}


def letters_of(word: str, left: str, line: dict[str, Any], world: World, ranges: Ranges, seed: int) -> Any:
    """The world in which a line holds, and numbers for its letters."""
    names = set(re.findall(r"[A-Za-z]\w*", left + line["right"]))
    given = line.get("given", "")
    sizes: dict[str, Any] = {name: each for name, each in world.letters.items() if name in names}
    if word == "cross-entropy-gradient" and {"c", "k"} & names:
        c = 1 + seed % 3
        return softmax(3, right=c)[0], {"c": c, "k": 1 + (seed + 1 + seed % 2) % 3}
    if word == "relu-derivative":
        return world, {"r": 0.5 if given == "r == 1/2" else 0 if given == "r == 0" else 0.25}
    if word == "output-size":
        n, k = 4 + seed, 1 + seed % 3
        p, s = (0, 1) if given else (seed % 2, 1 + seed % 3)
        world.letters = {"n": n, "k": k, "p": p, "s": s}
        world.known.clear()
        return world, dict(world.letters)
    if word == "delta-recursion":
        own, ranges = delta_letters(left)
        letters = {**sizes, **own, **drawn(names, ranges, seed)}
        m, n, c = (letters.get(name, 1) for name in "mnc")
        u, v = (m + 1) // 2, (n + 1) // 2
        return world, {**letters, "u": u, "v": v, "a": (c - 1) + (u - 1) + v}
    letters = {**sizes, **drawn(names, ranges, seed)}
    if given == "stride 1":
        world = without_stride(world)
        letters |= {name: each for name, each in world.letters.items() if name in letters}
    return world, letters


def place_of(line: dict[str, Any], letters: dict[str, Any]) -> Any:
    """The place n of the entry c, i, j: counted, with the channels first or last."""
    channels, h, w = (letters.get(name, size) for name, size in zip("CHW", (2, 2, 3), strict=True))
    entry = tuple(letters[name] for name in "cij")
    order = list(upto(channels, h, w))
    if line.get("given") == "channels last":
        order.sort(key=lambda cell: (cell[1], cell[2], cell[0]))
    return mpmath.mpf(order.index(entry) + 1)


@pytest.mark.parametrize(
    ("word", "sizes", "build"), CASES, ids=[f"{word}-{number}" for number, (word, _, _) in enumerate(CASES)]
)
def test_every_line_is_true(
    word: str, sizes: AskedSizes, build: Callable[[AskedSizes], tuple[World, Ranges]]
) -> None:
    page, _ = derive_command(word, sizes, "json")
    told = json.loads(page)
    lines = told["lines"] + told["general"]
    indexed = set(re.findall(r"([A-Za-z]\w*)\[", page))
    world, ranges = build(sizes)
    left = ""
    with mpmath.workdps(60):
        for line in lines:
            left = line["left"] or left
            general = bool(re.search(r"\[[^\]]*[a-z]", left + line["right"])) or word == "flatten-index"
            for seed in range(4 if general else 1):
                at, letters = letters_of(word, left, line, world, ranges, seed)
                if word == "flatten-index" and left == "n":
                    at.known["n", ()] = place_of(line, letters)
                one = value(read(left, indexed), at, letters)
                other = value(read(line["right"], indexed), at, letters)
                tolerance = mpmath.mpf(10) ** -24 * (1 + abs(one))
                assert abs(one - other) < tolerance, (left, line["right"], letters, one, other)


@pytest.mark.parametrize("word", rule_words())
def test_the_lines_keep_to_the_contract(word: str) -> None:
    told = json.loads(derive_command(word, format="json")[0])
    assert told["rule"] == word
    entries: list[list[dict[str, Any]]] = []
    for line in told["lines"] + told["general"]:
        assert set(line) - {"given"} == {"left", "right", "because", "proved", "how"}
        assert line["how"] in HOW
        assert line["proved"] is True
        assert line["because"]
        assert line.get("given", "x")
        assert not RESERVED & set(re.findall(r"[A-Za-z]\w*", line["left"] + line["right"]))
        if line["left"]:
            entries.append([])
        entries[-1].append(line)
    # what holds for any size has its letters; the entries of these sizes are told apart from it
    assert not [line for line in told["lines"] if re.search(r"Derivative\(L, x\[[^\]]*[a-z]", line["left"])]
    for entry in entries:
        assert "Derivative" not in entry[-1]["right"]


def given_of(word: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    left = ""
    told = json.loads(derive_command(word, format="json")[0])
    for line in told["lines"] + told["general"]:
        left = line["left"] or left
        found.setdefault(left, set()).add(line.get("given", ""))
    return found


def test_conditions_are_given() -> None:
    assert given_of("cross-entropy-gradient")["Derivative(L, z[k])"] == {"k != c"}
    assert "y[1] + y[2] + y[3] == 1" in given_of("cross-entropy-gradient")["Derivative(L, z[2])"]
    assert given_of("output-size")["m"] == {"", "without padding, stride 1"}
    assert given_of("relu-derivative")["Derivative(L, z)"] == {"z != 0"}
    assert given_of("max-pool-gradient")["Derivative(L, x[1,1])"] == {"no two entries of a window are equal"}
    assert given_of("conv-input-gradient")["Derivative(L, x[1,1])"] == {""}


def test_a_divisor_that_is_a_sum_keeps_its_parentheses() -> None:
    assert (
        '"exp(z[1])/(exp(z[1]) + exp(z[2]))"'
        in derive_command("softmax-jacobian", AskedSizes(classes=2), "json")[0]
    )
