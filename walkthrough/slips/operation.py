"""Operation: the right numbers put into another function."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flint import arb, fmpq

from walkthrough.numbers.balls import FUNCTIONS
from walkthrough.numbers.formulas import Quantity
from walkthrough.slips import Candidate, Candidates, Told, slip
from walkthrough.slips._lines import equals, sum_text, text
from walkthrough.slips.layout import misread, one_by_one
from walkthrough.trace.steps import Choice, Formula, Gate, Ref, Sums
from walkthrough.workbook.reworked_steps import ReworkedStep


@slip(common=6)
def average_for_max(own: ReworkedStep) -> Candidates:
    """The mean of the window instead of its largest entry."""
    if isinstance(own.step, Choice):
        numbers, size = _numbers(own), len(own.step.candidates)
        value = _total(numbers) / size
        yield _other(
            value,
            "the mean of the window is taken instead of the largest",
            lambda: equals(f"({_summed(numbers)})/{size}", value, *numbers),
            "average-for-max",
        )


@slip(common=4)
def max_for_average(own: ReworkedStep) -> Candidates:
    """The largest entry of the window instead of its mean."""
    if _average(own):
        numbers = [row.values[0] for row in own.rows if row.refs[0] is not None]
        value = max(numbers)
        yield _other(
            value,
            f"the largest of the {_averaged(own)} is taken instead of the mean",
            lambda: equals(f"max({_listed(numbers)})", value, *numbers),
            "max-for-average",
        )


@slip(common=6)
def sum_for_average(own: ReworkedStep) -> Candidates:
    """The sum of the window, not divided."""
    if _average(own):
        numbers = [row.values[0] for row in own.rows]
        value = _total(numbers)
        yield _other(
            value,
            f"the sum of the {_averaged(own)} is not divided by its size",
            lambda: equals(_summed(numbers), value, *numbers),
            "sum-for-average",
        )


@slip(common=3)
def min_for_max(own: ReworkedStep) -> Candidates:
    """The smallest entry of the window."""
    if isinstance(own.step, Choice):
        numbers = _numbers(own)
        value = min(numbers)
        yield _other(
            value,
            "the smallest of the window is taken instead of the largest",
            lambda: equals(f"min({_listed(numbers)})", value, *numbers),
            "min-for-max",
        )


@slip(common=5.5)
def windows_overlapped(own: ReworkedStep) -> Candidates:
    """Pool windows one pixel apart instead of side by side."""
    window = own.structure.window
    if window is not None and window.kernel is None:
        said = "the pool's windows lie one pixel apart"
        yield from misread(own, "windows-overlapped", one_by_one, said)


@slip(common=8)
def relu_skipped(own: ReworkedStep) -> Candidates:
    """z instead of max(0, z)."""
    if isinstance(own.step, Gate):
        value, closes = own.number(own.step.operand), not own.step.slopes.below
        said = "passed on, as if there were no ReLU" if closes else "passed on as it is, without its slope"
        yield _other(value, f"a negative number is {said}", str, "relu-skipped")


@slip(common=5)
def absolute_for_relu(own: ReworkedStep) -> Candidates:
    """|z| instead of max(0, z)."""
    if isinstance(own.step, Gate):
        z = own.number(own.step.operand)
        yield _other(
            abs(z),
            "the minus is taken away, |z| instead of "
            + ("a share of z" if own.step.slopes.below else "max(0, z)"),
            lambda: equals(f"|{text(z)}|", abs(z), z),
            "absolute-for-relu",
        )


@slip(common=4)
def sigmoid_of_minus(own: ReworkedStep) -> Candidates:
    """σ(−z)."""
    step, operand = own.step, _argument(own)
    if isinstance(step, Formula) and operand is not None:
        z = own.number(operand)
        value = own.formula(step.expression, step.place, instead=lambda _: -z)
        yield _other(
            value,
            f"σ(−z) is taken with z = {text(z)}",
            lambda: equals(f"1/(1 + e^({text(z)}))", value, z),
            "sigmoid-of-minus",
            operand,
        )


@slip(common=4)
def sigmoid_skipped(own: ReworkedStep) -> Candidates:
    """z instead of σ(z)."""
    operand = _argument(own)
    if operand is not None:
        yield _other(
            own.number(operand), "z itself is passed on, without the sigmoid", str, "sigmoid-skipped"
        )


@slip(common=5)
def log_base_10(own: ReworkedStep) -> Candidates:
    """The logarithm to base 10 instead of the natural one."""
    step = own.step
    if isinstance(step, Formula) and step.phase == "loss" and own.structure.logarithm:
        value = own.formula(step.expression, step.place, _TENS)
        yield _other(
            value,
            "the logarithm to base 10 is taken instead of ln",
            lambda: equals(f"{text(own.right)}/ln 10", value, own.right),
            "log-base-10",
        )


# --- windows and functions ---------------------------------------------------------------------


def _other(value: Quantity, condition: str, line: Any, key: str, at: Ref | None = None) -> Candidate:
    return Candidate(value, lambda: Told(condition, line()), at, 1, key)


def _numbers(own: ReworkedStep) -> list[Quantity]:
    """What stands in a pool's window, without the padding."""
    assert isinstance(own.step, Choice)
    return [own.number(ref) for ref in own.step.candidates if ref is not None]


def _average(own: ReworkedStep) -> bool:
    """Whether the step takes the mean of a window, or of a whole map."""
    return bool(own.structure.mean_of) and isinstance(own.step, Sums) and own.step.phase == "forward"


def _averaged(own: ReworkedStep) -> str:
    """What a mean is taken of: a window that slides, or all of a map."""
    return "map" if own.structure.window is None else "window"


def _total(numbers: list[Quantity]) -> Quantity:
    result: Quantity = fmpq(0)
    for number in numbers:
        result = result + number
    return result


def _summed(numbers: list[Quantity]) -> str:
    return sum_text([text(number) for number in numbers])


def _listed(numbers: list[Quantity]) -> str:
    return ", ".join(map(text, numbers))


def _argument(own: ReworkedStep) -> Ref | None:
    """What a sigmoid is taken of."""
    step, argument = own.step, own.structure.sigmoid_of
    if argument is None or not isinstance(step, Formula) or step.phase != "forward":
        return None
    return own.refer(argument, step.place)


def _tens(of: Quantity) -> Quantity:
    return FUNCTIONS["ln"](of) / arb(10).log()


_TENS: Mapping[str, Any] = MappingProxyType({**FUNCTIONS, "ln": _tens})
