"""The same network in PyTorch: its forward pass in torch's own words, gradients by autograd, assertions."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from walkthrough.document import Block, Code, Heading, Prose
from walkthrough.numbers.written import decimal
from walkthrough.scripts.torch_pieces import CHECK, KINK, LARGEST, TRAINING
from walkthrough.trace.stage import Stage
from walkthrough.trace.steps import Choice, Gate, Steps

if TYPE_CHECKING:
    from walkthrough.layers import Conventions
    from walkthrough.trace.trace import Trace

_DIGITS = 12
_FLOAT = "dtype=torch.float64"
_TAKEN = frozenset({
    "torch", "F", "x", "y", "t", "z", "kink", "largest", "Kink", "Largest", "check", "network", "loss_of",
    "train", "SAMPLES", "EXPECTED", "STEPS", "GRADIENT", "parameters", "optimizer",
})  # fmt: skip
_SATURATED = 8
"""σ(8) ≈ 0.9997: beyond, 1 − y has lost digits that the loss needs."""


class CannotSay(ValueError):
    """PyTorch has no words for something in a case; str() says for what."""


@dataclass(frozen=True)
class TorchScript:
    """A trace as a script; the last of several steps stands for all of them."""

    trace: Trace

    def blocks(self) -> Iterator[Block]:
        """The script: the network, its numbers, what is expected, and the run. Raises CannotSay."""
        case = self.trace.case
        if case.arithmetic.kind == "decimals":
            raise CannotSay(
                f"{case.name} rounds every line by hand, which PyTorch does not; --arithmetic exact compares"
            )
        network, loss, optimizer = self._network(), self._loss(), self._optimizer()
        helpers = "\n".join([*network, *loss])
        yield Heading(case.title, 1)
        yield Prose(
            "What walkthrough works out by hand, once more by PyTorch's autograd, in float64. Every number "
            "of the page is compared; the first that differs is named with both values."
        )
        yield Code(("import torch", "import torch.nn.functional as F"))
        for word, code in (("kink(", KINK), ("largest(", LARGEST)):
            if word in helpers:
                yield Code(code)
        yield Heading("The network", 2)
        yield Code(network)
        if loss:
            yield Code(loss)
        yield Heading("Its numbers", 2)
        yield Code(tuple(self._numbers()))
        yield Heading("What the page says", 2)
        yield Code(tuple(self._expected()))
        yield Heading("The comparison", 2)
        yield Code(CHECK)
        yield Code((*TRAINING, "", "", *optimizer, "train()", 'print("Everything agrees.")'))

    # --- names -----------------------------------------------------------------------------------

    @cached_property
    def names(self) -> dict[str, str]:
        """What each tensor of a case is called in Python."""
        net, found = self.trace.network, dict[str, str]()
        tensors = [*net.parameter_tensors, *net.constant_tensors, *(stage.z for stage in net.layers)]
        for tensor in tensors:
            name = re.sub(r"\W", "_", tensor.name, flags=re.ASCII)
            name = f"_{name}" if name[:1].isdigit() else name
            while name in _TAKEN or name in found.values() or keyword.iskeyword(name):
                name += "_"
            found[tensor.name] = name
        return found

    # --- the network -----------------------------------------------------------------------------

    def _network(self) -> tuple[str, ...]:
        lines = ["def network(x):", '    """The output of each layer, in order."""']
        said, x = [], "x"
        for stage in self.trace.network.layers:
            own = {
                role: self.names[tensor.name]
                for role, tensor in {**stage.parameters, **stage.constants}.items()
            }
            words = stage.layer.in_torch(x, stage.x.shape, own, self._met(stage))
            if not words:
                raise CannotSay(f"the layer {stage.name} ({stage.type}) has no words in PyTorch")
            x = self.names[stage.z.name]
            lines.append(f"    {x} = {words}")
            said.append(f'"{stage.z.name}": {x}')
        inner = ", ".join(said)
        lines.append(f"    return {{{inner}}}" if len(inner) < 90 else "    return {")
        if len(inner) >= 90:
            lines += [*(f"        {each}," for each in said), "    }"]
        return tuple(lines)

    def _met(self, stage: Stage) -> Conventions | None:
        """The case's conventions, where a layer meets an entry at a kink, or equal largest ones."""
        if not stage.choices and stage.gate is None:
            return None
        steps = Steps(self.trace)
        for trace in self.trace.steps:
            for sample in range(len(self.trace.case.samples)):
                for step in steps.tensor(trace.named(stage.z.name, sample)):
                    undecided = isinstance(step, Choice) and len(step.ties) > 1
                    if undecided or (isinstance(step, Gate) and step.sign == 0):
                        return self.trace.case.conventions
        return None

    def _loss(self) -> tuple[str, ...]:
        loss = self.trace.network.loss
        if loss is None or not loss.equations:
            return ()
        z = "z" if self._saturates else ""
        words = loss.judge.in_torch("y", "t", z, self.trace.case.conventions)
        if not words:
            raise CannotSay(f"the loss {loss.type} has no words in PyTorch")
        about = '    """How far the output y is from the target t."""'
        if z:
            about = (
                '    """From what went into the last activation, z: that near to 0 or 1, y lacks digits."""'
            )
        return ("def loss_of(y, t, z):", about, f"    return {words}")

    @cached_property
    def _saturates(self) -> bool:
        """Whether the last activation is so near to 0 or 1 that float64 loses what the loss needs."""
        layers = self.trace.network.layers
        if not layers or layers[-1].type not in ("sigmoid", "softmax"):
            return False
        names = [each.named(layers[-1].x.name, k) for each in self.trace.steps
                 for k in range(len(self.trace.case.samples))]  # fmt: skip
        values = [self.trace.known(name, cell).value for name in names for cell in layers[-1].x.cells()]
        return max(map(abs, values)) > _SATURATED

    # --- numbers ---------------------------------------------------------------------------------

    def _numbers(self) -> Iterator[str]:
        net, case = self.trace.network, self.trace.case
        learned = [tensor.name for tensor in net.parameter_tensors]
        for tensor in (*net.parameter_tensors, *net.constant_tensors):
            asked = ", requires_grad=True" if tensor.name in learned and net.loss is not None else ""
            values = [decimal(value) for value in net.given[tensor.name].values()]
            yield from _tensor(self.names[tensor.name], values, tensor.shape, asked)
        listed = ", ".join(f'"{name}": {self.names[name]}' for name in learned if net.loss is not None)
        yield from ("", f"parameters = {{{listed}}}", "", "SAMPLES = [")
        for sample in case.samples:
            image = _nested([decimal(value) for value in sample.input.values()], net.input.shape, "        ")
            given = [] if sample.target is None else [decimal(value) for value in sample.target.values()]
            target = f"torch.tensor([{', '.join(given)}], {_FLOAT})" if given else "None"
            yield "    ("
            yield from _called("        torch.tensor(", image, f", {_FLOAT}),")
            yield from (f"        {target},", "    ),")
        yield "]"
        upstream = getattr(case.loss, "gradient", None)
        if upstream is not None:
            values = [decimal(value) for value in upstream.values()]
            yield from _tensor("GRADIENT", values, net.output.shape, "")
        yield f"STEPS = {len(self.trace.steps)}"

    def _optimizer(self) -> tuple[str, ...]:
        case = self.trace.case
        if case.learning_rate is None or not self.trace.moves:
            return ("optimizer = None",)
        words = case.updating.rule.in_torch()
        if not words:
            raise CannotSay(f"the update rule {case.updating.type} has no words in PyTorch")
        name, _, options = words.partition(", ")
        moving = [f'parameters["{name}"]' for name in (move.parameter.name for move in self.trace.moves)]
        rate = decimal(case.learning_rate.value)
        return (
            f"optimizer = torch.optim.{name}(",
            f"    [{', '.join(moving)}],",
            f"    lr={rate}, {options}",
            ")",
        )

    def _expected(self) -> Iterator[str]:
        yield "EXPECTED = {"
        for name in self._compared():
            shape = self.trace.place(name).shape
            values = [self.trace.shown(name, cell, _DIGITS).plain for cell in _cells(shape)]
            yield from _called(f'    "{name}": ', _nested(values, shape, "    "), ",")
        yield "}"

    def _compared(self) -> Iterator[str]:
        """Outputs, loss, gradients and updated parameters, in the order of computation."""
        net = self.trace.network
        outputs = [stage.z for stage in net.layers]
        wanted = {tensor.name for tensor in outputs} | {"loss"}
        wanted |= {tensor.grad.name for tensor in (net.input, *outputs)}
        shared = {tensor.grad.name for tensor in net.parameter_tensors}
        shared |= {f"{tensor.name}.new" for tensor in net.parameter_tensors}
        if self._saturates:
            wanted -= {net.layers[-1].z.grad.name}
        for name, place in self.trace.places.items():
            own = place.sample is None or place.local != "loss"
            if (place.local in wanted and own) or (place.local in shared and "@" not in name):
                yield name


def _cells(shape: Sequence[int]) -> Iterator[tuple[int, ...]]:
    from walkthrough.mathematics.notation import Tensor

    return iter(Tensor("", tuple(shape)).cells())


def _tensor(name: str, values: list[str], shape: Sequence[int], asked: str) -> Iterator[str]:
    yield from _called(f"{name} = torch.tensor(", _nested(values, shape, ""), f", {_FLOAT}{asked})")


def _called(before: str, rows: list[str], after: str) -> Iterator[str]:
    """A list between what stands before and after it, in one line or several."""
    first, *rest = rows
    lines = [before + first, *rest]
    lines[-1] += after
    yield from lines


def _nested(values: list[str], shape: Sequence[int], indent: str) -> list[str]:
    """Numbers as nested lists, a row a line."""
    if not shape:
        return [values[0]]
    if len(shape) == 1:
        return [f"[{', '.join(values)}]"]
    size = len(values) // shape[0] if shape[0] else 0
    rows = ["["]
    for at in range(shape[0]):
        inner = _nested(values[at * size : (at + 1) * size], shape[1:], indent + "    ")
        inner[0] = f"{indent}    {inner[0]}"
        inner[-1] += ","
        rows += inner
    return [*rows, f"{indent}]"]
