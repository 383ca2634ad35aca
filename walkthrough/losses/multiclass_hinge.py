"""The multiclass hinge loss (Weston and Watkins): the right class must lead by a margin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.losses import USUAL, Loss
from walkthrough.mathematics.conventions import Conventions
from walkthrough.mathematics.notation import (
    Entry,
    Equation,
    Expression,
    Number,
    Piecewise,
    Tensor,
    indices,
    positive_part,
    total,
)
from walkthrough.mathematics.windows import DoesNotFit
from walkthrough.numbers.grid import GivenGrid
from walkthrough.numbers.written import Written
from walkthrough.words.options import option


@dataclass(frozen=True)
class MulticlassHinge(Loss):
    """L = Σ max(0, y[wrong] − y[right] + margin), over the wrong classes; the target is one-hot.

    A wrong class has the slope 1 where its term is positive, otherwise 0; the right one has minus as
    much as all wrong ones together. At the kink the convention `relu_at_zero` decides.
    """

    margin: Written = option("number", default=Written("1", Fraction(1)))

    def check_target(self, target: GivenGrid) -> None:
        """1 for the right class, 0 for the others."""
        values = list(target.values())
        if sorted(values) != [0] * (len(values) - 1) + [1]:
            raise DoesNotFit(
                "is not one-hot; expected a 1 for the right class and 0 for all others", "target"
            )

    def equations(
        self, y: Tensor, t: Tensor, loss: Tensor, conventions: Conventions = USUAL
    ) -> Iterator[Equation]:
        """One term for each pair of a right class m and a wrong class n."""
        share = conventions.relu_at_zero
        m, n, k = indices("m n k", (y.size,) * 3)
        output, target = y.in_reading_order, t.in_reading_order

        def lead(wrong: Entry, right: Entry) -> Expression:
            return wrong - right + self.margin.value

        def step(of: Expression) -> Expression:
            return Piecewise(of, Number(Fraction(1)), Number(Fraction(0)), share)

        violated = positive_part(lead(output(n), output(m)), share)
        as_wrong = (1 - target(k)) * total(target(m) * step(lead(output(k), output(m))), over=(m,))
        as_right = target(k) * total((1 - target(n)) * step(lead(output(n), output(k))), over=(n,))
        yield loss[()].equals(
            total(target(m) * (1 - target(n)) * violated, over=(m, n)),
            derivatives={output(k): as_wrong - as_right},
        )
