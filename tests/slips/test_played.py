"""Slips are played on the shipped cases and on drawn ones, and recognised from the number alone."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

import pytest
from flint import ctx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.drawn import case_texts
from tests.slips.exercises import (
    claim,
    computed,
    opened,
    refer,
    rounded,
    sheet,
    shipped,
    shipped_names,
    slips_of,
    true_value,
)
from walkthrough.case import read_case
from walkthrough.marking.diagnosis.likeliest_slips import diagnose
from walkthrough.slips import SlipKind, all_slips
from walkthrough.slips._lines import as_known
from walkthrough.trace.steps.kinds import Ref
from walkthrough.trace.trace import CannotReplay
from walkthrough.workbook.operands import Operands
from walkthrough.workbook.reworked_steps import reworked
from walkthrough.workbook.workbook import Workbook

MANY = 250


def given_by(book: Workbook, kind: SlipKind, ref: Ref) -> list[Fraction]:
    """Every wrong number that a slip gives in a cell, from the true operands."""
    numbers = Operands(lambda each: true_value(book, each))
    with ctx.workprec(256):
        own = reworked(book, ref, numbers)
        try:
            values = [as_known(candidate.value).value for candidate in kind.play(own)]
            right = as_known(own.right).value
        except ArithmeticError:
            return []
    return [value for value in values if abs(value - right) > abs(right) * Fraction(1, 10**20)]


def is_right(book: Workbook, ref: Ref, written: str) -> bool:
    """Whether it is the true number, rounded or cut off."""
    number = claim(book, book.name(ref), written).number
    assert number is not None
    true = true_value(book, ref)
    apart = abs(number.value - true)
    if true.denominator == 1 or not number.value or not number.units:
        return not apart
    return apart < max(number.units)


def slipped(book: Workbook, kind: SlipKind, draw: random.Random, most: int) -> Iterator[tuple[Ref, str]]:
    """Cells at random, with the number that the slip gives there, to four to seven digits."""
    cells = list(computed(book))
    draw.shuffle(cells)
    del cells[MANY:]
    found = 0
    for ref in cells:
        values = given_by(book, kind, ref)
        written = rounded(draw.choice(values), draw.randint(4, 7)) if values else ""
        if written and not is_right(book, ref, written):
            yield ref, written
            found += 1
            if found == most:
                return


def significant(written: str) -> int:
    """How many digits say something."""
    return len(written.partition("e")[0].lstrip("-").replace(".", "").lstrip("0"))


@pytest.mark.parametrize("name", shipped_names())
def test_one_slip_is_recognised(name: str) -> None:
    book, draw = shipped(name), random.Random(name)
    named, all_of_them = Counter[bool](), 0
    # of a case with hundreds of numbers one of each slip
    several = 3 if len(list(computed(book))) < MANY else 1
    for kind in all_slips():
        for ref, written in slipped(book, kind, draw, several):
            if significant(written) > 2:
                words = [slip.slip for slip in slips_of(book, book.name(ref), written)]
                named[kind.word in words] += 1
                all_of_them += 1
    # a few are told by another name that gives the same number: of a handful, one
    assert named[False] <= max(1, 0.15 * all_of_them), named


@pytest.mark.parametrize("name", shipped_names())
@pytest.mark.parametrize("digits", [2, 3, 6, 12])
def test_no_slip_is_seen_in_right_numbers(name: str, digits: int) -> None:
    book = shipped(name)
    right = {book.name(ref): rounded(true_value(book, ref), digits) for ref in computed(book)}
    for ref in list(computed(book))[:: max(1, len(right) // 40)]:
        if is_right(book, ref, right[book.name(ref)]):
            assert slips_of(book, book.name(ref), right[book.name(ref)]) == ()


def inside(written: str, gives: Fraction) -> bool:
    book = shipped("max-pooling")
    number = claim(book, "pool", written).number
    assert number is not None
    return abs(number.value - gives) <= max(number.units, default=Fraction(0)) / 2


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=case_texts(), data=st.data())
def test_what_is_listed_gives_the_written_number(text: str, data: st.DataObject) -> None:
    try:
        book = opened(read_case(text))
    except CannotReplay:
        return
    cells = list(computed(book))
    if not cells:
        return
    ref = data.draw(st.sampled_from(cells))
    written = data.draw(
        st.one_of(
            st.integers(-30, 30).map(str),
            st.decimals(-9, 9, places=2).map(str),
            st.sampled_from(["0", "-0.0", "100", "1200", "1/3", "-2/7", "1e-3", "25%", "0.0001"]),
            st.sampled_from(all_slips()).map(lambda kind: _some(book, kind, ref)),
        )
    )
    for slip in slips_of(book, book.name(ref), written):
        assert inside(written, slip.gives.value), (written, slip)
        assert slip.at
        assert " is what comes out if " in slip.words
    assert len({slip.slip for slip in slips_of(book, book.name(ref), written)}) <= 5


def _some(book: Workbook, kind: SlipKind, ref: Ref) -> str:
    values = given_by(book, kind, ref)
    return rounded(values[0], 5) if values else "1"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=case_texts(), data=st.data())
def test_a_slip_in_a_drawn_case_is_recognised(text: str, data: st.DataObject) -> None:
    try:
        book = opened(read_case(text))
    except CannotReplay:
        return
    cells = list(computed(book))
    if not cells:
        return
    ref, kind = data.draw(st.sampled_from(cells)), data.draw(st.sampled_from(all_slips()))
    for value in given_by(book, kind, ref)[:3]:
        written = rounded(value, 6)
        if significant(written) > 3 and not kind.solves and not is_right(book, ref, written):
            assert slips_of(book, book.name(ref), written)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 10_000), name=st.sampled_from(["lecture-notes", "four-by-four", "sigmoid-network"])
)
def test_what_is_remembered_of_others_changes_nothing(seed: int, name: str) -> None:
    draw, used = random.Random(seed), shipped(name)
    right = {used.name(ref): rounded(true_value(used, ref), draw.randint(3, 6)) for ref in computed(used)}
    cells = draw.sample(sorted(right), 4)
    wrong = {
        cell: draw.choice([f"-{right[cell]}".replace("--", ""), "7", "0.5", right[cells[0]]])
        for cell in cells
    }
    others = {cell: right[cell] for cell in right if draw.random() < 0.7}
    fresh = opened(used.trace.case)
    for cell in cells:
        said = [
            diagnose(made[refer(book, cell)], book, own)
            for book in (used, fresh)
            for made, own in [sheet(book, {**others, **wrong})]
        ]
        assert said[0] == said[1]
