"""Layers and losses of every kind, gone through from the first line to the last, forwards and backwards."""

from __future__ import annotations

from itertools import product

import pytest

from tests.stepper.walks import shown, texts, walk_of_text
from walkthrough import layers, losses
from walkthrough.stepper.pictures.at_work import AtWork
from walkthrough.stepper.pictures.boards import Frame, Mark
from walkthrough.stepper.plain import said_all
from walkthrough.stepper.session import Session
from walkthrough.stepper.walk import Walk
from walkthrough.words import shelf

IMAGE = 'values = "1 2 0 -1; 0 1 3 1; 2 -1 0 0; 1 1 2 3"'
OPTIONS = {
    "conv1d": 'kernel = "1 2"',
    "conv2d": 'kernel = "1 2; 3 4"\ndilation = 2\npadding = 1',
    "conv_transpose2d": 'kernel = "1 2; 3 4"\nstride = 2',
    "batch_norm2d": 'gamma = "2"\nbeta = "1"\nmean = "1/2"\nvariance = "4"',
    "dense": 'weight = "1 2 0 1 -1 0 0 1 1 1 2 1 0 1 2 1"\nbias = "1/2"',
    "dropout": 'mask = "1 0 1 1; 0 1 1 1; 1 1 1 0; 1 1 0 1"',
    "max_pool2d": "size = 2\npadding = 1",
    "average_pool2d": "size = 2\npadding = 1",
    "upsample2d": "factor = 2",
    "reshape": "shape = [2, 2, 4]",
}
FLAT = {"softmax": 'values = "1 2 0"', "conv1d": 'values = "1 2 0 -1"'}
TARGETS = {
    "hinge": "1 -1 1",
    "multiclass_hinge": "0 1 0",
    "cross_entropy": "0 1 0",
    "binary_cross_entropy": "0 1 1",
    "upstream": "",
}


def layer_case(name: str) -> Walk:
    """A small case with this layer, and a loss that lets a gradient come back through it."""
    toml = f"""
    learning_rate = "0.1"
    [input]
    {FLAT.get(name, IMAGE)}
    [[layers]]
    type = "{name}"
    {OPTIONS.get(name, "")}
    """
    shape = walk_of_text(toml).opened.case.output_shapes()[-1]
    size = 1
    for extent in shape:
        size *= extent
    target = " ".join(str(at % 3) for at in range(size))
    return walk_of_text(f'{toml}[loss]\ntype = "squared_error"\ntarget = "{target}"\n')


def go_through(walk: Walk) -> None:
    for width, height in ((80, 24), (160, 50)):
        session = Session(walk)
        for line in range(walk.course.lines):
            for term in (None, 0):
                session.walk = walk.at(line, term)
                rows = texts(session, width, height)
                assert {len(row) for row in rows} == {width}
                assert walk.opened.name(walk.course.ref(line)) in "\n".join(rows)


@pytest.mark.parametrize("name", shelf.names(layers))
def test_every_layer_is_gone_through(name):
    walk = layer_case(name)
    go_through(walk)
    assert sum(1 for line in said_all(walk) if " of " in line) >= walk.course.lines


@pytest.mark.parametrize("name", shelf.names(losses))
def test_every_loss_is_gone_through(name):
    last = {"cross_entropy": "softmax"}.get(name, "sigmoid")
    more = f'target = "{TARGETS.get(name, "1 0 2")}"' if name != "upstream" else 'gradient = "1 0 -1"'
    go_through(
        walk_of_text(
            f'[input]\nvalues = "1 -2 3"\n[[layers]]\ntype = "{last}"\n[loss]\ntype = "{name}"\n{more}\n'
        )
    )


@pytest.mark.parametrize("name", shelf.names(layers))
def test_numbers_on_the_way_and_everything_that_is_given_can_be_looked_at(name):
    walk = layer_case(name)
    session = Session(walk)
    for tensor, shape in walk.opened.shapes.items():
        for cell in list(product(*map(range, shape)))[:3]:
            name_ = walk.opened.trace.cell_name(tensor, cell)
            session.press("go")
            session.answered(name_)
            assert session.message == ""
            assert name_ in shown(session)


def test_a_dilated_window_has_its_gaps():
    walk = layer_case("conv2d")
    board = AtWork(walk.opened).boards(walk.course.find("conv[2,2]"))[0]
    assert set(board.marks) == {(0, 0), (0, 2), (2, 0), (2, 2)}
    assert board.frame == Frame(1, 1, 1, 1)


def test_a_mask_is_used_where_it_stands():
    walk = layer_case("dropout")
    _, output = AtWork(walk.opened).used(walk.course.find("dropout.mask[2,3]"))
    assert output.marks == {(1, 2): Mark.WINDOW}


def test_a_number_that_no_number_of_digits_decides_is_said_and_ends_nothing():
    """A softmax's gradients sum to 0, and two of these are opposite: the third is 0, which no digits show."""
    toml = """
    [input]
    values = "1 2 0"
    [[layers]]
    type = "softmax"
    [loss]
    type = "squared_error"
    target = "0 1 2"
    """
    walk = walk_of_text(toml)
    session = Session(walk.to(walk.course.find("input.grad[2]")))
    assert "uncertain" in shown(session)
    assert "«?»" in shown(session)
    session.press("back")
    list(session.ahead())
