"""Sizes on a worksheet: `conv.shape` = 6x28x28, `conv.parameters` = 156; right, carried on, or which slip.

A size is whole: it is right or it is not. One's own earlier sizes are carried on, a shape to the next layer's
shape and to its own products, a receptive field to the next one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod
from typing import Any, TypeAlias

from walkthrough.case.cells import size_name
from walkthrough.case.claims import Claim as RawClaim
from walkthrough.marking.marked_worksheets import MarkedSheet, MarkedSize, SizeSlip, VerdictWord
from walkthrough.mathematics.notation import Shape
from walkthrough.mathematics.windows import DoesNotFit, Sliding, times
from walkthrough.page.size_lines import (
    field_arithmetic,
    multiplication_arithmetic,
    parameter_arithmetic,
    shape_arithmetic,
)
from walkthrough.trace.extents.sizes import LayerSize, Sizes
from walkthrough.words.messages import printable

_BETWEEN = re.compile(r"\s*[x×X*,]\s*|\s+")
_WHOLE = re.compile(r"[0-9]{1,30}")
_MOST_SLIPS = 3
_LONGEST = 60

Size: TypeAlias = tuple[int, ...]
Guess: TypeAlias = tuple[str, Size, str]
"""A slip's word, the size that it gives, and what it is in half a sentence."""


def with_sizes(sheet: MarkedSheet, sizes: Sizes) -> MarkedSheet:
    """The worksheet with a verdict on each of its sizes; a wrong one comes before any wrong number."""
    marked = mark_sizes(sheet.worksheet.sizes, sizes)
    wrong = next((each.cell for each in marked if each.verdict == "wrong"), sheet.first_wrong)
    return replace(sheet, sizes=marked, first_wrong=wrong)


def mark_sizes(claims: Sequence[RawClaim], sizes: Sizes) -> tuple[MarkedSize, ...]:
    """A verdict on each claimed size, in the order of the layers."""
    by_layer: dict[str, dict[str, RawClaim]] = {}
    for claim in claims:
        found = size_name(claim.cell)
        assert found is not None
        by_layer.setdefault(found[0], {})[found[1]] = claim
    shape: Shape | None = sizes.network.input.shape
    field: Size | None = (1,) * len(sizes.layers[0].field) if sizes.layers else None
    marked: list[MarkedSize] = []
    for at, layer in enumerate(sizes.layers):
        marking = _Marking(at, layer, by_layer.get(layer.name, {}), shape, field)
        marked += marking.marked()
        shape, field = marking.own_shape, marking.own_field
    return tuple(marked)


@dataclass(frozen=True)
class _Marking:
    """The claims on one layer's sizes; `came` and `saw` are one's own shape and field before it."""

    at: int
    layer: LayerSize
    claims: dict[str, RawClaim]
    came: Shape | None
    saw: Size | None

    @property
    def own_shape(self) -> Shape | None:
        """The shape that one goes on with: as it is written, or as one's own earlier one gives it."""
        written = self._written("shape")
        return _shape_of(self.layer, self.came) if written is None else _full(written, self.layer.shape)

    @property
    def own_field(self) -> Size | None:
        """The receptive field that one goes on with."""
        return self._written("receptive_field") or _field_of(self.layer, self.saw)

    def _written(self, kind: str) -> Size | None:
        found = _read(self.claims[kind].written) if kind in self.claims else None
        if found is not None and len(found) > 1 and kind in ("parameters", "multiplications"):
            return None  # 4,560 is one number with a thousands separator, or two
        if found is not None and kind == "receptive_field" and len(found) == 1:
            return found * len(self.layer.field)
        return found

    def marked(self) -> Iterator[MarkedSize]:
        """A verdict on each."""
        layer, count = self.layer, (self.layer.parameters,)
        yield from self._of("shape", layer.shape, _shape_of(layer, self.came), shape_arithmetic)
        yield from self._of("parameters", count, count, parameter_arithmetic)
        products = (layer.multiplications,)
        own = _products_of(layer, self.own_shape)
        yield from self._of("multiplications", products, own, multiplication_arithmetic)
        field = layer.receptive_field
        yield from self._of("receptive_field", field, _field_of(layer, self.saw), field_arithmetic)

    def _of(
        self, kind: str, true: Size, yours: Size | None, arithmetic: Callable[[LayerSize], str]
    ) -> Iterator[MarkedSize]:
        if kind not in self.claims:
            return
        claim, written = self.claims[kind], self._written(kind)
        text = printable(" ".join(str(claim.written).split()))[:_LONGEST]
        verdict, problem = _verdict(text, written, true, yours), None
        if verdict == "unreadable":
            problem = (
                "expected whole numbers, such as 6x28x28" if kind == "shape" else "expected a whole number"
            )
        yield MarkedSize(
            claim.cell.strip(),
            text,
            claim.line,
            self.at,
            verdict,
            times(true),
            None if yours is None else times(yours),
            arithmetic(self.layer),
            self._slips(kind, written) if verdict == "wrong" and written is not None else (),
            problem,
        )

    def _slips(self, kind: str, written: Size) -> tuple[SizeSlip, ...]:
        guesses = {
            "shape": lambda: _shape_slips(self.layer, self.came),
            "parameters": lambda: _parameter_slips(self.layer),
            "multiplications": lambda: _multiplication_slips(self.layer),
            "receptive_field": lambda: _field_slips(self.layer, self.saw),
        }[kind]()
        fitting = {
            word: SizeSlip(word, times(gives), said) for word, gives, said in guesses if gives == written
        }
        return tuple(fitting.values())[:_MOST_SLIPS]


