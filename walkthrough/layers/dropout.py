"""Dropout, with the mask given: some entries are left out, the others are scaled up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from walkthrough.layers import Conventions, Entrywise
from walkthrough.mathematics.notation import Equation, Shape, Tensor
from walkthrough.mathematics.windows import DoesNotFit, times
from walkthrough.numbers.grid import GivenGrid
from walkthrough.numbers.written import Written
from walkthrough.words.options import option


@dataclass(frozen=True)
class Dropout(Entrywise):
    """z = x·m/(1 − p), entry by entry: a mask m of 1 (kept) and 0 (dropped), p the chance to be dropped.

    No gradient goes to the mask. For any shape.
    """

    default_name = "dropout"
    letter = "z"

    mask: GivenGrid = option("grid")
    p: Written = option("number", default=Written("1/2", Fraction(1, 2)))

    def output_shape(self, shape: Shape) -> Shape:
        """As it came in; the mask has that shape too."""
        if not 0 <= self.p.value < 1:
            raise DoesNotFit(f"found p = {self.p.shown}; expected a chance from 0 to below 1", "p")
        if self.mask.shaped_like(shape) is None:
            raise DoesNotFit(
                f"the mask is {times(self.mask.shape)} and what comes in is {times(shape)}", "mask"
            )
        for place, value in enumerate(self.mask.values() if self.mask.known else ()):
            if value not in (0, 1):
                raise DoesNotFit(
                    f"found {self.mask.text(place)}; a mask has 1 for kept, 0 for dropped", "mask"
                )
        return shape

    def constants(self, shape: Shape) -> dict[str, GivenGrid]:
        """The mask."""
        mask = self.mask.shaped_like(shape)
        assert mask is not None
        return {"mask": mask}

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation: a product, scaled."""
        at = x.positions()
        kept, scale = x[at] * parameters["mask"][at], 1 / (1 - self.p.value)
        yield z[at].equals(kept if scale == 1 else scale * kept)

    def summary(self, shape: Shape) -> str:
        """How many are kept."""
        kept = sum(self.mask.values()) if self.mask.known else None
        return "entry by entry" if kept is None else f"{kept} of {self.mask.size} kept"
