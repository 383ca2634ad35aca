"""ReLU: what is negative becomes 0."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from walkthrough.layers import Conventions, Entrywise
from walkthrough.mathematics.notation import Equation, Tensor, positive_part


@dataclass(frozen=True)
class Relu(Entrywise):
    """a = max(0, z), entry by entry, for any shape.

    The derivative is 1 where z > 0 (open) and 0 where z < 0 (closed); where z is exactly 0 the
    convention `relu_at_zero` decides.
    """

    default_name = "relu"
    letter = "a"
    rules = MappingProxyType({"input": "relu-derivative"})

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation, entry by entry."""
        at = x.positions()
        yield z[at].equals(positive_part(x[at], conventions.relu_at_zero))
