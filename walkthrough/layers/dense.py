"""Dense: every output is a weighted sum of all inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from types import MappingProxyType

from walkthrough.layers import Conventions, Layer
from walkthrough.mathematics.notation import Equation, Shape, Tensor, indices, total
from walkthrough.mathematics.windows import DoesNotFit, times
from walkthrough.numbers.grid import Grid
from walkthrough.words.options import option


@dataclass(frozen=True)
class Dense(Layer):
    """z[m] = Σ w[m,n]·x[n] + b[m]: a row of weights per output, a column per input.

    An input that is not flat is read in reading order.
    """

    default_name = "dense"
    letter = "z"
    rules = MappingProxyType(
        {"weight": "dense-gradient", "bias": "dense-gradient", "input": "dense-gradient"}
    )

    weight: Grid = option("matrix")
    bias: Grid | None = option("grid", default=None)

    def output_shape(self, shape: Shape) -> Shape:
        """One number per row of the weight."""
        outputs, inputs = self.weight.shape
        if inputs != prod(shape):
            raise DoesNotFit(
                f"the weight has {inputs} column(s), one per input, and {prod(shape)} number(s) come in "
                f"({times(shape)})",
                "weight",
            )
        if self.bias is not None and self.bias.size != outputs:
            raise DoesNotFit(
                f"the bias has {self.bias.size} number(s); expected one for each of the {outputs} output(s)",
                "bias",
            )
        return (outputs,)

    def parameters(self, shape: Shape) -> dict[str, Grid]:
        """The weight, and the bias if there is one."""
        if self.bias is None:
            return {"weight": self.weight}
        return {"weight": self.weight, "bias": self.bias.reshaped((self.weight.shape[0],))}

    def summary(self, shape: Shape) -> str:
        """`4 → 1`."""
        return f"{prod(shape)} → {self.weight.shape[0]}"

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation: a sum of products over the inputs."""
        w, b = parameters["weight"], parameters.get("bias")
        m, n = indices("m n", w.shape)
        weighted = total(w[m, n] * x.in_reading_order(n), over=(n,))
        yield z[m].equals(weighted if b is None else weighted + b[m])
