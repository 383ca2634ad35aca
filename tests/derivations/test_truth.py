"""Every line of every rule's JSON is true as SymPy reads it: both sides are the same number."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import pytest

from walkthrough.derivations import Sizes, derive_command, rule_words

from .worlds import World, read, value

Ranges = dict[str, int]
"""How far each letter for a place goes."""

HOW = {"definition", "terms", "sympy", "counted", "points"}
RESERVED = {"E", "I", "S", "N", "O", "Q"}


def total(terms: Iterator[Any]) -> Any:
    return mpmath.fsum(terms)


def upto(*lasts: int) -> Iterator[tuple[int, ...]]:
    if not lasts:
        yield ()
        return
    for first in range(1, lasts[0] + 1):
        for rest in upto(*lasts[1:]):
            yield (first, *rest)


# --- what the rules are about, said once more in numbers --------------------------------------------------


def convolution(sizes: Sizes, channels: int = 1, filters: int = 1, bias: str = "") -> tuple[World, Ranges]:
    (h, w), (k1, k2) = sizes.input or (3, 3), sizes.kernel or (2, 2)
    channels, filters = sizes.channels or channels, sizes.filters or filters
    (s1, s2), (p1, p2) = sizes.stride or (1, 1), sizes.padding or (0, 0)
    u, v = (h + 2 * p1 - k1) // s1 + 1, (w + 2 * p2 - k2) // s2 + 1

    def z(at: World, f: int, i: int, j: int) -> Any:
        terms = []
        for c, p, q in upto(channels, k1, k2):
            row, column = s1 * (i - 1) + p - p1, s2 * (j - 1) + q - p2
            if 1 <= row <= h and 1 <= column <= w:
                turned = (k1 + 1 - p, k2 + 1 - q) if sizes.flip else (p, q)
                terms.append(at("x", c, row, column) * at("k", f, c, *turned))
        tied = [at("b", f)] if "tied" in bias.split() else []
        untied = [at("b", f, i, j)] if "untied" in bias.split() else []
        return mpmath.fsum((*terms, *tied, *untied))

    def loss(at: World) -> Any:
        return total(at("g", *cell) * at("z", *cell) for cell in upto(filters, u, v))

    shapes = {
        "x": (channels, h, w),
        "k": (filters, channels, k1, k2),
        "z": (filters, u, v),
        "g": (filters, u, v),
        "b/1": (filters,),
        "b/3": (filters, u, v),
    }
    sized = {"C": channels, "F": filters, "H": h, "W": w, "U": u, "V": v, "K1": k1, "K2": k2}
    sized |= {"s1": s1, "s2": s2, "P1": p1, "P2": p2}
    places = {"c": channels, "f": filters, "i": u, "j": v, "m": h, "n": w, "p": k1, "q": k2}
    return World(shapes, {"z": z, "L": loss}, sized), places


def pool(sizes: Sizes, largest: bool) -> tuple[World, Ranges]:
    (h, w), (k1, k2) = sizes.input or (4, 4), sizes.kernel or (2, 2)
    (s1, s2), (p1, p2) = sizes.stride or (k1, k2), sizes.padding or (0, 0)
    channels = sizes.channels or 1
    u, v = (h + 2 * p1 - k1) // s1 + 1, (w + 2 * p2 - k2) // s2 + 1

    def z(at: World, c: int, i: int, j: int) -> Any:
        places = [(s1 * (i - 1) + p - p1, s2 * (j - 1) + q - p2) for p, q in upto(k1, k2)]
        inside = [at("x", c, m, n) for m, n in places if 1 <= m <= h and 1 <= n <= w]
        return max(inside) if largest else mpmath.fsum(inside) / (k1 * k2)

    def loss(at: World) -> Any:
        return total(at("g", *cell) * at("z", *cell) for cell in upto(channels, u, v))

    shapes = {"x": (channels, h, w), "z": (channels, u, v), "g": (channels, u, v)}
    sized = {"C": channels, "H": h, "W": w, "U": u, "V": v, "K1": k1, "K2": k2}
    sized |= {"s1": s1, "s2": s2, "P1": p1, "P2": p2}
    places = {"c": channels, "i": u, "j": v, "m": h, "n": w}
    return World(shapes, {"z": z, "L": loss}, sized), places


def one_number(function: Callable[[Any], Any]) -> tuple[World, Ranges]:
    definitions = {"y": lambda at: function(at("z")), "L": lambda at: at("g") * at("y")}
    return World({}, definitions), {}


def softmax(classes: int, right: int = 0) -> tuple[World, Ranges]:
    """Logits, shares, and a target that adds up to 1, or is 1 for the right class alone."""

    def p(at: World, i: int) -> Any:
        return mpmath.exp(at("z", i)) / total(mpmath.exp(at("z", j)) for (j,) in upto(classes))

    def y(at: World, i: int) -> Any:
        if right:
            return mpmath.mpf(i == right)
        return 1 - total(at("y", j) for (j,) in upto(classes - 1)) if i == classes else mpmath.mpf(i + 1) / 16

    def loss(at: World) -> Any:
        return -total(at("y", i) * mpmath.log(at("p", i)) for (i,) in upto(classes))

    shapes = {"z": (classes,), "p": (classes,), "y": (classes,)}
    return World(shapes, {"p": p, "y": y, "L": loss}, {"n": classes}), dict.fromkeys("ijk", classes)


def binary(outputs: int) -> tuple[World, Ranges]:
    def y(at: World, i: int) -> Any:
        return 1 / (1 + mpmath.exp(-at("z", i)))

    def loss(at: World) -> Any:
        return (
            -total(
                at("t", i) * mpmath.log(at("y", i)) + (1 - at("t", i)) * mpmath.log(1 - at("y", i))
                for (i,) in upto(outputs)
            )
            / outputs
        )

    shapes = dict.fromkeys("yzt", (outputs,))
    return World(shapes, {"y": y, "L": loss}, {"n": outputs}), {"i": outputs}


def squared(outputs: int) -> tuple[World, Ranges]:
    def loss(at: World) -> Any:
        return total((at("t", i) - at("o", i)) ** 2 for (i,) in upto(outputs)) / 2

    return World(dict.fromkeys("ot", (outputs,)), {"L": loss}, {"n": outputs}), {"i": outputs}


def dense(inputs: int, outputs: int) -> tuple[World, Ranges]:
    def z(at: World, i: int) -> Any:
        return at("b", i) + total(at("w", i, j) * at("x", j) for (j,) in upto(inputs))

    def loss(at: World) -> Any:
        return total(at("g", i) * at("z", i) for (i,) in upto(outputs))

    shapes = {"x": (inputs,), "w": (outputs, inputs), "b": (outputs,), "z": (outputs,), "g": (outputs,)}
    return World(shapes, {"z": z, "L": loss}, {"A": inputs, "D": outputs}), {"i": outputs, "j": inputs}


def flatten(channels: int, h: int, w: int) -> tuple[World, Ranges]:
    order = list(upto(channels, h, w))
    size = len(order)

    def loss(at: World) -> Any:
        return total(at("g", n) * at("z", n) for (n,) in upto(size))

    definitions = {"z": lambda at, n: at("x", *order[n - 1]), "L": loss}
    shapes = {"x": (channels, h, w), "z": (size,), "g": (size,)}
    return World(shapes, definitions, {"C": channels, "H": h, "W": w}), {"c": channels, "i": h, "j": w}


def sigmoid(z: Any) -> Any:
    return 1 / (1 + mpmath.exp(-z))


def sigmoid_network(h: int, w: int, k1: int, k2: int, outputs: int) -> tuple[World, Ranges]:
    u, v = h - k1 + 1, w - k2 + 1
    maps = list(upto(u, v))
    definitions = {
        "z1": lambda at, _, i, j: total(
            at("x", i + p - 1, j + q - 1) * at("f", p, q) for p, q in upto(k1, k2)
        ),
        "h1": lambda at, *cell: sigmoid(at("z1", *cell)),
        "z2": lambda at, m: (
            at("b", m) + total(at("w", m, n) * at("h1", *cell) for n, cell in enumerate(maps, 1))
        ),
        "o": lambda at, m: sigmoid(at("z2", m)),
        "L": lambda at: total((at("y", m) - at("o", m)) ** 2 for (m,) in upto(outputs)) / 2,
    }
    shapes = {"x": (1, h, w), "f": (1, 1, k1, k2), "z1": (1, u, v), "h1": (1, u, v)}
    shapes |= {"w": (outputs, u * v), "b": (outputs,), "z2": (outputs,), "o": (outputs,), "y": (outputs,)}
    return World(shapes, definitions), {}


def four_layers(seed: int = 1) -> tuple[World, Ranges]:
    """The network of note 003 at the rule's own sizes; a batch of three samples beside it."""
    shapes = {
        "x0": (1, 7, 7), "w0": (1, 1, 2, 2), "b0": (1, 6, 6), "z0": (1, 6, 6), "delta0": (1, 6, 6),
        "x1": (1, 3, 3), "w1": (2, 1, 2, 2), "b1": (2, 2, 2), "z1": (2, 2, 2), "delta1": (2, 2, 2),
        "x2": (2,), "w2": (2, 2), "b2": (2,), "z2": (2,), "delta2": (2,),
        "x3": (2,), "w3": (3, 2), "b3": (3,), "z3": (3,), "delta3": (3,), "p": (3,), "y": (3,),
        "delta3/2": (3, 3), "x3/2": (3, 2), "slope": (3, 3),
    }  # fmt: skip

    def conv(level: int) -> Callable[..., Any]:
        channels = shapes[f"x{level}"][0]

        def z(at: World, f: int, i: int, j: int) -> Any:
            x, w = f"x{level}", f"w{level}"
            window = upto(channels, 2, 2)
            return at(f"b{level}", f, i, j) + total(
                at(x, c, i + p - 1, j + q - 1) * at(w, f, c, 3 - p, 3 - q) for c, p, q in window
            )

        return z

    def pooled(level: int, c: int, i: int, j: int) -> Callable[[World], Any]:
        window = [(2 * i - 1, 2 * j - 1), (2 * i - 1, 2 * j), (2 * i, 2 * j - 1), (2 * i, 2 * j)]
        return lambda at: max(mpmath.mpf(0), *(at(f"z{level}", c, *cell) for cell in window))

    def full(level: int) -> Callable[..., Any]:
        return lambda at, i: (
            at(f"b{level}", i) + total(at(f"w{level}", i, j) * at(f"x{level}", j) for (j,) in upto(2))
        )

    def delta(level: int) -> Callable[..., Any]:
        def moved(at: World, *index: int) -> Any:
            import sympy

            place = sympy.IndexedBase(f"z{level}")[index]
            return -at("eta") * at.slope(sympy.Symbol("L"), place, {})

        return moved

    def p(at: World, i: int) -> Any:
        return mpmath.exp(at("z3", i)) / total(mpmath.exp(at("z3", j)) for (j,) in upto(3))

    def mean_loss(at: World) -> Any:
        z = lambda s, i: at("b3", i) + total(at("w3", i, j) * at("x3", s, j) for (j,) in upto(2))  # noqa: E731
        return total(at("slope", s, i) * z(s, i) for s, i in upto(3, 3)) / 3

    definitions = {
        "z0": conv(0), "z1": conv(1), "z2": full(2), "z3": full(3),
        "x1": lambda at, c, i, j: pooled(0, c, i, j)(at),
        "x2": lambda at, a: pooled(1, a, 1, 1)(at),
        "x3": lambda at, i: max(mpmath.mpf(0), at("z2", i)),
        "p": p,
        "y": lambda at, i: mpmath.mpf([2, 5, 9][i - 1]) / 16,
        "L": lambda at: -total(at("y", i) * mpmath.log(at("p", i)) for (i,) in upto(3)),
        "delta3/2": lambda at, s, i: -at("eta") * at("slope", s, i),
        "J": mean_loss,
        **{f"delta{level}": delta(level) for level in range(4)},
    }  # fmt: skip
    return World(shapes, definitions, {"B": 3, "R": 1, "T": 1}, seed), {}


