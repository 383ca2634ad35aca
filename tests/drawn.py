"""Case files at random, for Hypothesis: small networks with every option that the contract has.

The numbers are small and few, so that sums of 0, closed gates and ties really occur, and they are
written in all the notations there are. Magnitudes are followed through the network, so that no
hidden sigmoid or tanh saturates: float64 oracles could not tell its outputs apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
from hypothesis import strategies as st

Shape = tuple[int, ...]

# The largest magnitude in a pool → how its numbers may be written. Zeros and repeats are meant.
POOLS: dict[Fraction, list[str]] = {
    Fraction(3): ["0", "0", "1", "1", "-1", "−1", "2", "-2", "3", "0.0", "1.0", "100%", "6/3", "-20e-1"],
    Fraction(1, 2): ["0", "1/3", "25%", "1e-1", ".5", "-.25", "-1/4", "0.10", "-5e-1", "−0.5", "0.2", "-1/3"],
    Fraction(1, 20): ["0", "0.01", "-1%", "1/50", "2e-2", "-.03", "0.05", "−1/20", "-5E-2"],
    Fraction(1, 200): ["0", "0.001", "-0.1%", "1/500", "5e-3", "-.005"],
}
# The same with finite binary expansions: sums of these are exact in float64, ties included.
BINARY_POOLS: dict[Fraction, list[str]] = {
    Fraction(3): POOLS[Fraction(3)],
    Fraction(1, 2): ["0", "1/4", "25%", "125e-3", ".5", "-.25", "-1/8", "0.50", "−0.5", "12.5%"],
    Fraction(1, 16): ["0", "1/16", "-1/32", "3.125%", "625e-4", "-.03125"],
    Fraction(1, 256): ["0", "1/256", "-1/512", "0.001953125"],
}
LIMIT = 200  # of any magnitude
UNSATURATED = 10  # of what goes into a hidden sigmoid or tanh
LOGITS = 20  # of what goes into the last sigmoid or softmax
_BARE = re.compile(r"[+-]?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")


@dataclass
class Drawing:
    """A network being drawn: what comes out of the layers so far, and their text.

    `exactly` is false where float64 is to meet the same ties as exact arithmetic.
    """

    draw: Any
    pools: dict[Fraction, list[str]]
    exactly: bool
    shape: Shape = ()
    bound: Fraction = Fraction(0)
    tables: list[str] = field(default_factory=list)

    def one_of(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def maybe(self) -> bool:
        return self.draw(st.booleans())

    def whole(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    # --- numbers and grids as text ---

    def scalar(self, text: str) -> str:
        """Quoted, or bare where TOML has such a number."""
        return text if _BARE.fullmatch(text) and self.maybe() else f'"{text}"'

    def pool(self, fan_in: int, limit: int) -> Fraction:
        """The coarsest pool with which fan_in products and a bias stay under the limit."""
        fitting = (largest for largest in self.pools if largest * (fan_in * self.bound + 1) <= limit)
        return next(fitting, min(self.pools))

    def numbers(self, shape: Shape, largest: Fraction) -> np.ndarray:
        texts = self.draw(
            st.lists(st.sampled_from(self.pools[largest]), min_size=prod(shape), max_size=prod(shape))
        )
        return np.array(texts, dtype=object).reshape(shape)

    def grid(self, shape: Shape, largest: Fraction, *, random: bool = False, least: int = 2) -> str:
        """A grid in one of its notations; leading axes of size 1 may go, if that stays unmistakable."""
        kind = self.one_of("text", "text", "nested", "random" if random else "text")
        if kind == "random":
            return self.random_grid(shape, largest)
        array = self.numbers(shape, largest)
        while array.ndim > least and array.shape[0] == 1 and (kind == "text" or self.maybe()):
            array = array[0]
        return self.nested(array) if kind == "nested" else self.text(array)

    def nested(self, array: np.ndarray) -> str:
        if array.ndim == 0:
            return self.scalar(str(array))
        return "[" + ", ".join(self.nested(np.asarray(part, dtype=object)) for part in array) + "]"

    def text(self, array: np.ndarray) -> str:
        blank = self.one_of(" ", "  ", ", ", ",")
        row = self.one_of("\n", "; ", ";") if array.ndim > 1 else "\n"
        between = [blank, row, "\n\n", "\n---\n"]

        def written(part: np.ndarray) -> str:
            if part.ndim == 0:
                return str(part)
            return between[part.ndim - 1].join(written(np.asarray(p, dtype=object)) for p in part)

        lines = written(array)
        return f'"""\n{lines}\n"""' if "\n" in lines or self.maybe() else f'"{lines}"'

    def random_grid(self, shape: Shape, largest: Fraction) -> str:
        kind = self.one_of("normal", "uniform")
        scale = largest / 4 if kind == "normal" else largest
        places = 1 if largest >= 1 else 3
        return (
            f'{{ random = "{kind}", shape = {list(shape)}, seed = {self.whole(0, 99)}, '
            f'scale = "{scale}", decimals = {places} }}'
        )

    def pair(self, values: tuple[int, int]) -> str:
        rows, columns = values
        return str(rows) if rows == columns and self.maybe() else f"[{rows}, {columns}]"

    # --- layers ---

    def add(self, kind: str, **options: str | None) -> None:
        lines = ["[[layers]]", f'type = "{kind}"']
        if self.one_of(False, False, False, True):
            lines.append(f'name = "{self.one_of("a", "Layer_", "x9_")}{len(self.tables)}"')
        lines += [f"{key} = {value}" for key, value in options.items() if value is not None]
        self.tables.append("\n".join(lines))

    def slide(self, size: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int]) -> Shape:
        axes = zip(self.shape[1:], size, stride, padding, strict=True)
        return tuple((n + 2 * p - k) // s + 1 for n, k, s, p in axes)

    def conv2d(self) -> None:
        if self.one_of(False, False, True):
            self.general_conv(2)
            return
        most = 2 if prod(self.shape) <= 18 else 1 if prod(self.shape) <= 36 else 0
        padding = (self.whole(0, most), self.whole(0, most))
        room = [min(3, n + 2 * p) for n, p in zip(self.shape[1:], padding, strict=True)]
        size = (self.whole(1, room[0]), self.whole(1, room[1]))
        stride = (self.whole(1, 2), self.whole(1, 2))
        filters, channels = self.whole(1, 2), self.shape[0]
        fan_in = channels * prod(size)
        largest = self.pool(fan_in, self.one_of(UNSATURATED, LIMIT))
        output = (filters, *self.slide(size, stride, padding))
        kernel = self.grid((filters, channels, *size), largest, random=self.exactly)
        self.add(
            "conv2d",
            kernel=kernel,
            bias=self.conv_bias(output, largest),
            stride=None if stride == (1, 1) and self.maybe() else self.pair(stride),
            padding=None if padding == (0, 0) and self.maybe() else self.pair(padding),
            flip=self.one_of(None, "true", "true", "false"),
        )
        self.bound = largest * (fan_in * self.bound + 1)
        self.shape = output

    def general_conv(self, axes: int) -> None:
        """A convolution with the rarer options: dilation, groups, padding "same" and by sides."""
        kind = self.one_of("same", "sides", "plain")
        image = self.shape[1:]
        most = 1 if prod(self.shape) <= 36 else 0
        before = [self.whole(0, most) if kind == "sides" else 0 for _ in image]
        after = [self.whole(0, most) if kind == "sides" else 0 for _ in image]
        dilation = [self.whole(1, 2) for _ in image]
        if kind == "same":
            size = [self.whole(1, 3) for _ in image]
            stride, padding, output = [1] * axes, '"same"', list(image)
        else:
            room = [n + a + b for n, a, b in zip(image, before, after, strict=True)]
            size = [self.whole(1, min(3, (n - 1) // d + 1)) for n, d in zip(room, dilation, strict=True)]
            stride = [self.whole(1, 2) for _ in image]
            reach = [d * (k - 1) + 1 for k, d in zip(size, dilation, strict=True)]
            output = [(n - r) // s + 1 for n, r, s in zip(room, reach, stride, strict=True)]
            padding = str([n for pair in zip(before, after, strict=True) for n in pair])
            padding = padding if kind == "sides" else None
        groups = self.one_of(*(n for n in (1, 2) if self.shape[0] % n == 0))
        filters, channels = groups * self.whole(1, 2), self.shape[0] // groups
        fan_in = channels * prod(size)
        largest = self.pool(fan_in, self.one_of(UNSATURATED, LIMIT))
        shape = (filters, *output)
        self.add(
            f"conv{axes}d",
            kernel=self.grid((filters, channels, *size), largest, random=self.exactly, least=axes),
            bias=self.conv_bias(shape, largest),
            stride=None if set(stride) == {1} and self.maybe() else str(stride),
            padding=padding,
            dilation=None if set(dilation) == {1} and self.maybe() else str(dilation),
            groups=None if groups == 1 and self.maybe() else str(groups),
            flip=self.one_of(None, None, "true"),
        )
        self.bound = largest * (fan_in * self.bound + 1)
        self.shape = shape

    def conv_transpose2d(self) -> None:
        stride = (self.whole(1, 2), self.whole(1, 2))
        more = tuple(self.whole(0, s - 1) for s in stride)
        size = (self.whole(1, 2), self.whole(1, 2))
        full = [(n - 1) * s + k + m for n, s, k, m in zip(self.shape[1:], stride, size, more, strict=True)]
        padding = tuple(self.whole(0, 1 if n > 2 else 0) for n in full)
        filters, channels = self.whole(1, 2), self.shape[0]
        fan_in = channels * prod(size)
        largest = self.pool(fan_in, self.one_of(UNSATURATED, LIMIT))
        output = (filters, *(n - 2 * p for n, p in zip(full, padding, strict=True)))
        self.add(
            "conv_transpose2d",
            kernel=self.grid((channels, filters, *size), largest, random=self.exactly),
            bias=self.conv_bias(output, largest),
            stride=None if stride == (1, 1) and self.maybe() else self.pair(stride),
            padding=None if padding == (0, 0) and self.maybe() else self.pair(padding),
            output_padding=None if more == (0, 0) and self.maybe() else self.pair(more),
        )
        self.bound = largest * (fan_in * self.bound + 1)
        self.shape = output

    def batch_norm2d(self) -> None:
        channels, half = self.shape[:1], Fraction(1, 2)
        gamma, beta, mean = (self.grid(channels, half) for _ in range(3))
        variance = " ".join(self.one_of("1", "4", "1/4", "2", "0.9") for _ in range(*channels))
        epsilon = self.one_of(None, None, "0", "0.1")
        self.add(
            "batch_norm2d",
            gamma=gamma,
            beta=beta,
            mean=mean,
            variance=f'"{variance}"',
            epsilon=None if epsilon is None else self.scalar(epsilon),
        )
        self.bound = self.bound + 2  # ½ · (|x| + ½)/½ + ½

    def upsample2d(self) -> None:
        factor = (self.whole(1, 2), self.whole(1, 2))
        self.add("upsample2d", factor=self.pair(factor))
        self.shape = (self.shape[0], *(n * f for n, f in zip(self.shape[1:], factor, strict=True)))

    def dropout(self) -> None:
        texts = self.draw(
            st.lists(st.sampled_from("011"), min_size=prod(self.shape), max_size=prod(self.shape))
        )
        mask = np.array(texts, dtype=object).reshape(self.shape)
        while mask.ndim > 2 and mask.shape[0] == 1:
            mask = mask[0]
        chance = self.one_of(None, "0", "1/2", "20%" if self.exactly else "0.75")
        self.add("dropout", mask=self.text(mask), p=None if chance is None else self.scalar(chance))
        self.bound = self.bound * 4

    def entrywise(self, kind: str) -> None:
        """An activation, with the options that some have."""
        slopes = ("-0.5", "1/4") if not self.exactly else (None, "0.2", "1/3", "-1")
        options = {
            "leaky_relu": {"slope": self.one_of(*slopes)},
            "elu": {"alpha": self.one_of(None, None, "2", "1/3", "0")},
        }.get(kind, {})
        self.add(kind, **{key: text and self.scalar(text) for key, text in options.items()})
        if kind in ("sigmoid", "tanh"):
            self.bound = Fraction(1)
        elif kind in ("softplus", "elu"):
            self.bound = self.bound + 2

    def conv_bias(self, output: Shape, largest: Fraction) -> str | None:
        kind = self.one_of("none", "tied", "untied")
        if kind == "none":
            return None
        if kind == "untied" and prod(output[1:]) > 1:
            return self.grid(output, largest)
        if output[0] == 1 and self.maybe():
            return self.scalar(str(self.numbers((1,), largest)[0]))
        return self.grid(output[:1], largest)

    def pool2d(self, kind: str) -> None:
        rows, columns = self.shape[1:]
        most = 2 if kind == "average_pool2d" and not self.exactly else 3  # ninths are not binary
        size = (self.whole(1, min(most, rows + 2)), self.whole(1, min(most, columns + 2)))
        padding = (
            self.whole(max(0, (size[0] - rows + 1) // 2), size[0] // 2),
            self.whole(max(0, (size[1] - columns + 1) // 2), size[1] // 2),
        )
        stride = self.one_of(None, (1, 1), (2, 1), (1, 2), (3, 2), (2, 2))
        self.add(
            kind,
            size=self.pair(size),
            stride=None if stride is None else self.pair(stride),
            padding=None if padding == (0, 0) and self.maybe() else self.pair(padding),
        )
        self.shape = (self.shape[0], *self.slide(size, stride or size, padding))

    def dense(self, outputs: int, limit: int) -> None:
        inputs = prod(self.shape)
        largest = self.pool(inputs, limit)
        layout = self.one_of(None, None, None, "output-input", "input-output")
        size = (inputs, outputs) if layout == "input-output" else (outputs, inputs)
        weight = self.grid(size, largest, random=self.exactly)
        bias = self.grid((outputs,), largest) if self.maybe() else None
        self.add("dense", weight=weight, bias=bias, layout=layout and f'"{layout}"')
        self.bound = largest * (inputs * self.bound + 1)
        self.shape = (outputs,)

    def reshape(self) -> None:
        n = prod(self.shape)
        shapes = [(n,), (n,), *((c, n // c) for c in (1, 2) if n % c == 0)]
        shapes += [(c, h, n // (c * h)) for c in (1, 2, 3) for h in (1, 2, 3) if n % (c * h) == 0]
        self.shape = self.one_of(*shapes)
        self.add("reshape", shape=str(list(self.shape)))

    def hidden(self) -> None:
        """One layer of any kind that may follow."""
        kinds = ["relu", "relu", "reshape", "flatten", "dense", "leaky_relu", "dropout"]
        if len(self.shape) == 2:
            kinds += ["conv1d"] * 8
        if len(self.shape) == 3:
            kinds += ["conv2d"] * 4 + ["max_pool2d"] * 4 + ["average_pool2d"] * 2
            kinds += ["conv_transpose2d", "conv_transpose2d", "upsample2d"] if prod(self.shape) <= 20 else []
            places = prod(self.shape[1:])
            kinds += ["global_average_pool2d"] if self.exactly or places & (places - 1) == 0 else []
            kinds += ["batch_norm2d"] if self.exactly else []
        if self.exactly and self.bound <= UNSATURATED:
            kinds += ["sigmoid", "tanh", "softplus", "elu", "silu"]
        kind = self.one_of(*kinds)
        if kind == "conv1d":
            self.general_conv(1)
        elif kind == "global_average_pool2d":
            self.add(kind)
            self.shape = (self.shape[0], 1, 1)
        elif kind.endswith("pool2d"):
            self.pool2d(kind)
        elif kind in ("leaky_relu", "sigmoid", "tanh", "softplus", "elu", "silu"):
            self.entrywise(kind)
        elif kind.endswith("2d") or kind == "dropout":
            getattr(self, kind)()
        elif kind == "dense":
            self.dense(self.whole(1, 3), self.one_of(UNSATURATED, LIMIT))
        elif kind == "reshape":
            self.reshape()
        else:
            self.add(kind)
            if kind == "flatten":
                self.shape = (prod(self.shape),)

    def ending(self, loss: str) -> None:
        """What the loss needs at the end: flat outputs, between 0 and 1 if it takes their logarithm."""
        last = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax"}.get(loss)
        limit = LOGITS if last else LIMIT
        if loss == "upstream" or loss == "none":
            if not self.tables:
                self.add("relu")
            return
        if len(self.shape) != 1 or self.bound > limit or self.shape[0] > 4 or self.maybe():
            self.dense(self.whole(1, 3) if last != "softmax" else self.whole(2, 3), limit)
        # a loss may also be taken of the input itself
        if last or (not self.tables and self.maybe()):
            self.add(last or "relu")

    def target(self, loss: str) -> str:
        n = self.shape[0]
        if loss == "multiclass_hinge" or (loss == "cross_entropy" and self.one_of(True, True, False)):
            right = self.whole(0, n - 1)
            row = ["1" if c == right else "0" for c in range(n)]
        elif loss == "cross_entropy":
            row = [f"1/{n}"] * n
        elif loss == "binary_cross_entropy":
            row = [self.one_of("0", "1", "1", "25%", ".5", "1/3") for _ in range(n)]
        elif loss == "hinge":
            row = [self.one_of("1", "-1", "−1", "1.0") for _ in range(n)]
        else:
            return self.grid((n,), max(self.pools))
        if n == 1 and self.maybe():
            return self.scalar(row[0])
        array = np.array(row, dtype=object)
        return self.nested(array) if self.maybe() else self.text(array)


@st.composite
def case_texts(draw: Any, losses: Sequence[str] | None = None) -> str:
    """The TOML text of a valid case; `losses` restricts the kinds of loss ("none" for no loss).

    A case with `arithmetic = "float"` has numbers with finite binary expansions and no sigmoid or
    tanh before a gate, so that its ties are ties in float64 too.
    """
    arithmetic = draw(st.sampled_from([None, None, None, "exact", "float"]))
    exactly = arithmetic != "float"
    drawing = Drawing(draw, POOLS if exactly else BINARY_POOLS, exactly)
    usual = ["none", "upstream", "squared_error", "binary_cross_entropy", "cross_entropy"]
    kinds = losses or [*usual * 2, "absolute_error", "huber", "hinge", "multiclass_hinge"]
    loss = draw(st.sampled_from(kinds))
    kind = drawing.one_of("image", "image", "image", "image", "image", "flat", "flat", "line")
    batch = loss not in ("none", "upstream") and drawing.one_of(False, False, True)

    rows_columns = (drawing.whole(2, 5), drawing.whole(1, 5))
    given = {
        "flat": (drawing.whole(1, 4),),
        "line": (drawing.whole(1, 2), drawing.whole(2, 6)),
        "image": (drawing.whole(1, 2), *rows_columns),
    }[kind]
    drawing.shape, drawing.bound = given, Fraction(3)
    if kind == "line":  # rows and columns are taken for an image, unless a layer wants a line
        drawing.general_conv(1)
    for _ in range(drawing.whole(0, 5)):
        drawing.hidden()
    drawing.ending(loss)

    head = ['title = "drawn"']
    if arithmetic:
        head.append(f'arithmetic = "{arithmetic}"')
    if drawing.maybe():
        rate = drawing.one_of("0.1", "1/2", "10%", "1") if exactly else drawing.one_of("1/2", "0.25", "1")
        head.append(f"learning_rate = {drawing.scalar(rate)}")
    conventions = {
        "relu_at_zero": drawing.one_of(None, "0", "1/2", "1"),
        "max_tie": drawing.one_of(None, "first", "split", "all"),
    }
    chosen = [f'{key} = "{value}"' for key, value in conventions.items() if value]
    tables = ["\n".join(head)]
    if chosen:
        tables.append("\n".join(["[conventions]", *chosen]))

    def image() -> str:
        return drawing.grid(given, Fraction(3), random=exactly)

    if batch:
        tables += [
            f"[[samples]]\ninput = {image()}\ntarget = {drawing.target(loss)}"
            for _ in range(drawing.whole(1, 3))
        ]
    else:
        tables.append(f"[input]\nvalues = {image()}")
    tables += drawing.tables
    if loss != "none":
        lines = ["[loss]", f'type = "{loss}"']
        if loss == "squared_error" and drawing.maybe():
            lines.append(f"scale = {drawing.scalar(drawing.one_of('1/2', '1', '2', '0.25'))}")
        sizes = {"huber": "delta", "absolute_error": "scale", "hinge": "margin", "multiclass_hinge": "margin"}
        if loss in sizes and drawing.maybe():
            lines.append(f"{sizes[loss]} = {drawing.scalar(drawing.one_of('1/2', '1', '2', '0.25'))}")
        if loss == "upstream":
            lines.append(f"gradient = {drawing.grid(drawing.shape, Fraction(3))}")
        elif not batch:
            lines.append(f"target = {drawing.target(loss)}")
        tables.append("\n".join(lines))
    return "\n\n".join(tables) + "\n"
