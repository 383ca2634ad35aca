"""Operation: the right numbers put into another function."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from flint import arb, fmpq

from walkthrough.mathematics.notation import Expression, Quotient, Total
from walkthrough.numbers.balls import FUNCTIONS
from walkthrough.numbers.formulas import IndexValues, Quantity
from walkthrough.slips import Candidate, Candidates, Told, slip
from walkthrough.slips._alternatives import other_functions
from walkthrough.slips._functions import argument, formula_text, operands, without_place, without_power
from walkthrough.slips._lines import equals, factor, named, product_text, sum_text, text
from walkthrough.slips._rereading import one_by_one
from walkthrough.slips._terms import biases, misread
from walkthrough.trace.steps.kinds import Choice, Formula, Gate, Ref, Sums
from walkthrough.workbook.equation_structure import takes_logarithm, takes_power
from walkthrough.workbook.reworked_steps import ReworkedStep

_LARGEST_POWER = 200


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


@slip(common=3)
def largest_absolute(own: ReworkedStep) -> Candidates:
    """The entry of largest size in the window, whatever its sign."""
    if isinstance(own.step, Choice):
        entries = [ref for ref in own.step.candidates if ref is not None]
        ref = max(entries, key=lambda each: abs(own.number(each)))
        value = own.number(ref)
        said = "the entry of largest size is taken, whatever its sign"
        yield _other(value, said, lambda: named(own, ref, value), "largest-absolute")


@slip(common=2)
def bias_doubled(own: ReworkedStep) -> Candidates:
    """The bias added twice: v + b."""
    for row in biases(own):
        value, b = own.right + row.product, row.product
        yield _other(
            value,
            f"the bias {text(b)} is added twice",
            lambda value=value, b=b: equals(f"{text(own.right)} + {factor(b)}", value, own.right, b),
            "bias-doubled",
            row.refs[0],
        )


@slip(common=1.5)
def bias_multiplied(own: ReworkedStep) -> Candidates:
    """Multiplied by the bias instead of adding it: (v − b)·b."""
    for row in biases(own):
        rest, b = own.right - row.product, row.product
        yield _other(
            rest * b,
            f"the sum {text(rest)} is multiplied by the bias {text(b)} instead of adding it",
            lambda rest=rest, b=b: equals(product_text((rest, b)), rest * b, rest, b),
            "bias-multiplied",
            row.refs[0],
        )


@slip(common=8)
def relu_skipped(own: ReworkedStep) -> Candidates:
    """z instead of max(0, z)."""
    if isinstance(own.step, Gate):
        ref, closes = own.step.operand, not own.step.slopes.below
        value = own.number(ref)
        said = "passed on, as if there were no ReLU" if closes else "passed on as it is, without its slope"
        yield _other(value, f"a negative number is {said}", lambda: named(own, ref, value), "relu-skipped")


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
    step, operand = own.step, argument(own)
    if isinstance(step, Formula) and operand is not None and own.structure.sigmoid_of is not None:
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
    operand, stage = argument(own), own.stage
    if operand is not None and stage is not None:
        z = own.number(operand)
        yield _other(
            z,
            f"z itself is passed on, without the {stage.type}",
            lambda: named(own, operand, z),
            "sigmoid-skipped",
        )


@slip(common=4)
def other_activation(own: ReworkedStep) -> Candidates:
    """Another function of z: tanh for σ or σ for tanh, e^z alone, 1/(1 + z), 1 − e^(−z)."""
    operand = own.step.operand if isinstance(own.step, Gate) else argument(own)
    if operand is None:
        return
    z = own.number(operand)
    for other in other_functions(own.stage):
        try:
            value = other.value(z)
        except ArithmeticError:
            continue
        if own.fits(value):
            yield _other(
                value,
                f"{other.said} is taken for {other.instead}",
                lambda other=other, value=value: equals(other.text(z), value, z),
                f"other-activation {other.said}",
                None,
                other.places,
            )


@slip(common=5)
def log_base_10(own: ReworkedStep) -> Candidates:
    """The logarithm to base 10 instead of the natural one."""
    step = own.step
    if isinstance(step, Formula) and step.phase == "loss" and takes_logarithm(step.expression):
        value = own.formula(step.expression, step.place, _base("ln", 10))
        yield _other(
            value,
            "the logarithm to base 10 is taken instead of ln",
            lambda: equals(f"{text(own.right)}/ln 10", value, own.right),
            "log-base-10",
        )


@slip(common=2)
def other_base(own: ReworkedStep) -> Candidates:
    """Another base: 2 or 10 for e, log₂ for ln."""
    step = own.step
    if not isinstance(step, Formula):
        return
    if takes_logarithm(step.expression):
        binary = own.formula(step.expression, step.place, _base("ln", 2))
        yield _other(
            binary,
            "the logarithm to base 2 is taken instead of ln",
            lambda: equals(f"{text(own.right)}/ln 2", binary, own.right),
            "log-base-2",
        )
    if takes_power(step.expression):
        for base in (2, 10):
            value = own.formula(step.expression, step.place, _base("exp", base))
            numbers = [own.number(ref) for ref in operands(own)]

            def line(base: int = base, value: Quantity = value, numbers: list[Quantity] = numbers) -> str:
                said = formula_text(own, step.expression, step.place).replace("e^", f"{base}^")
                return equals(said, value, *numbers)

            yield _other(
                value, f"the base of the power is {base} instead of e", line, f"base {base}", None, 2
            )


@slip(common=5)
def not_normalised(own: ReworkedStep) -> Candidates:
    """e^z alone, not divided by the sum."""
    share = _share(own)
    if share is not None:
        above, _ = share
        value = own.formula(above, _place(own))
        yield _other(
            value,
            "the power is not divided by the sum of all",
            lambda: equals(formula_text(own, above, _place(own)), value, *map(own.number, operands(own))),
            "not-normalised",
        )


@slip(common=4)
def normalised_without_exp(own: ReworkedStep) -> Candidates:
    """z/Σz: the numbers themselves are divided by their sum."""
    share = _share(own)
    if share is not None:
        above, below = share
        bare = Quotient(without_power(above), Total(without_power(below.body), below.over))
        value = own.formula(bare, _place(own))
        yield _other(
            value,
            "the numbers themselves are divided by their sum, without e^",
            lambda: equals(formula_text(own, bare, _place(own)), value, *map(own.number, operands(own))),
            "normalised-without-exp",
        )


@slip(common=4)
def own_left_out(own: ReworkedStep) -> Candidates:
    """e^z divided by the sum of the others."""
    share = _share(own)
    if share is not None:
        above, below = share
        others = Quotient(above, without_place(below, above, _place(own)))
        value = own.formula(others, _place(own))
        yield _other(
            value,
            "its own term is left out of the sum by which it is divided",
            lambda: equals(formula_text(own, others, _place(own)), value, *map(own.number, operands(own))),
            "own-left-out",
        )


# --- windows and functions ---------------------------------------------------------------------


def _other(
    value: Quantity, condition: str, line: Any, key: str, at: Ref | None = None, places: int = 1
) -> Candidate:
    return Candidate(value, lambda: Told(condition, line()), at, places, key)


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


def _share(own: ReworkedStep) -> tuple[Expression, Total] | None:
    """A share of a whole: what it is, and the Σ by which it is divided."""
    step = own.step
    if not isinstance(step, Formula) or step.phase != "forward":
        return None
    match step.expression:
        case Quotient(above, Total() as below) if takes_power(above):
            return above, below
    return None


def _place(own: ReworkedStep) -> IndexValues:
    assert isinstance(own.step, Formula)
    return own.step.place


@cache
def _base(function: str, base: int) -> Mapping[str, Any]:
    """The functions with another base in the place of e."""

    def power(of: Quantity) -> Quantity:
        if isinstance(of, fmpq) and of.q == 1 and abs(of) < _LARGEST_POWER:
            return fmpq(base) ** int(of.p)
        return (arb(of) * arb(base).log()).exp()

    def logarithm(of: Quantity) -> Quantity:
        return FUNCTIONS["ln"](of) / arb(base).log()

    return MappingProxyType({**FUNCTIONS, function: power if function == "exp" else logarithm})