def delta_letters(left: str) -> tuple[dict[str, int], Ranges]:
    """Sizes and places of a general line of the δ recursion; each layer has its own."""
    if "w3" in left or "b3" in left:
        return {"A": 2, "D": 3}, {"i": 3, "j": 2}
    if left.startswith("delta2"):
        return {"A": 2, "D": 3}, {"j": 2}
    sizes = {"F": 2, "C": 1, "K1": 2, "K2": 2, "H": 3, "W": 3, "U": 2, "V": 2}
    if left.startswith("delta1"):
        return {"D": 2, "C": 2, "R": 1, "T": 1}, {"c": 2, "m": 2, "n": 2}
    if left.startswith("delta0"):
        return sizes, {"c": 1, "m": 6, "n": 6}
    return sizes, {"f": 2, "c": 1, "q": 2, "r": 2, "i": 2, "j": 2}


def counted(sizes: Sizes) -> tuple[World, Ranges]:
    (h, w), (k1, k2) = sizes.input or (6, 6), sizes.kernel or (3, 3)
    (s1, s2), (p1, p2) = sizes.stride or (1, 1), sizes.padding or (0, 0)

    def windows(n: int, k: int, p: int, s: int) -> int:
        return sum(1 for start in range(0, n + 2 * p, s) if start + k <= n + 2 * p)

    definitions = {
        "m": lambda at: mpmath.mpf(windows(*(int(at.letters[name]) for name in "nkps"))),
        "rows": lambda at: mpmath.mpf(windows(h, k1, p1, s1)),
        "columns": lambda at: mpmath.mpf(windows(w, k2, p2, s2)),
    }
    return World({}, definitions), {}


