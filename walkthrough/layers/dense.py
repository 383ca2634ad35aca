"""Dense: every output is a weighted sum of all inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from types import MappingProxyType

from walkthrough.layers import Conventions, Layer
from walkthrough.mathematics.notation import Equation, Shape, Tensor, indices, total
from walkthrough.mathematics.windows import DoesNotFit, times
from walkthrough.numbers.grid import GivenGrid
from walkthrough.words.options import option


@dataclass(frozen=True)
class Dense(Layer):
    """z[m] = Σ w[m,n]·x[n] + b[m]: a row of weights per output, a column per input.

    With `layout = "input-output"` the weight stands as sources write it that have a row per input:
    z[m] = Σ x[n]·w[n,m] + b[m]. An input that is not flat is read in reading order.
    """

    default_name = "dense"
    letter = "z"
    rules = MappingProxyType(
        {"weight": "dense-gradient", "bias": "dense-gradient", "input": "dense-gradient"}
    )

    weight: GivenGrid = option("matrix")
    bias: GivenGrid | None = option("grid", default=None)
    layout: str = option("word", default="output-input", words=("output-input", "input-output"))

    @property
    def _by_input(self) -> bool:
        return self.layout == "input-output"

    def _matrix(self, shape: Shape) -> GivenGrid:
        """The weight; a single row that has a number per input is the column of a single output."""
        if self._by_input and self.weight.shape[0] == 1 and self.weight.size == prod(shape):
            return self.weight.reshaped((prod(shape), 1))
        return self.weight

    def _outputs(self, shape: Shape) -> int:
        return self._matrix(shape).shape[1 if self._by_input else 0]

    def output_shape(self, shape: Shape) -> Shape:
        """One number per row of the weight (per column in the other layout)."""
        outputs = self._outputs(shape)
        inputs = self.weight.size // outputs
        if inputs != prod(shape):
            lines = "row(s)" if self._by_input else "column(s)"
            hint = ""
            if outputs == prod(shape) != inputs:
                other = "output-input" if self._by_input else "input-output"
                hint = (
                    f'; if it has a {"column" if self._by_input else "row"} per input, say layout = "{other}"'
                )
            raise DoesNotFit(
                f"the weight has {inputs} {lines}, one per input, and {prod(shape)} number(s) come in "
                f"({times(shape)}){hint}",
                "weight",
            )
        if self.bias is not None and self.bias.size != outputs:
            raise DoesNotFit(
                f"the bias has {self.bias.size} number(s); expected one for each of the {outputs} output(s)",
                "bias",
            )
        return (outputs,)

    def parameters(self, shape: Shape) -> dict[str, GivenGrid]:
        """The weight, and the bias if there is one."""
        if self.bias is None:
            return {"weight": self._matrix(shape)}
        return {"weight": self._matrix(shape), "bias": self.bias.reshaped((self._outputs(shape),))}

    def summary(self, shape: Shape) -> str:
        """`4 → 1`."""
        return f"{prod(shape)} → {self._outputs(shape)}"

    def equations(
        self, x: Tensor, z: Tensor, conventions: Conventions, **parameters: Tensor
    ) -> Iterator[Equation]:
        """One equation: a sum of products over the inputs."""
        w, b = parameters["weight"], parameters.get("bias")
        m, n = indices("m n", (z.size, x.size))
        if self._by_input:
            weighted = total(x.in_reading_order(n) * w[n, m], over=(n,))
        else:
            weighted = total(w[m, n] * x.in_reading_order(n), over=(n,))
        yield z[m].equals(weighted if b is None else weighted + b[m])
