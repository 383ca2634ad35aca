from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walkthrough.case.cells import NoSuchCell, cell_name, parse, resolve

SHAPES: dict[str, tuple[int, ...]] = {
    "input": (1, 6, 6),
    "conv": (1, 4, 4),
    "conv@2": (1, 4, 4),
    "conv.grad": (1, 4, 4),
    "conv.grad@2": (1, 4, 4),
    "conv.kernel": (1, 1, 3, 3),
    "conv1": (6, 24, 24),
    "dense": (1,),
    "dense.weight": (1, 4),
    "dense.weight.new": (1, 4),
    "loss": (),
    "loss@1": (),
    "loss@2": (),
    "conv#2": (1, 4, 4),
    "conv@2#2": (1, 4, 4),
    "dense.weight.new#2": (1, 4),
    "loss#2": (),
    "loss#3": (),
}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("conv[1,1]", ("conv", (1, 1))),
        ("conv.grad@2[1,3]", ("conv.grad@2", (1, 3))),
        ("dense.weight.new", ("dense.weight.new", None)),
        (" conv [ 2 , 3 ] ", ("conv", (2, 3))),
        ("loss", ("loss", None)),
        ("conv[1,1]#2", ("conv#2", (1, 1))),
        ("conv@2 [ 1 , 1 ] #3", ("conv@2#3", (1, 1))),
        ("conv#2[1,1]", ("conv#2", (1, 1))),
        ("conv[1,1]#1", ("conv", (1, 1))),
        ("loss#12", ("loss#12", None)),
    ],
)
def test_a_name_is_a_tensor_and_an_index(name: str, parts: object) -> None:
    assert parse(name) == parts


@pytest.mark.parametrize(
    "name", ["", "[1]", "conv[]", "conv[1,]", "conv[-1]", "conv[1", "conv@0", "2conv", "a b"]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(NoSuchCell, match="is not the name of a cell"):
        parse(name)


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("conv[2,3]", ("conv", (0, 1, 2))),
        ("conv[1,2,3]", ("conv", (0, 1, 2))),
        ("conv@1[2,3]", ("conv", (0, 1, 2))),
        ("conv.grad@2[1,3]", ("conv.grad@2", (0, 0, 2))),
        ("conv.kernel[3,1]", ("conv.kernel", (0, 0, 2, 0))),
        ("conv", ("conv", None)),
        ("dense", ("dense", (0,))),
        ("dense[1]", ("dense", (0,))),
        ("dense.weight.new[1,1]", ("dense.weight.new", (0, 0))),
        ("dense.weight[4]", ("dense.weight", (0, 3))),
        ("loss", ("loss", ())),
        ("loss@1", ("loss@1", ())),
        ("conv1[6,24,1]", ("conv1", (5, 23, 0))),
        ("conv[2,3]#2", ("conv#2", (0, 1, 2))),
        ("conv@1[2,3]#2", ("conv#2", (0, 1, 2))),
        ("conv@2[2,3]#2", ("conv@2#2", (0, 1, 2))),
        ("dense.weight.new[1]#2", ("dense.weight.new#2", (0, 0))),
        ("loss#1", ("loss", ())),
        ("loss#3", ("loss#3", ())),
    ],
)
def test_a_name_finds_its_cell(name: str, cell: object) -> None:
    assert resolve(name, SHAPES) == cell


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("cnov[1,1]", 'did you mean "conv"'),
        ("conv.gard", 'did you mean "conv.grad"'),
        ("conv[5,1]", "conv is 1×4×4; expected conv[1…4,1…4]"),
        ("conv[0,1]", "expected conv[1…4,1…4]"),
        ("conv[3]", "has 1 index(es) and conv is 1×4×4"),
        ("conv[1,1,1,1]", "has 4 index(es)"),
        ("conv1[2,3]", "expected conv1[1…6,1…24,1…24]"),
        ("dense[2]", "expected dense[1]"),
        ("conv@3", "there are samples 1 to 2"),
        ("dense.weight@2", "there is only dense.weight"),
        ("loss[1]", "takes no index"),
        ("conv[1,1]#3", "there is no conv#3; there are steps 1 to 2"),
        ("dense#2", "there is only dense"),
        ("conv@3[1,1]#2", "there are samples 1 to 2"),
        ("conv[5,1]#2", "conv[5,1]#2 lies outside"),
        ("conv[5,1]#2", "expected conv[1…4,1…4]#2"),
        ("cnov[1,1]#2", 'did you mean "conv#2"'),
    ],
)
def test_a_wrong_name_is_answered_with_the_right_ones(name: str, said: str) -> None:
    with pytest.raises(NoSuchCell, match=re.escape(said)):
        resolve(name, SHAPES)


@pytest.mark.parametrize(
    ("tensor", "cell", "shape", "name"),
    [
        ("conv", (0, 1, 2), (1, 4, 4), "conv[2,3]"),
        ("conv1", (2, 4, 6), (6, 24, 24), "conv1[3,5,7]"),
        ("conv.kernel", (0, 0, 0, 1), (1, 1, 3, 3), "conv.kernel[1,2]"),
        ("dense", (0,), (1,), "dense[1]"),
        ("pool", (0, 0, 0), (1, 1, 1), "pool[1]"),
        ("loss", (), (), "loss"),
        ("conv@2#3", (0, 1, 2), (1, 4, 4), "conv@2[2,3]#3"),
        ("loss#2", (), (), "loss#2"),
    ],
)
def test_a_cell_has_a_name(tensor: str, cell: tuple[int, ...], shape: tuple[int, ...], name: str) -> None:
    assert cell_name(tensor, cell, shape) == name


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), max_size=4))
def test_the_name_of_a_cell_leads_back_to_it(axes: list[tuple[int, int]]) -> None:
    shape = tuple(extent for extent, _ in axes)
    cell = tuple(position % extent for extent, position in axes)
    assert resolve(cell_name("conv", cell, shape), {"conv": shape}) == ("conv", cell)


@given(st.text())
def test_any_text_is_a_name_or_is_refused(text: str) -> None:
    try:
        tensor, _ = resolve(text, SHAPES)
    except NoSuchCell:
        return
    assert tensor in SHAPES
