"""Everything that a replay computes agrees with an autograd framework, in every tensor, on drawn cases."""

from __future__ import annotations

import tomllib
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

pytest.importorskip("torch", reason="the autograd oracle needs PyTorch (pip install torch)")

from tests.drawn import case_texts
from tests.oracle.framework import tensors
from walkthrough.case import list_shipped, load, read_case
from walkthrough.trace.trace import Trace, replay

SHIPPED = [each.name for each in list_shipped()]


def assert_agrees(trace: Trace, expected: dict[str, np.ndarray]) -> None:
    """Every tensor, to 1e-9 of its largest number."""
    found = {name: values(trace, name) for name in trace.places}
    for name, numbers in expected.items():
        own = found[name if name in found else name.removesuffix("@1")].reshape(numbers.shape)
        room = 1e-9 * max(1.0, float(np.abs(numbers).max(initial=0.0)))
        assert np.abs(own - numbers).max(initial=0.0) <= room, name


def values(trace: Trace, name: str) -> np.ndarray:
    shape = trace.places[name].shape
    return np.array([float(trace.known(name, cell).value) for cell in np.ndindex(*shape)]).reshape(shape)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_cases_agree(name: str) -> None:
    case = load(name)
    assert_agrees(replay(case), tensors(tomllib.loads(case.toml, parse_float=Fraction)))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(case_texts())
def test_drawn_cases_agree(text: str) -> None:
    case = read_case(text)
    assert_agrees(replay(case), tensors(tomllib.loads(text)))
