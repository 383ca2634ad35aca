"""A trace as a page: what is said of a case, block by block, in the order of a textbook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from walkthrough.case import Case
from walkthrough.document import Block, Grid, Heading, Lines, Picture, Prose, Rule
from walkthrough.mathematics.notation import Largest, Shape, Tensor, gradient_name
from walkthrough.numbers.exact import Exact
from walkthrough.numbers.shown import Known, shown
from walkthrough.page.general_formulas import backward_rule, forward_rule, loss_rule, slope_rule
from walkthrough.page.narration import Narration
from walkthrough.trace.network import Network, Stage
from walkthrough.trace.steps import Ref, Steps
from walkthrough.trace.trace import Place

if TYPE_CHECKING:
    from walkthrough.page.ledger import Ledger

WIDEST = 14
"""Columns of numbers that a page still sets as numbers."""
MOST_NUMBERS = 200
"""Numbers of a grid that a page sets as numbers; more become a picture."""
LARGEST_PICTURE = 64
"""Rows and columns of a picture; what is larger is left to its lines."""


@dataclass(frozen=True)
class Page:
    """How a trace is laid out; `narration` puts its steps into lines."""

    narration: Narration

    @property
    def steps(self) -> Steps:
        """The steps of the trace."""
        return self.narration.steps

    @cached_property
    def _ledger(self) -> Ledger:
        from walkthrough.page.ledger import Ledger  # a single cell needs none

        return Ledger(self.narration)

    @property
    def network(self) -> Network:
        """The network of the case."""
        return self.steps.trace.network

    @property
    def places(self) -> dict[str, Place]:
        """Every tensor, by its full name."""
        return self.steps.trace.places

    @property
    def shapes(self) -> dict[str, Shape]:
        """Every tensor's shape, by its full name."""
        return {name: place.shape for name, place in self.places.items()}

    def stage(self, name: str) -> Stage | None:
        """The layer (or the loss) of this name."""
        return self.network.stage(name)

    @property
    def _case(self) -> Case:
        return self.steps.trace.case

    # --- the whole -------------------------------------------------------------------------------

    def blocks(self) -> Iterator[Block]:
        """The whole page, the verification left out."""
        yield from self.opening()
        network = self.steps.trace.network
        for sample in range(len(self._case.samples)):
            if self._case.batch:
                yield Heading(f"sample {sample + 1} of {len(self._case.samples)}", 2)
            for stage in network.stages:
                yield from self.forward(stage, sample)
            for stage in reversed(network.stages if network.loss else ()):
                yield from self.backward(stage, sample)
        yield from self.means()
        yield from self.update()

    def opening(self) -> Iterator[Block]:
        """Title, source, and how to read the numbers."""
        case = self._case
        yield Heading(case.title or case.name, 1)
        if case.source:
            yield Prose(f"Source: {case.source}.")
        if self.narration.symbolic:
            return
        said = {
            "exact": "Exact numbers: = is exact, ≈ is rounded half-up to "
            f"{self.narration.digits} significant digits.",
            "float": "Float64, as a computer reckons: every number is rounded to about 16 digits.",
            "decimals": f"By hand: every line is rounded half-up to {case.arithmetic.decimals} decimals "
            "and carried on rounded.",
        }
        yield Prose(said[case.arithmetic.kind])
        yield from self._conventions()

    def _conventions(self) -> Iterator[Block]:
        """What textbooks disagree about, where this case really meets it."""
        ties, zeros = self._met()
        conventions = self._case.conventions
        if ties:
            how = {
                "first": "the first in reading order wins",
                "split": "they share the gradient equally",
                "all": "each of them gets the whole gradient",
            }[conventions.max_tie]
            yield Prose(
                f"Equal largest entries in a window ({ties}): {how} (max_tie = {conventions.max_tie})."
            )
        if zeros:
            yield Prose(
                f"A ReLU at exactly 0 ({zeros}): its derivative there is {conventions.relu_at_zero} "
                "(relu_at_zero)."
            )

    def _met(self) -> tuple[str, str]:
        """The first cells where a tie, or a ReLU at 0, decides something."""
        from walkthrough.page.choice_ledger import first_at_issue  # only a whole page says it

        trace = self.steps.trace
        tie = zero = ""
        for sample in range(len(trace.case.samples)):
            for stage in trace.network.layers:
                for equation, _, _ in stage.choices:
                    at_issue = first_at_issue(trace, stage, equation, sample)
                    name = trace.named(stage.z.name, sample)
                    if at_issue is None:
                        continue
                    cell = trace.cell_name(name, at_issue)
                    if isinstance(equation.right, Largest):
                        tie = tie or cell
                    else:
                        zero = zero or cell
        return tie, zero

    # --- stages ----------------------------------------------------------------------------------

    def number_of(self, stage: Stage) -> str:
        """A stage's number on the page: 1 for the first layer."""
        return str(self.steps.trace.network.stages.index(stage) + 1)

    def forward(self, stage: Stage, sample: int) -> Iterator[Block]:
        """A stage forwards: sizes, formula, what goes in, every line, what comes out."""
        if not stage.equations:
            return
        network = self.steps.trace.network
        if stage is network.loss:
            yield from self._loss(stage, sample)
            return
        yield Heading(
            f"{stage.name}    {stage.layer.summary(stage.x.shape)}", 3, "forward", self.number_of(stage)
        )
        sizes = stage.layer.size_arithmetic(stage.x.shape)
        if sizes:
            yield Prose(", ".join(sizes))
        yield forward_rule(stage)
        if stage is network.layers[0]:
            yield from self.grids(self._full("input", sample), "x, the input")
        for tensor in (*stage.parameters.values(), *stage.constants.values()):
            role = tensor.name.rpartition(".")[2]
            yield from self.grids(tensor.name, f"{tensor.symbol}, the {role}")
        name = self._full(stage.z.name, sample)
        yield from self.lines(name)
        if stage.z.size > 1:
            yield from self.grids(name, stage.z.symbol)

    def _loss(self, stage: Stage, sample: int) -> Iterator[Block]:
        words = stage.type.replace("_", " ").replace("binary cross entropy", "binary cross-entropy")
        words = words.replace("cross entropy", "cross-entropy")
        target = self._case.samples[sample].target
        said = ""
        if target is not None and target.size <= 12:
            said = ", target t = " + ", ".join(target.text(place) for place in range(target.size))
        yield Heading(f"loss    {words}{said}", 3, "forward", self.number_of(stage))
        yield loss_rule(stage)
        if not self.network.layers:
            yield from self.grids(self._full("input", sample), "x, the input")
        yield from self.lines(self._full("loss", sample))

    def backward(self, stage: Stage, sample: int) -> Iterator[Block]:
        """A stage backwards: each gradient's formula, every line, and the gradient as a grid."""
        network = self.steps.trace.network
        if stage is network.loss:
            name = self._full(gradient_name(network.output.name), sample)
            words = "loss" if stage.equations else "upstream    the gradient that is given"
            yield Heading(words, 3, "backward", self.number_of(stage))
            if stage.equations:
                yield slope_rule(stage)
                yield from self.lines(name)
            else:
                yield from self.grids(name, f"∂L/∂{network.output.symbol}")
            return
        yield Heading(f"{stage.name}", 3, "backward", self.number_of(stage))
        for tensor in stage.inputs:
            rule = backward_rule(stage, tensor)
            if rule is not None:
                yield rule
            name = self._full(tensor.grad.name, sample)
            yield from self.lines(name)
            if tensor.size > 1:
                yield from self.grids(name, f"∂L/∂{tensor.symbol}")
        yield from self._full_correlation(stage, sample)

    def _full_correlation(self, stage: Stage, sample: int) -> Iterator[Block]:
        """Once a page: the input gradient is also g, padded, correlated with the kernel turned by 180°."""
        padding = getattr(stage.layer, "full_padding", lambda shape: None)(stage.x.shape)
        if padding is not None and len(padding) != 2:
            return
        first = next((s for s in self.steps.trace.network.layers if hasattr(s.layer, "full_padding")), None)
        if padding is None or stage is not first or sample or stage.x.size > MOST_NUMBERS:
            return
        yield Prose(
            f"The same in one stroke: lay g on a frame of zeros ({padding[0]} rows above and below, "
            f"{padding[1]} columns left and right), turn the kernel by 180°, and correlate: the number at "
            "[m,n] is ∂L/∂x[m,n], the full correlation."
        )
        kernel = stage.parameters["kernel"]
        for filter_ in range(kernel.shape[0]):
            mark = f"[{filter_ + 1}]" if kernel.shape[0] > 1 else ""
            rows = self._rows(self._full(stage.z.grad.name, sample), (filter_,), stage.z.shape)
            width = len(rows[0]) + 2 * padding[1]
            blank = ("0",) * width
            side = ("0",) * padding[1]
            framed = (blank,) * padding[0] + tuple(side + row + side for row in rows) + (blank,) * padding[0]
            yield Grid(f"g{mark}, framed by zeros", framed)
            for channel in range(kernel.shape[1]):
                turned = self._rows(kernel.name, (filter_, channel), kernel.shape)
                of = (
                    f"[{filter_ + 1},{channel + 1}]"
                    if kernel.size > kernel.shape[2] * kernel.shape[3]
                    else ""
                )
                yield Grid(f"k{of}, turned by 180°", tuple(row[::-1] for row in turned[::-1]))

    def means(self, only: Stage | None = None) -> Iterator[Block]:
        """The means over a batch: of the loss, and of every parameter's gradient (of one stage)."""
        if not self._case.batch or self._case.loss is None:
            return
        names = [
            name
            for name, place in self.places.items()
            if place.sample is None and not place.local.endswith(".new")
            if only is None or self.steps.stage_of(name) is only
        ]
        if names:
            yield Heading("means over the samples", 2)
        for name in names:
            yield from self.lines(name)

    def update(self, only: Stage | None = None) -> Iterator[Block]:
        """old − rate × gradient, for every parameter (of one layer)."""
        rate = self._case.learning_rate
        network = self.steps.trace.network
        layers = network.layers if only is None else (only,)
        if rate is None or network.loss is None or not any(stage.parameters for stage in layers):
            return
        yield Heading(f"update, α = {rate.shown}", 2, "update")
        for stage in layers:
            for tensor in stage.parameters.values():
                letter = tensor.symbol
                role = tensor.name.rpartition(".")[2]
                yield Rule(f"{letter} ← {letter} − α·∂L/∂{letter}", f"{letter} the {role} of {stage.name}")
                yield from self.lines(f"{tensor.name}.new")
                if tensor.size > 1:
                    yield from self.grids(f"{tensor.name}.new", f"{letter}, updated")

    # --- pieces ----------------------------------------------------------------------------------

    def _full(self, local: str, sample: int) -> str:
        return self.steps.full(local, sample)

    def lines(self, name: str) -> Iterator[Block]:
        """Every line of a tensor."""
        if self._ledger.takes(name):
            for texts in self._ledger.lines(name):
                yield Lines(tuple(texts))
            return
        for step in self.steps.tensor(name):
            yield self.narration.line(step)

    def grids(self, name: str, title: str) -> Iterator[Block]:
        """A tensor as numbers in rows and columns, or as a picture if it is too large for that."""
        if self.narration.symbolic:
            return
        shape = self.steps.trace.places[name].shape
        if not shape:
            return
        image = shape[-2:] if len(shape) > 1 else (1, *shape)
        outer: Shape = shape[:-2]
        if (len(shape) == 1 and shape[0] > WIDEST) or max(image) > LARGEST_PICTURE:
            return
        for place in Tensor("", outer).cells():
            index = [p + 1 for p, extent in zip(place, outer, strict=True) if extent > 1]
            label = title
            if index:
                letter, comma, rest = title.partition(",")
                label = f"{letter}[{','.join(map(str, index))}]{comma}{rest}"
            if image[1] <= WIDEST and image[0] * image[1] <= MOST_NUMBERS:
                yield Grid(label, self._rows(name, place, shape))
            else:
                yield self._picture(name, place, shape, label)

    def _rows(self, name: str, outer: tuple[int, ...], shape: Shape) -> tuple[tuple[str, ...], ...]:
        if len(shape) == 1:
            return (tuple(self.narration.text(Ref(name, (column,))) for column in range(shape[0])),)
        return tuple(
            tuple(self.narration.text(Ref(name, (*outer, row, column))) for column in range(shape[-1]))
            for row in range(shape[-2])
        )

    def _picture(self, name: str, outer: tuple[int, ...], shape: Shape, label: str) -> Picture:
        numbers = self.steps.trace.numbers(name)
        denominator = numbers.denominator if isinstance(numbers, Exact) else 1
        array = numbers.numerators if isinstance(numbers, Exact) else numbers
        values = [[Fraction(value) for value in row] for row in array[outer].tolist()]
        low, high = min(map(min, values)), max(map(max, values))
        room = high - low or Fraction(1)
        shades = tuple(tuple(float((value - low) / room) for value in row) for row in values)
        ends = [shown(Known(end / denominator), 3).text for end in (low, high)]
        return Picture(label, shades, *ends)