STRIDED = Sizes(input=(5, 4), kernel=(3, 2), stride=(2, 1), padding=(1, 0))
TURNED = Sizes(input=(3, 4), kernel=(2, 2), padding=(1, 1), flip=True, channels=2, filters=2)
UNEVEN = Sizes(input=(3, 4), kernel=(2, 3), outputs=2)
CONVOLUTIONS = [Sizes(), STRIDED, TURNED]
POOLS = [Sizes(), Sizes(input=(4, 5), kernel=(3, 2), stride=(1, 2), padding=(1, 0), channels=2)]

CASES: list[tuple[str, Sizes, Callable[[Sizes], tuple[World, Ranges]]]] = [
    *(("conv-output", each, lambda s: convolution(s, bias="tied")) for each in CONVOLUTIONS),
    *(("conv-kernel-gradient", each, convolution) for each in CONVOLUTIONS),
    *(("conv-input-gradient", each, convolution) for each in CONVOLUTIONS),
    *(("conv-bias-gradient", each, lambda s: convolution(s, bias="tied untied")) for each in CONVOLUTIONS),
    *(("multi-channel-gradients", each, lambda s: convolution(s, 2, 2, "untied")) for each in CONVOLUTIONS),
    *(("max-pool-gradient", each, lambda s: pool(s, largest=True)) for each in POOLS),
    *(("average-pool-gradient", each, lambda s: pool(s, largest=False)) for each in POOLS),
    ("relu-derivative", Sizes(), lambda s: one_number(lambda z: max(z, mpmath.mpf(0)))),
    ("sigmoid-derivative", Sizes(), lambda s: one_number(sigmoid)),
    ("tanh-derivative", Sizes(), lambda s: one_number(mpmath.tanh)),
    ("softmax-jacobian", Sizes(), lambda s: softmax(3)),
    ("softmax-jacobian", Sizes(classes=5), lambda s: softmax(5)),
    ("cross-entropy-gradient", Sizes(), lambda s: softmax(3)),
    ("binary-cross-entropy-gradient", Sizes(), lambda s: binary(2)),
    ("binary-cross-entropy-gradient", Sizes(outputs=3), lambda s: binary(3)),
    ("squared-error-gradient", Sizes(outputs=3), lambda s: squared(3)),
    ("dense-gradient", Sizes(), lambda s: dense(3, 2)),
    ("dense-gradient", Sizes(input=(1,), outputs=4), lambda s: dense(1, 4)),
    ("flatten-index", Sizes(), lambda s: flatten(2, 2, 3)),
    ("output-size", Sizes(), counted),
    ("output-size", Sizes(input=(7, 6), kernel=(3, 2), stride=(2, 3), padding=(1, 0)), counted),
    ("sigmoid-network", Sizes(), lambda s: sigmoid_network(3, 3, 2, 2, 1)),
    ("sigmoid-network", UNEVEN, lambda s: sigmoid_network(3, 4, 2, 3, 2)),
    ("delta-recursion", Sizes(), lambda s: four_layers()),
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
    return world, {**sizes, **drawn(names, ranges, seed)}


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
def test_every_line_is_true(word: str, sizes: Sizes, build: Callable[[Sizes], tuple[World, Ranges]]) -> None:
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
        in derive_command("softmax-jacobian", Sizes(classes=2), "json")[0]
    )
