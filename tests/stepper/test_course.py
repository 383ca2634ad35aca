"""The course: every line of a case in the order of its page, and every number found by its name."""

from __future__ import annotations

from itertools import product

import pytest

from tests.stepper.walks import walk_through
from walkthrough.case.cells import NoSuchCell
from walkthrough.trace.steps.kinds import Given


def test_lecture_notes_go_from_the_first_window_to_the_last_update():
    course = walk_through("lecture-notes").course
    assert [(part.tensor, part.size) for part in course.parts] == [
        ("conv", 16),
        ("pool", 4),
        ("relu", 4),
        ("flatten", 4),
        ("dense", 1),
        ("sigmoid", 1),
        ("loss", 1),
        ("sigmoid.grad", 1),
        ("dense.grad", 1),
        ("dense.weight.grad", 4),
        ("flatten.grad", 4),
        ("relu.grad", 4),
        ("pool.grad", 4),
        ("conv.grad", 16),
        ("conv.kernel.grad", 9),
        ("input.grad", 36),
        ("conv.kernel.new", 9),
        ("dense.weight.new", 4),
    ]


def test_a_batch_goes_sample_by_sample_then_means_then_updates():
    course = walk_through("two-conv-network").course
    samples = [2 if "@2" in part.tensor else 1 for part in course.parts if part.phase != "update"]
    names = [part.tensor for part in course.parts]
    second = names.index("conv1@2")
    assert names.index("input.grad") == second - 1
    assert set(samples[:second]) == {1}
    assert names.index("loss") == names.index("input.grad@2") + 1
    assert [part.phase for part in course.parts][-8:] == ["update"] * 8


@pytest.mark.parametrize("name", ["lecture-notes", "four-by-four", "two-conv-network", "single-channel"])
def test_every_number_is_found_by_its_name(name):
    walk = walk_through(name)
    for tensor, shape in walk.opened.shapes.items():
        for cell in product(*map(range, shape)):
            ref = walk.course.find(walk.opened.trace.cell_name(tensor, cell))
            assert ref == (tensor, cell)
            assert walk.to(ref).ref == ref


def test_every_line_has_its_number_and_every_number_its_line():
    walk = walk_through("two-conv-network")
    course = walk.course
    seen = set()
    for line in range(course.lines):
        ref = course.ref(line)
        assert course.line(ref) == line
        assert not isinstance(walk.opened.step(ref), Given)
        seen.add(ref)
    assert len(seen) == course.lines


@pytest.mark.parametrize(
    ("word", "tensor"),
    [
        ("backward", "sigmoid.grad"),
        ("update", "conv.kernel.new"),
        ("conv", "conv"),
        ("pool.grad", "pool.grad"),
    ],
)
def test_words_lead_to_where_they_begin(word, tensor):
    walk = walk_through("lecture-notes")
    ref = walk.course.find(word)
    assert ref.tensor == tensor
    assert not any(ref.cell)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("covn", '"conv"'),
        ("conv[9,9]", "expected conv[1…4,1…4]"),
        ("", "nothing here is called"),
        ("\x1b[2J", "\\x1b[2J"),
    ],
)
def test_what_is_not_there_is_told_with_the_nearest(word, said):
    with pytest.raises(NoSuchCell) as problem:
        walk_through("lecture-notes").course.find(word)
    assert said in str(problem.value)
    assert "\x1b" not in str(problem.value)
