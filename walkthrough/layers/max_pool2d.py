"""Max pooling: of each window, only the largest entry goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from walkthrough.layers import Conventions
from walkthrough.layers._windows import Pool
from walkthrough.mathematics.notation import Equation, Largest, Shape, Tensor


@dataclass(frozen=True)
class MaxPool2d(Pool):
    """p[c,i,j] = the largest of x[c, s·i+u, s·j+v]; the gradient goes to that entry alone.

    Channel × row × column. Padding never wins. Among equals the convention `max_tie` decides.
    """

    rules = MappingProxyType({"input": "max-pool-gradient"})
    what = "largest"

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation: the largest of a window."""
        output, entry, over = self.window(x, z)
        yield output.equals(Largest(entry, over, conventions.max_tie))

    def in_torch(self, x: str, shape: Shape, own: Mapping[str, str], met: Conventions | None) -> str:
        """PyTorch's word for it."""
        sizes, padded = self.in_torch_sizes(x, "-torch.inf")
        if met is None:
            return f"F.max_pool2d({padded}, {sizes})"
        _, padded = self.in_torch_sizes(x, "-torch.inf")
        (rows, columns), (down, across) = self.size, self.stride or self.size
        windows = f"{padded}.unfold(1, {rows}, {down}).unfold(2, {columns}, {across})"
        return f'largest({windows}, "{met.max_tie if met else "first"}")'
