"""A case as a script for PyTorch: the same network there, differentiated by autograd, every number compared.

It is a student's to read: what is given, the network line by line, forwards and backwards, the update, and
the numbers of the hand calculation that PyTorch's are held against.
"""

from __future__ import annotations

from collections.abc import Iterator
from keyword import iskeyword

from walkthrough.document import Block, Code, Heading, Prose
from walkthrough.mathematics.notation import Tensor
from walkthrough.numbers.grid import GivenGrid
from walkthrough.page.scripts.limits_of_float64 import refuse_saturated, undecided
from walkthrough.page.scripts.parts import BATCH, COMPARING, MEANS, ONE_SAMPLE, OPENING
from walkthrough.page.scripts.written_numbers import given, indented, listed, nearest, nested, tuple_of
from walkthrough.page.scripts.written_numbers import tensor as tensor_of
from walkthrough.trace.stage import Stage
from walkthrough.trace.trace import Trace
from walkthrough.witnesses import CannotFollow, autograd
from walkthrough.witnesses.autograd.told import TorchWords
from walkthrough.witnesses.vectorised.stage import plain

_WORDS = """
    F abs at cell compare dict each enumerate expected f found kept largest learned len loss map mark max name
    near number numbers one optimizer other outputs parameters print product range rate repr right sample
    samples several shapes step str t tensor tensors torch tuple upstream x zip
"""
_TAKEN = frozenset(_WORDS.split())
"""Words of the script itself, and of Python where it uses them."""
_DIGITS = 20
_REMARKS = 58
"""The column of a remark, unless its line is longer."""


def autograd_script(trace: Trace) -> Iterator[Block]:
    """The script, part by part. Raises CannotFollow, in words, for what PyTorch cannot express."""
    case = trace.case
    if case.arithmetic.kind == "decimals":
        raise CannotFollow("every line is rounded here, as by hand, and PyTorch rounds none")
    refuse_saturated(trace)
    script = _Script(trace)
    parts = {
        "what is given": script.given(),
        "forwards and backwards": script.sample(),
        "step by step" if len(trace.steps) > 1 else "all of it": script.main(),
        "the hand calculation": script.expected(),
    }
    yield Heading(case.title or case.name, 1)
    if case.source:
        yield Prose(f"Source: {case.source}.")
    yield Prose(
        "The same network in PyTorch, in float64; autograd differentiates it. At the end each of its numbers "
        "is held against the hand calculation's. It needs PyTorch and nothing else: pip install torch"
    )
    close = undecided(trace)
    if close:
        yield Prose(
            f"On paper {close} at exactly 0, or among equal largest entries. Float64 rounds decimals: it may "
            "see a difference there, and go the other way."
        )
    yield Code(OPENING)
    for title, lines in parts.items():
        yield Heading(title, 2)
        yield Code("\n".join(lines))
    yield Heading("the comparison", 2)
    yield Code(COMPARING)


