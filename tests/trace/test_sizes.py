"""Sizes: against the literature, against counting, and without a number of the case."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.drawn import case_texts
from walkthrough.case import CaseError, load, read_case
from walkthrough.trace.extents.sizes import sizes
from walkthrough.trace.trace import replay

VGG = """
[input]
shape = [3, 224, 224]
[[layers]]
type = "conv2d"
kernel = { shape = [64, 3, 3, 3] }
bias = { shape = [64] }
padding = 1
[[layers]]
type = "max_pool2d"
size = 2
[[layers]]
type = "dense"
weight = { shape = [4096, 802816] }
bias = { shape = [4096] }
"""


def test_lenet_as_it_is_counted_everywhere() -> None:
    found = {layer.name: layer for layer in sizes(load("lenet")).layers}
    assert [found[name].parameters for name in ("conv1", "conv2", "dense1", "dense2", "dense3")] == [
        *(156, 2416, 48120, 10164, 850)
    ]
    assert [found[name].multiplications for name in ("conv1", "conv2", "dense1")] == [
        117_600,
        240_000,
        48_000,
    ]
    fields = [found[name].receptive_field for name in ("conv1", "pool1", "conv2", "pool2", "dense1")]
    assert fields == [(5, 5), (6, 6), (14, 14), (16, 16), (28, 28)]
    assert sizes(load("lenet")).parameters == 61_706


def test_without_weights_however_large() -> None:
    found = sizes(read_case(VGG))
    assert [layer.shape for layer in found.layers] == [(64, 224, 224), (64, 112, 112), (4096,)]
    assert [layer.parameters for layer in found.layers] == [1792, 0, 4096 * 802_816 + 4096]
    assert found.layers[0].multiplications == 224 * 224 * 64 * 27


def test_only_sizes_are_known_of_it() -> None:
    with pytest.raises(CaseError) as refusal:
        replay(read_case(VGG))
    message = str(refusal.value)
    assert message.startswith("case:2: input: only its size is given (and layers[1].kernel, ")
    assert "`sizes` does without" in message
    assert "\n" not in message


def field_of(options: str) -> list[tuple[tuple[int, ...], list[str]]]:
    layers = "".join(f"\n[[layers]]\n{each}" for each in options.split("|"))
    found = sizes(read_case(f"[input]\nshape = [1, 32, 32]{layers}"))
    return [(layer.receptive_field, [str(each.jump) for each in layer.field]) for layer in found.layers]


def test_receptive_fields_of_strides_and_dilation() -> None:
    """Worked by hand: 1 + 2·1 = 3; 3 + 4·2 = 11; 11 + 1·2 = 13."""
    conv = 'type = "conv2d"\nkernel = { shape = [1, 1, 3, 3] }'
    assert field_of(f"{conv}\nstride = 2|{conv}\ndilation = 2|type = 'max_pool2d'\nsize = 2") == [
        ((3, 3), ["2", "2"]),
        ((11, 11), ["2", "2"]),
        ((13, 13), ["4", "4"]),
    ]


def test_upsampling_makes_the_jump_smaller() -> None:
    conv = 'type = "conv2d"\nkernel = { shape = [1, 1, 3, 3] }'
    found = field_of(f"type = 'max_pool2d'\nsize = 2|type = 'upsample2d'\nfactor = 2|{conv}")
    assert found == [((2, 2), ["2", "2"]), ((2, 2), ["1", "1"]), ((4, 4), ["1", "1"])]


def test_what_one_output_sees_has_holes_with_dilation() -> None:
    layer = "type = 'conv2d'\nkernel = { shape = [1, 1, 2, 2] }\ndilation = 3"
    text = f"[input]\nshape = [1, 7, 7]\n[[layers]]\n{layer}"
    found = sizes(read_case(text))
    rows, columns = found.sight(found.layers[0])  # of the output in row and column 3, from 1
    assert (sorted(rows), sorted(columns)) == ([2, 5], [2, 5])


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(case_texts(losses=["none"]))
def test_sizes_are_those_of_the_replay(text: str) -> None:
    case = read_case(text)
    trace, found = replay(case), sizes(case)
    assert [layer.shape for layer in found.layers] == [trace.places[each.name].shape for each in case.layers]
    counted = sum(prod(tensor.shape) for tensor in trace.network.parameter_tensors)
    assert found.parameters == counted


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(case_texts(losses=["upstream"]))
def test_nothing_comes_back_to_what_an_output_does_not_see(text: str) -> None:
    """The gradient of one output is 0 outside its field: with an upstream gradient of a single 1."""
    from dataclasses import replace
    from fractions import Fraction

    from walkthrough.numbers.grid import GivenGrid

    case = read_case(text)
    found = sizes(case)
    layer = found.layers[-1]
    middle = tuple(extent // 2 for extent in (layer.shape[1:] if len(layer.shape) > 1 else layer.shape))
    at = (0, *middle) if len(layer.shape) > 1 else middle
    flat = [int(each == at) for each in np.ndindex(*layer.shape)]
    loss = replace(case.loss, gradient=GivenGrid.over(flat, 1, layer.shape))  # type: ignore[type-var]
    trace = replay(replace(case, loss=loss))
    sight = found.sight(layer)
    for cell in np.ndindex(*trace.places["input.grad"].shape):
        position = cell[1:] if len(cell) > 1 else cell
        if any(place not in seen for place, seen in zip(position, sight, strict=True)):
            assert trace.known("input.grad", cell).value == Fraction(0)