def _verdict(text: str, written: Size | None, true: Size, yours: Size | None) -> VerdictWord:
    if text in ("", "?"):
        return "blank"
    if written is None:
        return "unreadable"
    if _same(written, true):
        return "exact" if yours is None or _same(true, yours) else "lucky"
    return "follows" if yours is not None and _same(written, yours) else "wrong"


def _read(written: Any) -> Size | None:
    """Whole numbers with × or blanks between them, or in a list; None if it is something else."""
    if isinstance(written, bool) or not isinstance(written, int | str | list):
        return None
    words = (
        written if isinstance(written, list) else _BETWEEN.split(str(written).strip().strip("()[]").strip())
    )
    if not 1 <= len(words) <= 8 or not all(_WHOLE.fullmatch(str(word).strip()) for word in words):
        return None
    return tuple(int(str(word)) for word in words)


def _same(one: Size, other: Size) -> bool:
    """Leading ones may be left out."""
    return _stripped(one) == _stripped(other)


def _stripped(size: Size) -> Size:
    while len(size) > 1 and size[0] == 1:
        size = size[1:]
    return size


def _full(written: Size, like: Shape) -> Shape:
    """A written shape with the leading ones that were left out."""
    return (1,) * (len(like) - len(written)) + written


# --- own sizes carried on ----------------------------------------------------------------------


def _shape_of(layer: LayerSize, came: Shape | None) -> Shape | None:
    if came is None or came == layer.stage.x.shape:
        return layer.shape
    try:
        return layer.stage.layer.output_shape(came)
    except (DoesNotFit, ValueError):
        return None


def _products_of(layer: LayerSize, shape: Shape | None) -> Size | None:
    """The products of as many outputs as one's own shape has."""
    if shape is None:
        return None
    count = Fraction(layer.multiplications * prod(shape), prod(layer.shape))
    return (int(count),) if count.denominator == 1 else None


def _field_of(layer: LayerSize, before: Size | None) -> Size | None:
    if before is None or layer.windows is None or len(before) != len(layer.field):
        return layer.receptive_field
    own = []
    for size, was, now in zip(before, layer.before, layer.field, strict=True):
        own.append(now.size if now.jump is None else size + now.size - was.size)
    return tuple(own)


# --- slips -------------------------------------------------------------------------------------


def _shape_slips(layer: LayerSize, own: Shape | None) -> Iterator[Guess]:
    """From one's own shape before, and from the right one."""
    for came in dict.fromkeys(each for each in (own, layer.stage.x.shape) if each is not None):
        yield from _slips_from(layer, came)


def _slips_from(layer: LayerSize, came: Shape) -> Iterator[Guess]:
    shape = _shape_of(layer, came) or layer.shape
    if len(shape) > 1:
        yield "depth-forgotten", shape[1:], "the number of channels is left out"
        yield "depth-forgotten", (came[0], *shape[1:]), "the channels of the input are kept"
    sliding = _sliding(layer)
    if sliding is None or len(came) != 1 + len(sliding.window):
        return
    for word, windows, said in _window_slips(sliding, came[1:]):
        yield word, (shape[0], *windows), said
        if shape[0] == 1:
            yield word, windows, said


