"""What each rule is about, said once more in numbers: layers, losses and networks as plain loops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import mpmath
import sympy

from walkthrough.derivations import AskedSizes

from .worlds import World

Ranges = dict[str, int]
"""How far each letter for a place goes."""


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


def convolution(
    sizes: AskedSizes, channels: int = 1, filters: int = 1, bias: str = ""
) -> tuple[World, Ranges]:
    (h, w), (k1, k2) = sizes.input or (3, 3), sizes.kernel or (2, 2)
    channels, filters = sizes.channels or channels, sizes.filters or filters
    (s1, s2), (p1, p2) = sizes.stride or (1, 1), sizes.padding or (0, 0)
    d1, d2 = sizes.dilation or (1, 1)
    u, v = (h + 2 * p1 - d1 * (k1 - 1) - 1) // s1 + 1, (w + 2 * p2 - d2 * (k2 - 1) - 1) // s2 + 1

    def z(at: World, f: int, i: int, j: int) -> Any:
        terms = []
        for c, p, q in upto(channels, k1, k2):
            row, column = s1 * (i - 1) + d1 * (p - 1) + 1 - p1, s2 * (j - 1) + d2 * (q - 1) + 1 - p2
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
    sized |= {"s1": s1, "s2": s2, "P1": p1, "P2": p2, "d1": d1, "d2": d2}
    places = {"c": channels, "f": filters, "i": u, "j": v, "m": h, "n": w, "p": k1, "q": k2}
    return World(shapes, {"z": z, "L": loss}, sized), places


def dilated(sizes: AskedSizes) -> tuple[World, Ranges]:
    return convolution(replace(sizes, input=sizes.input or (4, 4), dilation=sizes.dilation or (2, 2)))


def without_stride(world: World) -> World:
    """The convolution of the same sizes whose windows are one row and one column apart."""
    pairs = {
        option: (world.letters[one], world.letters[other])
        for option, one, other in (
            ("input", "H", "W"),
            ("kernel", "K1", "K2"),
            ("padding", "P1", "P2"),
            ("dilation", "d1", "d2"),
        )
    }
    return convolution(AskedSizes(**pairs), world.letters["C"], world.letters["F"])[0]


def transposed(sizes: AskedSizes) -> tuple[World, Ranges]:
    """Every input entry lays its multiple of the kernel down; and the convolution that goes the other way."""
    (h, w), (k1, k2) = sizes.input or (2, 2), sizes.kernel or (2, 2)
    (s1, s2), (p1, p2) = sizes.stride or (1, 1), sizes.padding or (0, 0)
    channels, filters = sizes.channels or 1, sizes.filters or 1
    rows, columns = (h - 1) * s1 + k1 - 2 * p1, (w - 1) * s2 + k2 - 2 * p2

    def z(at: World, f: int, m: int, n: int) -> Any:
        return total(
            at("x", c, i, j) * at("k", c, f, p, q)
            for c, i, j, p, q in upto(channels, h, w, k1, k2)
            if (s1 * (i - 1) + p - p1, s2 * (j - 1) + q - p2) == (m, n)
        )

    def v(at: World, c: int, i: int, j: int) -> Any:
        places = (
            (f, s1 * (i - 1) + p - p1, s2 * (j - 1) + q - p2, p, q) for f, p, q in upto(filters, k1, k2)
        )
        return total(
            at("u", f, m, n) * at("k", c, f, p, q)
            for f, m, n, p, q in places
            if 1 <= m <= rows and 1 <= n <= columns
        )

    definitions = {
        "z": z,
        "v": v,
        "L": lambda at: total(at("g", *cell) * at("z", *cell) for cell in upto(filters, rows, columns)),
        "M": lambda at: total(at("x", *cell) * at("v", *cell) for cell in upto(channels, h, w)),
    }
    small, large = (channels, h, w), (filters, rows, columns)
    shapes = {"x": small, "v": small, "z": large, "g": large, "u": large, "k": (channels, filters, k1, k2)}
    sized = dict(zip(("C", "H", "W", "F", "U", "V"), (*small, *large), strict=True))
    sized |= {"K1": k1, "K2": k2, "s1": s1, "s2": s2, "P1": p1, "P2": p2}
    places = {"c": channels, "f": filters, "i": h, "j": w, "m": rows, "n": columns, "p": k1, "q": k2}
    return World(shapes, definitions, sized), places


def batch_norm(sizes: AskedSizes) -> tuple[World, Ranges]:
    channels, (h, w) = sizes.channels or 1, sizes.input or (2, 2)
    shape = (channels, h, w)

    def z(at: World, c: int, i: int, j: int) -> Any:
        normalised = (at("x", c, i, j) - at("mean", c)) / mpmath.sqrt(at("variance", c) + at("epsilon"))
        return at("scale", c) * normalised + at("shift", c)

    definitions = {
        "z": z,
        "L": lambda at: total(at("g", *cell) * at("z", *cell) for cell in upto(*shape)),
        "variance": lambda at, c: mpmath.mpf(c + 2) / 3,
        "epsilon": lambda at: mpmath.mpf(1) / 8,
    }
    shapes = dict.fromkeys("xzg", shape) | dict.fromkeys(("scale", "shift", "mean", "variance"), (channels,))
    places = {"c": channels, "i": h, "j": w}
    return World(shapes, definitions, {"C": channels, "H": h, "W": w}), places


def pool(sizes: AskedSizes, largest: bool) -> tuple[World, Ranges]:
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


def counted(sizes: AskedSizes) -> tuple[World, Ranges]:
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