class _Script:
    """The lines of one case's script; every tensor has a variable of its own."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._network = trace.network
        self._case = trace.case
        net = trace.network
        # a loss without a value only hands on a gradient
        self._loss = net.loss if net.loss and net.loss.equations else None
        self._variables = {"input": "x", "target": "t"}
        for tensor in (*net.parameter_tensors, *net.constant_tensors, *(stage.z for stage in net.layers)):
            self._variables[tensor.name] = self._free(tensor.name.replace(".", "_"))

    def _free(self, word: str) -> str:
        while iskeyword(word) or word in _TAKEN or word in self._variables.values():
            word += "_"
        return word

    # --- what is given ---------------------------------------------------------------------------

    def given(self) -> Iterator[str]:
        """Parameters, constants, samples, and what the update starts from."""
        net, case = self._network, self._case
        for tensor in (*net.parameter_tensors, *net.constant_tensors):
            numbers, learned = given(net.given[tensor.name]), tensor.name in net.parameters
            yield f"{self._variables[tensor.name]} = {tensor_of(numbers, learned)}"
        yield listed(map(self._named, net.parameter_tensors), "parameters = {", "}")
        yield "samples = ["
        for each in case.samples:
            grids = [tensor_of(given(grid)) for grid in (each.input, each.target) if grid is not None]
            yield indented(tuple_of(grids) + ",")
        yield "]"
        if net.loss is not None and self._loss is None:
            gradient: GivenGrid = vars(case.loss)["gradient"]
            yield f"upstream = {tensor_of(given(gradient.reshaped(net.output.shape)))}"
        if self._trace.moves:
            assert case.learning_rate is not None
            moved = (self._variables[move.parameter.name] for move in self._trace.moves)
            yield listed(moved, "learned = [", "]")
            yield f"rate = {nearest(case.learning_rate.value)}"
            rule = autograd.optimizer(case.updating.type, plain(vars(case.updating.rule)))
            yield f"optimizer = {rule}"

    def _named(self, tensor: Tensor) -> str:
        return f'"{tensor.name}": {self._variables[tensor.name]}'

    # --- the network -----------------------------------------------------------------------------

    def sample(self) -> Iterator[str]:
        """A function that works one sample through."""
        net = self._network
        yield f"def sample(x{', t' if net.target else ''}):"
        yield '    """Every tensor of one sample, by the name that it has on the page."""'
        yield "    x = x.clone().requires_grad_()"
        if net.parameter_tensors:
            yield "    for each in parameters.values():"
            yield "        each.grad = None"
        for stage in net.layers:
            line = f"    {self._variables[stage.z.name]} = {self._expression(stage)}"
            yield f"{line.ljust(_REMARKS)}  # {stage.layer.summary(stage.x.shape)}"
        if self._loss is not None:
            line = f"    loss = {autograd.loss(self._case.loss_type, self._told(self._loss))}"
            yield f"{line.ljust(_REMARKS)}  # {self._case.loss_type.replace('_', ' ')}"
        outputs = map(self._named, (net.input, *(stage.z for stage in net.layers)))
        yield indented(listed(outputs, "outputs = {", "}"))
        if net.loss is None:
            yield "    return {name: each.detach() for name, each in outputs.items()}"
            return
        yield "    for each in outputs.values():"
        yield "        each.retain_grad()"
        backward = (
            "loss.backward()" if self._loss else f"{self._variables[net.output.name]}.backward(upstream)"
        )
        yield f"    {backward.ljust(_REMARKS - 4)}  # the chain rule, back to the input"
        yield "    tensors = outputs | parameters"
        yield '    found = outputs | {f"{name}.grad": each.grad for name, each in tensors.items()}'
        if self._loss is not None:
            yield '    found["loss"] = loss'
        yield "    return {name: each.detach().clone() for name, each in found.items()}"

    def _expression(self, stage: Stage) -> str:
        try:
            return autograd.forward(stage.type, self._told(stage))
        except CannotFollow as problem:
            raise CannotFollow(f"{stage.name}: {problem}") from None

    def _told(self, stage: Stage) -> TorchWords:
        conventions = self._case.conventions
        options = {**vars(stage.of), "relu_at_zero": conventions.relu_at_zero, "max_tie": conventions.max_tie}
        own = stage.parameters | stage.constants
        tensors = {role: self._variables[tensor.name] for role, tensor in own.items()} | {"target": "t"}
        shapes = {role: tensor.shape for role, tensor in own.items()}
        return TorchWords(self._variables[stage.x.name], stage.x.shape, plain(options), tensors, shapes)

    # --- the whole calculation -------------------------------------------------------------------

    def main(self) -> Iterator[str]:
        """All samples, their means, the update; as many steps as were asked for."""
        yield "found = {}"
        yield f"steps = {len(self._trace.steps)}"
        yield "for step in range(1, steps + 1):"
        yield '    mark = "" if step == 1 else f"#{step}"'
        yield BATCH if self._case.batch else ONE_SAMPLE
        if self._case.batch and self._network.loss is not None:
            yield MEANS
        if not self._trace.moves:
            return
        yield "    optimizer.step()"
        yield "    for name, each in parameters.items():"
        yield '        found[f"{name}.new{mark}"] = each.detach().clone()'
        for ours, theirs in self._kept():
            yield f'        if "{theirs}" in optimizer.state[each]:'
            yield f'            found[f"{{name}}.{ours}{{mark}}"] = optimizer.state[each]["{theirs}"].clone()'

    def _kept(self) -> Iterator[tuple[str, str]]:
        """What the optimizer keeps of what this rule works out."""
        worked_out = {
            equation.left.tensor.name.rpartition(".")[2]
            for move in self._trace.moves
            for equation in move.equations
        }
        for ours, theirs in autograd.kept(self._case.updating.type).items():
            if ours in worked_out:
                yield ours, theirs

    def expected(self) -> Iterator[str]:
        """What the hand calculation has, as the nearest float64."""
        kept = {ours for ours, _ in self._kept()} | {"new"} if self._trace.moves else set()
        moved = {each.name for move in self._trace.moves for each in move.tensors}
        yield "expected = {"
        for name, place in self._trace.places.items():
            if place.local in ("target", *self._network.given):
                continue
            if place.local in moved and place.local.rpartition(".")[2] not in kept:
                continue
            cells = Tensor("", place.shape).cells()
            words = [nearest(self._trace.known(name, cell, _DIGITS).value) for cell in cells]
            numbers = nested(place.shape, words)
            yield indented(f'"{name}":\n{indented(numbers)},' if "\n" in numbers else f'"{name}": {numbers},')
        yield "}"
