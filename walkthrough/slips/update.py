"""Update: w − α·g with something wrong about it."""

from __future__ import annotations

from collections.abc import Iterator

from flint import fmpq

from walkthrough.numbers.formulas import Quantity
from walkthrough.numbers.quantities import nearly
from walkthrough.slips import Candidate, Candidates, Told, slip
from walkthrough.slips._lines import equals, factor, named, product_text, text
from walkthrough.trace.steps import Ref, Update
from walkthrough.workbook.reworked_steps import ReworkedStep


@slip(common=8)
def gradient_added(own: ReworkedStep) -> Candidates:
    """w + αg."""
    if isinstance(own.step, Update):
        old, rate, gradient = _parts(own)
        value = old + rate * gradient
        line = equals(f"{text(old)} + {product_text((rate, gradient))}", value, old, gradient)
        yield Candidate(
            value,
            lambda: Told("the gradient is added instead of subtracted", line),
            None,
            1,
            "gradient added",
        )


@slip(common=6)
def rate_forgotten(own: ReworkedStep) -> Candidates:
    """w − g."""
    if isinstance(own.step, Update):
        old, _, gradient = _parts(own)
        value = old - gradient
        line = equals(f"{text(old)} − {factor(gradient)}", value, old, gradient)
        yield Candidate(
            value,
            lambda: Told("the learning rate is forgotten", line),
            own.step.gradient,
            1,
            "rate forgotten",
        )


@slip(common=6)
def old_weight_forgotten(own: ReworkedStep) -> Candidates:
    """−αg."""
    if isinstance(own.step, Update):
        _, rate, gradient = _parts(own)
        value = -rate * gradient
        line = equals(product_text((-rate, gradient)), value, gradient)
        yield Candidate(
            value, lambda: Told("the old weight is forgotten", line), own.step.old, 1, "old weight forgotten"
        )


@slip(common=4)
def new_weight_for_gradient(own: ReworkedStep) -> Candidates:
    """w − αg in the gradient's cell."""
    rate = own.book.trace.case.learning_rate
    name = own.book.trace.place(own.ref.tensor).local.removesuffix(".grad")
    if own.step.phase != "backward" or rate is None or name not in own.book.trace.network.parameters:
        return
    old = own.number(Ref(name, own.ref.cell))
    step = fmpq(rate.value.numerator, rate.value.denominator)
    value = old - step * own.right

    def told() -> Told:
        line = equals(f"{text(old)} − {product_text((step, own.right))}", value, old, own.right)
        return Told("the weight after the update is written in the gradient's place", line)

    yield Candidate(value, told, None, 1, "new weight for the gradient")


@slip(common=4, solves=True)
def rate_misread(own: ReworkedStep) -> Candidates:
    """w − α′g with another rate α′: a power of ten off, twice or half of it, or a plain number."""
    if not isinstance(own.step, Update):
        return
    old, rate, gradient = _parts(own)
    for taken, places in _rates(own, old, rate, gradient):
        value = old - taken * gradient
        if own.fits(value):
            yield _with_rate(own, taken, value, places, across=True)
            yield _with_rate(own, taken, value, places, across=False)


def _with_rate(own: ReworkedStep, taken: Quantity, value: Quantity, places: int, across: bool) -> Candidate:
    """A rate misread throughout the update, or for this layer only."""
    old, rate, gradient = _parts(own)

    def told() -> Told:
        line = equals(f"{text(old)} − {product_text((taken, gradient))}", value, old, gradient)
        return Told(f"the learning rate is taken as {text(taken)} instead of {text(rate)}", line)

    def again(other: ReworkedStep) -> Quantity | None:
        if not isinstance(other.step, Update):
            return None
        before, _, slope = _parts(other)
        return before - taken * slope

    return Candidate(value, told, None, places, f"rate {text(taken)}", across, again)


@slip(common=3)
def rate_times_all(own: ReworkedStep) -> Candidates:
    """α(w − g)."""
    if isinstance(own.step, Update):
        old, rate, gradient = _parts(own)
        value = rate * (old - gradient)
        line = equals(f"{text(rate)}·({text(old)} − {factor(gradient)})", value, old, gradient)
        said = "the rate multiplies the old weight as well, α·(w − g)"
        yield Candidate(value, lambda: Told(said, line), None, 1, "rate times all")


@slip(common=2)
def weight_times_gradient(own: ReworkedStep) -> Candidates:
    """w − αgw."""
    if isinstance(own.step, Update):
        old, rate, gradient = _parts(own)
        value = old - rate * gradient * old
        line = equals(f"{text(old)} − {product_text((rate, gradient, old))}", value, old, gradient)
        said = "the step is multiplied by the weight, w − α·g·w"
        yield Candidate(value, lambda: Told(said, line), None, 1, "weight times gradient")


@slip(common=5)
def not_updated(own: ReworkedStep) -> Candidates:
    """w, as it was."""
    if isinstance(own.step, Update):
        old, *_ = _parts(own)
        own_old, said = own.step.old, "the weight is not updated at all"
        yield Candidate(old, lambda: Told(said, named(own, own_old, old)), own_old, 1, "not updated")


_OFTEN = (fmpq(10), fmpq(1, 10), fmpq(2), fmpq(1, 2), fmpq(100), fmpq(1, 100), fmpq(1000), fmpq(1, 1000))
"""Times the right rate."""
_PLAIN = 90
"""How many plain rates there are: a digit, and where the point stands."""


def _rates(
    own: ReworkedStep, old: Quantity, rate: Quantity, gradient: Quantity
) -> Iterator[tuple[Quantity, int]]:
    """Rates that somebody may have taken, each with how many are as likely."""
    often = [times * rate for times in _OFTEN]
    for at, taken in enumerate(often):
        yield taken, 1 + at
    if own.sought is None or not gradient:
        return
    ends = [nearly((old - end) / gradient) for end in (own.sought.low, own.sought.high)]
    for taken in _plain_between(min(ends), max(ends)):
        if taken not in often and taken != rate:
            yield taken, _PLAIN


def _plain_between(low: float, high: float) -> Iterator[Quantity]:
    """The numbers of one digit between two: 0.3, 0.05, 2."""
    for power in range(-4, 1):
        for digit in range(1, 10):
            if low <= digit * 10.0**power * (1 + 1e-12) and digit * 10.0**power <= high * (1 + 1e-12):
                yield fmpq(digit) * fmpq(10) ** power


def _parts(own: ReworkedStep) -> tuple[Quantity, Quantity, Quantity]:
    """The old weight, the learning rate and the gradient."""
    step, rate = own.step, own.book.trace.case.learning_rate
    assert isinstance(step, Update)
    assert rate is not None
    return own.number(step.old), fmpq(rate.value.numerator, rate.value.denominator), own.number(step.gradient)
