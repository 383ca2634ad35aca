"""Honest sheets as somebody with a pocket calculator fills them in; nothing of the program is used.

Each line is worked out from what stands on the sheet, and what is on the way to it (1 − y, y(1 − y), e^z and
their sum, each product) is rounded or cut off to the digits or the decimals that are written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

PRECISE = Context(prec=40)
Round = Callable[[Decimal], Decimal]


@dataclass(frozen=True)
class Calculator:
    """Keeps so many digits, or so many decimals; rounds, or cuts off."""

    places: int
    decimals: bool
    cut: bool

    def kept(self, value: Decimal) -> Decimal:
        """A number as it is written down."""
        if value == value.to_integral_value():
            return value
        finest = -self.places if self.decimals else value.adjusted() - self.places + 1
        way = ROUND_DOWN if self.cut else ROUND_HALF_UP
        return value.quantize(Decimal(1).scaleb(finest), rounding=way, context=PRECISE)


def exp(of: Decimal) -> Decimal:
    return of.exp(PRECISE)


def written(number: Decimal) -> str:
    return format(number, "f")


def over(above: Decimal, below: Decimal) -> Decimal:
    return PRECISE.divide(above, below)


def lecture_notes(by: Calculator) -> dict[str, str]:
    """The notes from the flattened map on: 1020 1275 765 1275, weights ±0.01, target 0, rate 0.1."""
    keep = by.kept
    inputs = [Decimal(each) for each in (1020, 1275, 765, 1275)]
    weights = [Decimal(each) for each in ("0.01", "0.01", "-0.01", "-0.01")]
    z = keep(sum((keep(x * w) for x, w in zip(inputs, weights, strict=True)), Decimal(0)))
    y = keep(over(Decimal(1), 1 + keep(exp(-z))))
    rest = keep(1 - y)
    loss = keep(-rest.ln(PRECISE))
    outer = keep(over(Decimal(1), rest))
    slope = keep(y * rest)
    delta = keep(outer * slope)
    gradients = [keep(delta * x) for x in inputs]
    steps = [keep(Decimal("0.1") * gradient) for gradient in gradients]
    new = [keep(w - step) for w, step in zip(weights, steps, strict=True)]
    back = [keep(delta * w) for w in weights]
    sheet = {"dense": z, "sigmoid": y, "loss": loss, "sigmoid.grad": outer, "dense.grad": delta}
    sheet |= {f"dense.weight.grad[{n}]": each for n, each in enumerate(gradients, 1)}
    sheet |= {f"dense.weight.new[{n}]": each for n, each in enumerate(new, 1)}
    sheet |= {f"flatten.grad[{n}]": each for n, each in enumerate(back, 1)}
    return {cell: written(value) for cell, value in sheet.items()}


def softmax(by: Calculator) -> dict[str, str]:
    """z = 2 1 −1, target 0 1 0."""
    keep = by.kept
    powers = [keep(exp(Decimal(z))) for z in (2, 1, -1)]
    total = keep(sum(powers, Decimal(0)))
    shares = [keep(over(power, total)) for power in powers]
    sheet = {f"softmax[{n}]": each for n, each in enumerate(shares, 1)}
    sheet["loss"] = keep(-shares[1].ln(PRECISE))
    sheet |= {f"input.grad[{n}]": keep(each - (n == 2)) for n, each in enumerate(shares, 1)}
    return {cell: written(value) for cell, value in sheet.items()}


def four_by_four(by: Calculator) -> dict[str, str]:
    """The end of that example: z = −0.2, target 1."""
    keep = by.kept
    y = keep(over(Decimal(1), 1 + keep(exp(Decimal("0.2")))))
    outer = keep(-over(Decimal(1), y))
    slope = keep(y * keep(1 - y))
    delta = keep(outer * slope)
    sheet = {"sigmoid": y, "loss": keep(-y.ln(PRECISE)), "sigmoid.grad": outer, "dense.grad": delta}
    return {cell: written(value) for cell, value in sheet.items()}
