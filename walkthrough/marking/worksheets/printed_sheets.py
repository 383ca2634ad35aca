"""A worksheet to be printed: laid out like the page, with an empty box for every number.

A sheet is made from what the case gives and from how large everything is; nothing is worked out for it, so
that no answer can stand in it. Its key is the same sheet with the boxes filled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod

from walkthrough.document import Beside, Block, Grid, Heading, Prose, Rule
from walkthrough.marking.worksheets.answers import Answer, open_places, right_numbers
from walkthrough.marking.worksheets.empty_sheets import asked_tensors
from walkthrough.marking.worksheets.exercises import Exercise
from walkthrough.mathematics.letters import rational
from walkthrough.mathematics.notation import Cell, Largest
from walkthrough.page.general_formulas import (
    backward_rule,
    forward_rule,
    loss_rule,
    mean_rule,
    slope_rule,
    update_rule,
)
from walkthrough.page.images import MOST_NUMBERS, WIDEST, labelled
from walkthrough.page.lines.narration import Narration
from walkthrough.page.page import WINNERS, Page
from walkthrough.trace.stage import Stage
from walkthrough.trace.steps.steps import Steps

_IN_A_ROW = 8
"""Numbers of a flat tensor that stand beside each other."""


def printed_sheet(exercise: Exercise, label: str = "") -> Iterator[Block]:
    """The sheet with empty boxes; `label` tells one copy from another."""
    page = Page(Narration(Steps(exercise.trace), exercise.digits))
    yield from _Sheet(page, frozenset(asked_tensors(exercise)), open_places("")).blocks(label, False)


def printed_key(exercise: Exercise, label: str = "") -> Iterator[Block]:
    """The same sheet with the right numbers in its boxes."""
    page = Page(Narration(Steps(exercise.trace), exercise.digits))
    asked = frozenset(asked_tensors(exercise))
    yield from _Sheet(page, asked, right_numbers(exercise)).blocks(label, True)


@dataclass(frozen=True)
class _Sheet:
    """What is given stands as numbers, what is `asked` in boxes with their answers."""

    page: Page
    asked: frozenset[str]
    answer: Answer

    def blocks(self, label: str, is_key: bool) -> Iterator[Block]:
        """The whole sheet."""
        case = self.page.steps.trace.case
        title = case.title or case.name
        yield Heading(f"{title}: the key" if is_key else title, 1)
        if is_key:
            yield Prose(f"{label}. {self._rounding}" if label else self._rounding)
        else:
            yield from (Prose(text) for text in (label,) if text)
            yield Prose(f"Name: {'_' * 24}     Date: {'_' * 10}")
            yield from self._conventions()
        several = self.page.in_turn
        for page in several:
            if len(several) > 1:
                yield Heading(f"step {page.steps.trace.step} of {len(several)}", 1)
            yield from replace(self, page=page)._body()

    @property
    def _rounding(self) -> str:
        kind = self.page.steps.trace.case.arithmetic
        if kind.kind == "decimals":
            return f"Every line is rounded half-up to {kind.decimals} decimals and carried on rounded."
        return f"Numbers that do not end are rounded half-up to {self.page.narration.digits} digits."

    def _conventions(self) -> Iterator[Block]:
        """What textbooks disagree about, wherever it may matter: whether it does would be an answer."""
        case, layers = self.page.steps.trace.case, self.page.network.layers
        if case.arithmetic.kind == "decimals":
            yield Prose(self._rounding)
        if any(isinstance(each[0].right, Largest) for stage in layers for each in stage.choices):
            yield Prose(f"Equal largest entries in a window: {WINNERS[case.conventions.max_tie]}.")
        gates: dict[str, list[str]] = {}
        for stage in layers:
            if stage.gate is not None:
                gates.setdefault(rational(stage.gate.at_zero), []).append(stage.name)
        for slope, names in gates.items():
            yield Prose(f"{', '.join(names)} at exactly 0: the slope taken is {slope}.")

    def _body(self) -> Iterator[Block]:
        """One step of training: forwards, backwards, the update."""
        network, case = self.page.network, self.page.steps.trace.case
        for sample in range(len(case.samples)):
            if case.batch:
                yield Heading(f"sample {sample + 1} of {len(case.samples)}", 2)
            for stage in network.stages:
                yield from self._forward(stage, sample)
            for stage in reversed(network.stages if network.loss else ()):
                yield from self._backward(stage, sample)
        if case.batch and network.loss is not None:
            yield from self._means()
        yield from self._update()

    def _forward(self, stage: Stage, sample: int) -> Iterator[Block]:
        if not stage.equations:
            return
        yield self.page.heading(stage, "forward", sample)
        given = [] if stage is not self.page.network.stages[0] else [("x, the input", "input")]
        if stage is self.page.network.loss:
            yield _plain(loss_rule(stage))
            yield from self._given(given, sample)
            yield from self._boxes("loss", sample)
            return
        sizes = stage.layer.size_arithmetic(stage.x.shape)
        if sizes:
            yield Prose(", ".join(sizes))
        yield _plain(forward_rule(stage))
        # what all samples share stands with the first of them
        own = () if sample else (*stage.parameters.values(), *stage.constants.values())
        given += [(f"{tensor.symbol}, the {tensor.name.rpartition('.')[2]}", tensor.name) for tensor in own]
        yield from self._given(given, sample)
        yield from self._boxes(stage.z.name, sample)

    def _backward(self, stage: Stage, sample: int) -> Iterator[Block]:
        network = self.page.network
        yield self.page.heading(stage, "backward", sample)
        if stage is network.loss:
            name = network.output.grad.name
            if stage.equations:
                yield _plain(slope_rule(stage))
                yield from self._boxes(name, sample)
            else:
                yield from self._given([(f"∂L/∂{network.output.symbol}", name)], sample)
            return
        for tensor in stage.inputs:
            rule = backward_rule(stage, tensor)
            if rule is not None:
                yield _plain(rule)
            yield from self._boxes(tensor.grad.name, sample)

    def _means(self) -> Iterator[Block]:
        trace = self.page.steps.trace
        yield Heading("means over the samples", 2)
        for name, place in trace.own_places.items():
            if place.sample is None and self.page.steps.phase(name) != "update":
                yield mean_rule(self.page.letter(name), len(trace.case.samples))
                yield from self._grids(name)

    def _update(self) -> Iterator[Block]:
        trace = self.page.steps.trace
        for stage in self.page.network.layers:
            own = [move for move in trace.moves if move.stage is stage]
            if own:
                yield self.page.update_heading(stage, own)
            for move in own:
                if trace.step == 1 and move.before:
                    several = ", ".join(tensor.symbol for tensor in move.before)
                    yield Prose(f"Before the first step: {several} = 0.")
                role = f"{move.parameter.symbol} {move.parameter.name.rpartition('.')[2]}"
                for equation in move.equations:
                    yield update_rule(move, equation, role)
                    yield from self._boxes(equation.left.tensor.name, None)

    # --- grids -----------------------------------------------------------------------------------

    def _given(self, named: Sequence[tuple[str, str]], sample: int) -> Iterator[Block]:
        """What the case gives, as it is written there; of a later step, what the one before has left."""
        grids: list[Grid] = []
        for title, local in named:
            name = self.page.steps.full(local, sample)
            place = self.page.steps.trace.place(name)
            given = self.page.steps.trace.given_grid(name)
            upstream = getattr(self.page.steps.trace.case.loss, "gradient", None)
            if given is None and local.endswith(".grad") and upstream is not None:
                given = upstream.shaped_like(place.shape)
            if given is None:
                yield Prose(f"{title}: as the step before has left it.")
            elif not _fits(place.shape):
                yield Prose(f"{title}: {prod(place.shape):,} numbers, which stand in the case.")
            else:
                texts = iter([given.text(at) for at in range(given.size)])
                for label, rows in _rows(place.shape, title):
                    grids.append(Grid(label, tuple(tuple(next(texts) for _ in row) for row in rows)))
        yield from _beside(grids)

    def _boxes(self, local: str, sample: int | None) -> Iterator[Block]:
        """A tensor to be worked out, under the name by which it is claimed."""
        yield from self._grids(self.page.steps.full(local, sample))

    def _grids(self, name: str) -> Iterator[Block]:
        if name not in self.asked:
            return
        shape = self.page.places[name].shape
        title = f"{self.page.letter(name)}, {name}"
        if not _fits(shape):
            yield Prose(f"{title}: {prod(shape):,} numbers, too many for boxes.")
            return
        cell_name = self.page.steps.trace.cell_name
        yield from _beside(
            [
                Grid(
                    label,
                    tuple(tuple(self.answer(name, cell) for cell in row) for row in rows),
                    cells=tuple(tuple(cell_name(name, cell) for cell in row) for row in rows),
                    boxes=True,
                )
                for label, rows in _rows(shape, title)
            ]
        )


def _plain(rule: Rule) -> Rule:
    """A formula without the command that derives it, which nobody types on paper."""
    return replace(rule, derivation="")


def _fits(shape: tuple[int, ...]) -> bool:
    """Whether a sheet has room for a tensor."""
    return prod(shape) <= MOST_NUMBERS and (len(shape) < 2 or shape[-1] <= WIDEST)


def _rows(shape: tuple[int, ...], title: str) -> Iterator[tuple[str, list[list[Cell]]]]:
    """The images of a tensor, each with its cells in rows; what is flat is broken into rows."""
    if len(shape) < 2:
        cells: list[Cell] = [(at,) for at in range(shape[0])] if shape else [()]
        yield title, [cells[at : at + _IN_A_ROW] for at in range(0, len(cells), _IN_A_ROW)]
        return
    for label, outer in labelled(shape, title):
        yield label, [[(*outer, row, column) for column in range(shape[-1])] for row in range(shape[-2])]


def _beside(grids: list[Grid]) -> Iterator[Block]:
    """Grids as many beside each other as the paper takes."""
    if len(grids) == 1:
        yield grids[0]
    elif grids:
        yield Beside(tuple(grids), ("",) * (len(grids) - 1))
