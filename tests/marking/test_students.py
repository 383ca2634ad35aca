"""Simulated students: nobody who is right is accused, and whoever slips once is blamed for that alone.

`STUDENTS=1000 pytest tests/marking/test_students.py` tries more of them.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from fractions import Fraction

import pytest
from flint import ctx, fmpq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.drawn import case_texts
from walkthrough.case import read_case
from walkthrough.case.cells import cell_name
from walkthrough.marking.verdicts.agreement import WrittenRational, with_own
from walkthrough.marking.verdicts.marker import Marker
from walkthrough.trace.steps.kinds import Ref
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import CannotReplay, replay
from walkthrough.workbook.operands import Operands
from walkthrough.workbook.reworked_steps import reworked

from .sheets import marker, trace
from .students import Habits, Student, fraction, number

TIMES = int(os.environ.get("STUDENTS", "0"))
# case → how many students in an ordinary run
CASES = {
    "absolute-error": 10,
    "batch-normalisation": 10,
    "convolution-1d": 10,
    "dilated-convolution": 10,
    "dropout": 10,
    "elu": 15,
    "global-average-pooling": 10,
    "grouped-convolution": 10,
    "hinge": 10,
    "huber": 10,
    "leaky-relu": 10,
    "multiclass-hinge": 10,
    "silu": 15,
    "single-channel": 10,
    "softplus": 15,
    "transposed-convolution": 10,
    "two-layer-update": 15,
    "upsampling": 10,
    "average-pooling": 10,
    "convolution": 10,
    "cross-correlation": 10,
    "four-by-four": 40,
    "full-convolution": 10,
    "full-cross-correlation": 10,
    "kernel-and-input-gradient": 20,
    "lecture-notes": 50,
    "max-pooling": 10,
    "multi-channel": 15,
    "sigmoid-network": 50,
    "softmax-cross-entropy": 60,
    "two-conv-network": 3,
}
ACCUSED = ("wrong", "lucky", "follows", "no-evidence")
Slip = Callable[[Student, object, Fraction], Fraction]


@pytest.fixture(autouse=True, scope="module")
def precise() -> object:
    with ctx.workprec(200):
        yield


@pytest.mark.parametrize(("case", "several"), CASES.items())
def test_no_correct_student_is_accused(case: str, several: int) -> None:
    for seed in range(TIMES or several):
        draw = random.Random(seed)
        student = Student(trace(case), draw, Habits.drawn(draw))
        student.works()
        sheet = marker(case).mark(student.sheet())
        accused = [
            (seed, student.habits, each.claim.cell, each.claim.written, each.verdict)
            for each in sheet.claims
            if each.verdict in ACCUSED
        ]
        assert not accused


@pytest.mark.parametrize(("case", "several"), CASES.items())
def test_nobody_is_accused_who_rounds_on_the_way(case: str, several: int) -> None:
    for seed in range(TIMES or several):
        draw = random.Random(seed)
        student = Student(trace(case), draw, Habits.drawn(draw, draw.choice([0.5, 1])))
        try:
            student.works()
        except ArithmeticError:
            continue  # 1 − 1.00 has no logarithm, and nothing is divided by 0.00
        sheet = marker(case).mark(student.sheet())
        accused = [
            (seed, student.habits, each.claim.cell, each.claim.written, each.verdict)
            for each in sheet.claims
            if each.verdict in ACCUSED
        ]
        assert not accused


@settings(max_examples=TIMES or 30, deadline=None, suppress_health_check=list(HealthCheck))
@given(case_texts(), st.integers(0, 10**6))
def test_no_correct_student_is_accused_whatever_the_case(text: str, seed: int) -> None:
    try:
        drawn = replay(read_case(text))
    except CannotReplay:
        return
    if sum(1 for _ in Steps(drawn).all()) > 400:
        return
    draw = random.Random(seed)
    student = Student(drawn, draw, Habits.drawn(draw))
    try:
        student.works()
    except ArithmeticError:
        return  # 1 − 1 has no logarithm
    sheet = Marker(drawn).mark(student.sheet())
    assert not [each for each in sheet.claims if each.verdict in ACCUSED]


def sign(student: Student, step: object, value: Fraction) -> Fraction:
    return -value


def digit(student: Student, step: object, value: Fraction) -> Fraction:
    text = list(student.writes(value).text)
    at = student.draw.choice([at for at, each in enumerate(text) if each.isdigit()])
    text[at] = student.draw.choice([each for each in "0123456789" if each != text[at]])
    return Fraction("".join(text))


def term(student: Student, step: object, value: Fraction) -> Fraction:
    rows = [
        row for row in reworked(student.book, step.ref, Operands(student.carried)).rows if row.product != 0
    ]
    return value - fraction(student.draw.choice(rows).product) if len(rows) > 1 else -value


def slipped(case: str, seed: int, several: int) -> tuple[list[str], list[str]] | None:
    """Where a student slipped, and what is blamed; None if it does not show, or leads nowhere."""
    draw = random.Random(seed)
    refs = [step.ref for step in Steps(trace(case)).all()]
    first = draw.choice(refs)
    elsewhere = [ref for ref in refs if ref.tensor.partition(".")[0] != first.tensor.partition(".")[0]]
    chosen = [first, *draw.sample(elsewhere, several - 1)]
    values: dict[Ref, Fraction] = {}

    def slip(student: Student, step: object, value: Fraction) -> Fraction:
        values[step.ref] = value
        return draw.choice([sign, digit, term])(student, step, value)

    student = Student(trace(case), draw, Habits.drawn(draw), dict.fromkeys(chosen, slip))
    try:
        student.works()
    except ArithmeticError:
        return None
    for ref, value in values.items():
        right = fmpq(value.numerator, value.denominator)
        if with_own(WrittenRational.of(number(student.written[ref])), ((right, right),)) is not None:
            return None
    sheet = marker(case).mark(student.sheet())
    names = [cell_name(ref.tensor, ref.cell, trace(case).places[ref.tensor].shape) for ref in values]
    return names, [each.claim.cell for each in sheet.claims if each.verdict == "wrong"]


def blamed(several: int, count: int) -> tuple[int, int, int]:
    """How many slipping students there are, for how many just their slips are blamed, or something else."""
    shown = found = others = 0
    for case in ("four-by-four", "lecture-notes", "sigmoid-network", "multi-channel"):
        for seed in range(TIMES or count):
            result = slipped(case, seed, several)
            if result is not None:
                shown += 1
                found += result[0] == result[1]
                others += not set(result[1]) <= set(result[0])
    return shown, found, others


def test_one_slip_is_blamed_alone() -> None:
    shown, found, others = blamed(1, 50)
    assert others == 0
    assert found >= 0.98 * shown


def test_two_slips_in_different_layers_are_both_blamed() -> None:
    # a sign turned twice is right again, and a last digit may hide behind the rounding of the first
    shown, found, others = blamed(2, 25)
    assert others == 0
    assert found >= 0.93 * shown
