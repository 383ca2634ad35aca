"""Update: w − α·g with something wrong about it."""

from __future__ import annotations

from flint import fmpq

from walkthrough.numbers.formulas import Quantity
from walkthrough.slips import Candidate, Candidates, Told, slip
from walkthrough.slips._lines import equals, factor, product_text, text
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
    places, rate = own.book.trace.places, own.book.trace.case.learning_rate
    name = places[own.ref.tensor].local.removesuffix(".grad")
    if own.step.phase != "backward" or rate is None or name not in own.book.trace.network.parameters:
        return
    old = own.number(Ref(name, own.ref.cell))
    step = fmpq(rate.value.numerator, rate.value.denominator)
    value = old - step * own.right

    def told() -> Told:
        line = equals(f"{text(old)} − {product_text((step, own.right))}", value, old, own.right)
        return Told("the weight after the update is written in the gradient's place", line)

    yield Candidate(value, told, None, 1, "new weight for the gradient")


def _parts(own: ReworkedStep) -> tuple[Quantity, Quantity, Quantity]:
    """The old weight, the learning rate and the gradient."""
    step, rate = own.step, own.book.trace.case.learning_rate
    assert isinstance(step, Update)
    assert rate is not None
    return own.number(step.old), fmpq(rate.value.numerator, rate.value.denominator), own.number(step.gradient)