def _sliding(layer: LayerSize) -> Sliding | None:
    """A layer's window, if its output is what that window gives (and not what goes into it)."""
    sliding = getattr(layer.stage.layer, "sliding", None)
    if not isinstance(sliding, Sliding):
        return None
    try:
        given = sliding.windows(layer.stage.x.shape[1:])
    except DoesNotFit:
        return None
    return sliding if given == layer.shape[1:] else None


def _window_slips(sliding: Sliding, image: Shape) -> Iterator[Guess]:
    axes = list(zip(image, sliding.frame, sliding.reach, sliding.stride, sliding.window, strict=True))

    def each(count: Callable[..., int]) -> Size:
        return tuple(count(*axis) for axis in axes)

    yield "plus-one-forgotten", each(lambda n, f, k, s, _: (n + sum(f) - k) // s), "the + 1 is forgotten"
    yield (
        "padding-counted-once",
        each(lambda n, f, k, s, _: (n + max(f) - k) // s + 1),
        "the padding is counted on one side only",
    )
    yield "padding-ignored", each(lambda n, f, k, s, _: (n - k) // s + 1), "the padding is left out"
    yield "stride-ignored", each(lambda n, f, k, s, _: n + sum(f) - k + 1), "the stride is left out"
    yield (
        "rounded-up",
        each(lambda n, f, k, s, _: -(-(n + sum(f) - k) // s) + 1),
        "the quotient is rounded up and not down",
    )
    yield (
        "dilation-ignored",
        each(lambda n, f, k, s, w: (n + sum(f) - w) // s + 1),
        "the dilation is left out",
    )
    yield "window-ignored", each(lambda n, f, k, s, _: n), "the size is taken to stay as it is"


def _parameter_slips(layer: LayerSize) -> Iterator[Guess]:
    tensors = layer.stage.parameters
    sizes = {role: prod(tensor.shape) for role, tensor in tensors.items()}
    total, bias = layer.parameters, sizes.get("bias", 0)
    if bias:
        yield "bias-forgotten", (total - bias,), "the biases are not counted"
        yield "one-bias-only", (total - bias + 1,), "one bias is counted for all outputs"
    elif tensors:
        yield "bias-counted", (total + layer.shape[0],), "biases are counted that are not there"
    kernel = tensors.get("kernel")
    if kernel is not None:
        filters, channels = kernel.shape[:2]
        rest = total - bias
        if channels > 1:
            yield "depth-forgotten", (rest // channels + bias,), "the depth of the kernel is forgotten"
            said = "the depth of the kernel and the biases are forgotten"
            yield "depth-forgotten", (rest // channels,), said
        one = rest // filters
        yield "one-filter-only", (one + (1 if bias else 0),), "one filter is counted"
        yield "one-filter-only", (one,), "one filter is counted, without its bias"


def _multiplication_slips(layer: LayerSize) -> Iterator[Guess]:
    total = layer.multiplications
    kernel = layer.stage.parameters.get("kernel")
    if kernel is not None:
        filters, channels = kernel.shape[:2]
        yield "depth-forgotten", (total // channels,), "the depth of the kernel is forgotten"
        yield "one-filter-only", (total // filters,), "one filter is counted"
    if layer.parameters:
        yield "parameters-counted", (layer.parameters,), "the parameters are counted, not the products"
    if "bias" in layer.stage.parameters:
        yield "bias-counted", (total + prod(layer.shape),), "adding the bias is counted as a product"


def _field_slips(layer: LayerSize, before: Size | None) -> Iterator[Guess]:
    if layer.windows is None or any(field.jump is None for field in layer.field):
        return
    was = before or tuple(field.size for field in layer.before)
    axes = list(zip(was, layer.windows, layer.before, layer.field, strict=True))

    def each(count: Callable[..., Fraction]) -> Size:
        return tuple(
            int(count(r, w.size, b.jump or Fraction(1), f.jump or Fraction(1))) for r, w, b, f in axes
        )

    yield (
        "jump-forgotten",
        each(lambda r, k, j, _: r + k - 1),
        "the jump between the outputs before is left out",
    )
    yield "minus-one-forgotten", each(lambda r, k, j, _: r + k * j), "k is taken instead of k − 1"
    yield (
        "stride-too-early",
        each(lambda r, k, j, f: r + (k - 1) * f),
        "the layer's own stride counts already",
    )
    yield "multiplied-not-added", each(lambda r, k, j, _: r * k), "the windows are multiplied"
    yield "window-alone", each(lambda r, k, j, _: k), "only the layer's own window is counted"
