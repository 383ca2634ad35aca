"""Where each key leads."""

from __future__ import annotations

import pytest

from tests.stepper.walks import at, walk_through


def name(walk):
    return walk.opened.name(walk.ref)


@pytest.mark.parametrize("case", ["lecture-notes", "four-by-four", "two-conv-network"])
def test_forward_alone_goes_through_every_line_in_order(case):
    walk = walk_through(case)
    lines = [walk.line]
    while not walk.ended:
        walk = walk.forward()
        lines.append(walk.line)
    assert lines == list(range(walk.course.lines))
    assert walk.forward().line == walk.line


def test_back_is_where_one_came_from():
    walk = at("lecture-notes", "pool[1,1]")
    assert walk.forward().back().line == walk.line
    assert name(walk.back()) == "conv[4,4]"
    assert walk_through("lecture-notes").back().line == 0


def test_an_opened_line_goes_term_by_term_and_then_to_the_next():
    walk = at("lecture-notes", "conv[1,1]").enter()
    assert walk.term == 0
    for term in range(1, 9):
        walk = walk.forward()
        assert (walk.line, walk.term) == (0, term)
    walk = walk.forward()
    assert (walk.line, walk.term) == (1, 0)
    assert (walk.back().line, walk.back().term) == (0, 8)
    assert walk.leave().term is None


def test_a_line_of_one_step_has_nothing_to_open():
    assert at("lecture-notes", "sigmoid").enter().term is None


def test_parts_are_gone_through_both_ways():
    walk = at("lecture-notes", "conv[2,2]")
    assert name(walk.next_part()) == "pool[1,1]"
    assert name(walk.previous_part()) == "conv[1,1]"
    last = at("lecture-notes", "dense.weight.new[3]")
    assert last.next_part().line == last.course.lines - 1
    assert walk_through("lecture-notes").previous_part().line == 0


def test_given_numbers_are_looked_at_and_left_again():
    walk = at("lecture-notes", "conv[2,2]").enter().forward()
    looked = walk.to(walk.course.find("input[3,3]"))
    assert name(looked) == "input[3,3]"
    assert name(looked.forward()) == "input[3,4]"
    assert name(looked.down()) == "input[4,3]"
    assert name(looked.up()) == "input[2,3]"
    assert looked.leave() == walk


def test_enter_on_a_given_number_goes_to_where_it_is_used_first():
    walk = at("lecture-notes", "input[3,3]")
    assert name(walk.enter()) == "conv[1,1]"
    assert walk.enter().looked is None


def test_the_edges_of_a_tensor_are_not_left():
    walk = at("lecture-notes", "input[1,1]")
    assert walk.back() == walk
    assert walk.up() == walk


def test_a_value_is_kept_back_until_the_next_key():
    walk = at("lecture-notes", "conv[1,1]").guessing()
    assert walk.hidden
    told = walk.forward()
    assert (told.line, told.hidden) == (0, False)
    following = told.forward()
    assert (following.line, following.hidden) == (1, True)
    assert not following.guessing().hidden
