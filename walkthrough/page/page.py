"""A trace as a page: what is said of a case, block by block, in the order of a textbook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import islice
from typing import TYPE_CHECKING

from walkthrough.case import Case
from walkthrough.document import Block, Heading, Lines, Omitted, Prose
from walkthrough.mathematics.notation import Shape, Tensor, gradient_name
from walkthrough.page.general_formulas import (
    backward_rule,
    forward_rule,
    loss_rule,
    mean_rule,
    slope_rule,
    update_rule,
)
from walkthrough.page.lines.drafts import Draft
from walkthrough.page.lines.narration import Narration
from walkthrough.page.lines.said_once import said_once
from walkthrough.trace.linked import new_loss
from walkthrough.trace.moves import Move
from walkthrough.trace.network import Network, Stage
from walkthrough.trace.places import Place
from walkthrough.trace.steps.kinds import Ref
from walkthrough.trace.steps.steps import Steps

if TYPE_CHECKING:
    from walkthrough.page.images import Images
    from walkthrough.page.records.ledger import Ledger
    from walkthrough.page.strokes import Strokes

WINNERS = {
    "first": "the first in reading order wins",
    "split": "they share the gradient equally",
    "all": "each of them gets the whole gradient",
}
"""What becomes of equal largest entries, by the word of the convention."""


@dataclass(frozen=True)
class Page:
    """How a trace is laid out; `narration` puts its steps into lines.

    `omitting` leaves out the lines of large tensors, for a page that works them out when it is asked.
    """

    narration: Narration
    only: int | None = None
    """The only sample of a batch that is shown, counted from 0; None if all are."""
    omitting: bool = False
    _guards: dict[tuple[str, str, int | None], int] = field(default_factory=dict)
    _drafts: dict[str, list[Draft]] = field(default_factory=dict)

    @property
    def steps(self) -> Steps:
        """The steps of the trace."""
        return self.narration.steps

    @cached_property
    def _ledger(self) -> Ledger:
        from walkthrough.page.records.ledger import Ledger

        return Ledger(self.narration)

    @property
    def _images(self) -> Images:
        from walkthrough.page.images import Images

        return Images(self.narration, self.omitting, self._ledger.texts)

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
        return {name: place.shape for name, place in self.steps.trace.everything.items()}

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
        several = self.in_turn
        for page in several:
            if len(several) > 1:
                yield Heading(f"step {page.steps.trace.step} of {len(several)}", 1)
            yield from page.body()
        yield from self.afterwards()

    @property
    def in_turn(self) -> tuple[Page, ...]:
        """A page for each step of training."""
        return tuple(
            self
            if steps is self.steps
            else Page(replace(self.narration, steps=steps, _kept={}), self.only, self.omitting)
            for steps in self.steps.in_turn
        )

    def afterwards(self) -> Iterator[Block]:
        """The loss with the updated parameters."""
        trace = self.steps.trace
        silent = self.narration.symbolic or self.only is not None
        new = None if silent else new_loss(trace, self.narration.digits)
        if new is None:
            return
        yield Heading("with the new parameters", 2, "forward")
        before = Ref(trace.named("loss", None), ())
        relation = "" if self.narration.complete(before) else "about "
        if new.unsaid:
            yield Prose(
                f"The loss {new.unsaid}. It was {relation}{self.narration.text(before)} before.", True
            )
            return
        narration = replace(self.narration, steps=Steps(new.trace), _kept={})
        yield narration.line(narration.steps.step(new.name, ()))
        yield Prose(
            f"It was {relation}{self.narration.text(before)} before. This one is the cell {new.name}.", True
        )

    def body(self) -> Iterator[Block]:
        """One step of training: forwards, backwards, the update."""
        network = self.steps.trace.network
        for sample in self.samples:
            if self._case.batch:
                yield Heading(f"sample {sample + 1} of {len(self._case.samples)}", 2)
            for stage in network.stages:
                yield from self.forward(stage, sample)
            for stage in reversed(network.stages if network.loss else ()):
                yield from self.backward(stage, sample)
        if self.only is None:
            yield from self.means()
            yield from self.update()

    @property
    def samples(self) -> range:
        """The samples that are shown, counted from 0."""
        return range(len(self._case.samples)) if self.only is None else range(self.only, self.only + 1)

    def opening(self) -> Iterator[Block]:
        """Title, source, and how to read the numbers."""
        from walkthrough.page.top_of_page import opening

        yield from opening(self.steps.trace, self.narration.digits, self.narration.symbolic)

    # --- stages ----------------------------------------------------------------------------------

    def number_of(self, stage: Stage) -> str:
        """A stage's number on the page: 1 for the first layer."""
        return str(self.steps.trace.network.stages.index(stage) + 1)

    def heading(self, stage: Stage, aside: str, sample: int | None = None) -> Heading:
        """The same heading wherever a stage is spoken of; of a sample the loss has a target."""
        told = False
        if stage is not self.network.loss:
            words = stage.layer.summary(stage.x.shape)
        elif stage.equations:
            words = stage.type.replace("_", " ").replace("cross entropy", "cross-entropy")
            target = None if sample is None else self._case.samples[sample].target
            told = target is not None and target.size <= 12
            if target is not None and told:
                words += ", target t = " + ", ".join(target.text(place) for place in range(target.size))
        else:
            words = "the gradient that is given"
        name = stage.name if stage.equations else stage.type
        return Heading(f"{name}    {words}", 3, aside, self.number_of(stage), told)

    def forward(self, stage: Stage, sample: int) -> Iterator[Block]:
        """A stage forwards: sizes, formula, what goes in, every line, what comes out."""
        if not stage.equations:
            return
        network = self.steps.trace.network
        yield self.heading(stage, "forward", sample)
        if stage is network.loss:
            yield loss_rule(stage)
            if not network.layers:
                yield from self.grids(self._full("input", sample), "x, the input")
            yield from self.lines(self._full("loss", sample))
            return
        sizes = stage.layer.size_arithmetic(stage.x.shape)
        if sizes:
            yield Prose(", ".join(sizes))
        yield forward_rule(stage)
        if stage is network.layers[0]:
            yield from self.grids(self._full("input", sample), "x, the input")
        for tensor in (*stage.parameters.values(), *stage.constants.values()):
            role = tensor.name.rpartition(".")[2]
            yield from self.grids(self._full(tensor.name, sample), f"{tensor.symbol}, the {role}")
        yield from self._strokes(stage, sample).turned_kernel()
        name = self._full(stage.z.name, sample)
        yield from self.lines(name)
        if stage.z.size > 1:
            yield from self.grids(name, stage.z.symbol)

    def backward(self, stage: Stage, sample: int) -> Iterator[Block]:
        """A stage backwards: each gradient's formula, every line, and the gradient as a grid."""
        network = self.steps.trace.network
        yield self.heading(stage, "backward", sample)
        if stage is network.loss:
            name = self._full(gradient_name(network.output.name), sample)
            if stage.equations:
                yield slope_rule(stage)
                yield from self.lines(name)
            else:
                yield from self.grids(name, f"∂L/∂{network.output.symbol}")
            return
        strokes = self._strokes(stage, sample)
        for tensor in stage.inputs:
            rule = backward_rule(stage, tensor)
            if rule is not None:
                yield rule
            name = self._full(tensor.grad.name, sample)
            yield from self.lines(name)
            if tensor.size > 1:
                yield from self.grids(name, f"∂L/∂{tensor.symbol}")
            if strokes.first:
                yield from strokes.of(tensor)

    def _strokes(self, stage: Stage, sample: int) -> Strokes:
        from walkthrough.page.strokes import Strokes

        return Strokes(self.steps, stage, sample, self._images.rows, self._images.cells)

    def means(self, only: Stage | None = None) -> Iterator[Block]:
        """The means over a batch: of the loss, and of every parameter's gradient (of one stage)."""
        if not self._case.batch or self._case.loss is None:
            return
        count = len(self._case.samples)
        said = False
        for stage in (*self.network.layers, *([self.network.loss] if self.network.loss else [])):
            names = [
                name
                for name, place in self.steps.trace.own_places.items()
                if place.sample is None and self.steps.phase(name) != "update"
                if self.steps.stage_of(name) is stage and only in (None, stage)
            ]
            if names and not said:
                several = ", ".join(f"⟨{k + 1}⟩" for k in range(min(count, 3)))
                yield Heading("means over the samples", 2)
                yield Prose(f"{several}{', …' if count > 3 else ''}: the number of sample 1, 2, …")
                said = True
            if names:
                yield self.heading(stage, "mean")
            for name in names:
                yield mean_rule(self.letter(name), count)
                yield from self.lines(name)

    def letter(self, name: str) -> str:
        """The letter of a tensor in formulas: `z` for conv, `∂L/∂k` for conv.kernel.grad."""
        local = self.places[name].local
        own = local.removesuffix(".grad")
        letter = "L" if own == "loss" else self.steps.trace.letters[own]
        return letter if own == local else f"∂L/∂{letter}"

    def update(self, only: Stage | None = None) -> Iterator[Block]:
        """What the update rule works out, for every parameter (of one layer); or why there is nothing."""
        case, moves = self._case, self.steps.trace.moves
        if only is None and not moves:
            yield Prose(self._nothing_learned(any(stage.parameters for stage in self.network.layers)))
        if case.learning_rate is None or self.network.loss is None:
            return
        for stage in (each for each in self.network.layers if only in (None, each) and each.parameters):
            own = [move for move in moves if move.stage is stage]
            yield self.update_heading(stage, own)
            for move in own:
                yield from self._moved(move)
            still = [
                tensor.name for tensor in stage.parameters.values() if tensor.name in case.updating.frozen
            ]
            if still:
                yield Prose(f"Frozen, and therefore as before: {', '.join(still)}.")
            if own and not self.narration.symbolic:
                from walkthrough.page.changes import changes

                yield from changes(self.narration, stage)

    def update_heading(self, stage: Stage, moves: list[Move]) -> Heading:
        """The heading of a layer's update, with the rule and its constants."""
        updating = self._case.updating
        rule = "" if updating.type == "sgd" else f" by {updating.type}"
        constants = moves[0].constants if moves else ()
        said = "".join(f", {each.symbol} = {each.text}" for each in constants if each.symbol[0] != "(")
        return self.heading(stage, f"update{rule}{said}")

    def _moved(self, move: Move) -> Iterator[Block]:
        """One parameter: what its rule keeps, and what becomes of it."""
        role = f"{move.parameter.symbol} {move.parameter.name.rpartition('.')[2]}"
        for equation in move.equations:
            tensor, last = equation.left.tensor, equation is move.equations[-1]
            yield update_rule(move, equation, role)
            yield from self.lines(self._full(tensor.name, None))
            if tensor.size > 1:
                yield from self.grids(
                    self._full(tensor.name, None), f"{tensor.symbol}{', updated' if last else ''}"
                )

    def _nothing_learned(self, parameters: bool) -> str:
        if self.network.loss is None:
            return "No loss, so no backward pass and no update."
        if self._case.learning_rate is None:
            return "No learning_rate, so no update." if parameters else "No parameters, so no update."
        return "Every parameter is frozen, so no update." if parameters else "No parameters, so no update."

    # --- pieces ----------------------------------------------------------------------------------

    def _full(self, local: str, sample: int | None) -> str:
        return self.steps.full(local, sample)

    def lines(self, name: str) -> Iterator[Block]:
        """Every line of a tensor, laid out alike; what holds for all of them is said once."""
        if self._ledger.takes(name):
            because = self._ledger.because(name)
            if self.omitting:
                yield Omitted(name, Tensor(name, self.shapes[name]).size, because)
                return
            names = self.steps.trace.cell_names(name)
            for texts in self._ledger.lines(name):
                yield Lines(tuple(texts), because, tuple(islice(names, len(texts))))
                because = ""
            return
        guard = self._guard(name)
        drafts = self._drafts.pop(name, None) or self._drafted(name)
        yield said_once(drafts, [self.narration.closed(draft, guard) for draft in drafts])

    def _drafted(self, name: str) -> list[Draft]:
        """The lines of a tensor before their digits are decided; each is tried once with so many digits."""
        drafts = (self.narration.draft(step) for step in self.steps.tensor(name))
        return [replace(draft, attempt=cache(draft.attempt)) for draft in drafts]

    def _guard(self, name: str) -> int:
        """How many digits more the numbers of a stage have: the same number has the same digits there."""
        place = self.steps.trace.place(name)
        stage, phase = self.steps.stage_of(name), self.steps.phase(name)
        key = (stage.name if stage else name, phase, place.sample)
        if key not in self._guards:
            names = [
                each
                for each, other in self.steps.trace.own_places.items()
                if other.sample == place.sample and self.steps.phase(each) == phase
                if self.steps.stage_of(each) is stage and not self._ledger.takes(each)
            ]
            for each in dict.fromkeys((name, *names)):
                self._drafts[each] = self._drafted(each)
            drafts = [draft for each in dict.fromkeys((name, *names)) for draft in self._drafts[each]]
            self._guards[key] = 0 if self.narration.symbolic else self.narration.common(drafts)
        return self._guards[key]

    def grids(self, name: str, title: str) -> Iterator[Block]:
        """A tensor as numbers in rows and columns, or as a picture if it is too large for that."""
        return self._images.of(name, title)
