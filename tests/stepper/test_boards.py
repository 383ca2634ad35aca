"""The pictures: where windows lie, on what frame, which kernel is turned, who has won."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from tests.stepper.walks import at, walk_of_text, walk_through
from walkthrough.stepper.pictures.at_work import AtWork
from walkthrough.stepper.pictures.boards import Board, Frame, Mark
from walkthrough.stepper.places.uses import uses
from walkthrough.stepper.walk import Walk


def boards(walk: Walk, term: int | None = None) -> dict[str, Board]:
    return {board.tensor: board for board in AtWork(walk.opened).boards(walk.ref, term)}


def marked(board: Board, *marks: Mark) -> set[tuple[int, int]]:
    return {spot for spot, mark in board.marks.items() if mark in (marks or tuple(Mark))}


def square(top: int, left: int, rows: int, columns: int) -> set[tuple[int, int]]:
    return set(product(range(top, top + rows), range(left, left + columns)))


def values(walk: Walk, tensor: str) -> np.ndarray:
    shape = walk.opened.shape(tensor)
    cells = product(*map(range, shape))
    return np.array([float(walk.opened.trace.known(tensor, cell).value) for cell in cells]).reshape(shape)


def test_a_window_lies_where_its_output_is():
    found = boards(at("lecture-notes", "conv[2,3]"))
    assert marked(found["input"]) == square(1, 2, 3, 3)
    assert marked(found["conv.kernel"]) == square(0, 0, 3, 3)
    assert marked(found["conv"]) == {(1, 2)}
    assert found["input"].frame == Frame()
    assert found["conv"].filled == 7


def test_the_product_at_hand_is_marked_in_both():
    found = boards(at("lecture-notes", "conv[2,3]"), 5)
    assert marked(found["input"], Mark.HERE) == {(2, 4)}
    assert marked(found["conv.kernel"], Mark.HERE) == {(1, 2)}


def test_padding_is_a_frame_of_zeros_and_its_products_are_marked_on_it():
    found = boards(at("four-by-four", "conv[1,1]"), 1)
    assert found["input"].frame == Frame(1, 1, 1, 1)
    assert marked(found["input"]) == square(-1, -1, 3, 3)
    assert marked(found["input"], Mark.HERE) == {(-1, 0)}
    assert found["input"].ref((-1, 0)) is None


def test_a_kernel_entry_is_the_overlap_of_g_and_x():
    found = boards(at("lecture-notes", "conv.kernel.grad[1,3]"))
    assert marked(found["conv.grad"]) == square(0, 0, 4, 4)
    assert marked(found["input"]) == square(0, 2, 4, 4)


def test_the_overlap_of_a_padded_kernel_entry_lies_on_the_frame():
    found = boards(at("four-by-four", "conv.kernel.grad[1,1]"))
    assert marked(found["input"]) == square(-1, -1, 4, 4)
    assert marked(found["conv.grad"]) == square(0, 0, 4, 4)


@pytest.mark.parametrize("name", ["lecture-notes", "four-by-four"])
def test_an_input_gradient_is_the_framed_g_under_the_turned_kernel(name):
    """Laid out as the boards say, the sum of products is the gradient: the full correlation."""
    walk = walk_through(name)
    g, k, dx = (values(walk, each)[0] for each in ("conv.grad", "conv.kernel", "input.grad"))
    k = k[0]
    rows, columns = dx.shape
    for row, column in product(range(rows), range(columns)):
        found = boards(at(name, f"input.grad[{row + 1},{column + 1}]"))
        board, kernel = found["conv.grad"], found["conv.kernel"]
        assert kernel.turned
        frame = board.frame
        framed = np.pad(g, ((frame.top, frame.bottom), (frame.left, frame.right)))
        spots = sorted(marked(board))
        assert len(spots) == k.size
        window = np.array([framed[y + frame.top, x + frame.left] for y, x in spots]).reshape(k.shape)
        assert (window * k[::-1, ::-1]).sum() == pytest.approx(dx[row, column], rel=1e-12, abs=1e-12)


def test_true_convolution_turns_the_kernel_forward_and_not_backward():
    toml = """
    [input]
    values = "1 2 0 1; 0 1 3 1; 2 1 0 0; 1 1 2 3"
    [[layers]]
    type = "conv2d"
    flip = true
    kernel = "1 2; 3 4"
    [loss]
    type = "upstream"
    gradient = "1 0 2; 0 1 0; 1 1 1"
    """
    walk = walk_of_text(toml)
    assert boards(walk)["conv.kernel"].turned
    back = boards(walk.to(walk.course.find("input.grad[2,2]")))
    assert not back["conv.kernel"].turned
    assert back["conv.grad"].frame == Frame(1, 1, 1, 1)


def test_a_stride_moves_the_window_by_two():
    toml = """
    [input]
    values = "1 2 0 1 1; 0 1 3 1 1; 2 1 0 0 1; 1 1 2 3 1; 1 1 1 1 1"
    [[layers]]
    type = "conv2d"
    stride = 2
    kernel = "1 2; 3 4"
    """
    walk = walk_of_text(toml)
    assert marked(boards(walk.to(walk.course.find("conv[2,2]")))["input"]) == square(2, 2, 2, 2)


def test_channels_are_shown_one_at_a_time():
    walk = at("two-conv-network", "conv2[1,1,1]")
    assert boards(walk, 0)["pool1"].outer == (0,)
    assert boards(walk, 5)["pool1"].outer == (1,)
    assert boards(walk, 5)["conv2.kernel"].outer == (0, 1)


def test_a_pool_shows_its_window_its_winner_and_the_losers():
    found = boards(at("lecture-notes", "pool[1,1]"))
    assert marked(found["conv"], Mark.WINNER) == {(1, 0)}
    assert marked(found["conv"]) == square(0, 0, 2, 2)


def test_the_way_back_through_a_pool_shows_who_had_won():
    found = boards(at("lecture-notes", "conv.grad[1,2]"))
    assert marked(found["conv"], Mark.WINNER) == {(1, 0)}
    assert marked(found["conv"], Mark.HERE) == {(0, 1)}
    assert marked(found["conv"]) == square(0, 0, 2, 2)
    assert marked(found["pool.grad"]) == {(0, 0)}


def test_a_gate_shows_its_operand_and_the_gradient_that_comes_to_it():
    found = boards(at("lecture-notes", "pool.grad[2,1]"))
    assert marked(found["pool"]) == {(1, 0)}
    assert marked(found["relu.grad"]) == {(1, 0)}


def test_an_input_shows_everything_that_it_goes_into():
    walk = at("lecture-notes", "input[3,3]")
    number, output = AtWork(walk.opened).used(walk.ref)
    assert marked(number) == {(2, 2)}
    assert marked(output) == square(0, 0, 3, 3)


def test_a_kernel_entry_goes_into_every_window():
    walk = at("lecture-notes", "conv.kernel[1,1]")
    _, output = AtWork(walk.opened).used(walk.ref)
    assert marked(output) == square(0, 0, 4, 4)


@pytest.mark.parametrize("name", ["lecture-notes", "two-conv-network", "multi-channel"])
def test_where_a_number_goes_is_where_it_is_read(name):
    """The uses, read off the gradient's equations, against the numbers that the steps themselves read."""
    from walkthrough.stepper.places.line_pieces import pieces

    walk = walk_through(name)
    opened = walk.opened
    read: dict[object, set[object]] = {}
    for part in walk.course.parts:
        if part.phase not in ("forward", "loss") or opened.trace.places[part.tensor].sample is None:
            continue
        for line in range(part.first, part.last + 1):
            ref = walk.course.ref(line)
            for piece in pieces(opened, opened.step(ref)):
                for each in piece:
                    read.setdefault(each, set()).add(ref)
    for ref, outputs in read.items():
        if ref is not None and opened.trace.places[ref.tensor].local not in opened.trace.network.parameters:
            assert set(uses(opened, ref)) == outputs, ref
