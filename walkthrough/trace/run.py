"""All numbers of one step at one precision, the means over its samples and the update among them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Generic, TypeAlias

from walkthrough.numbers.arithmetic import Arithmetic, N
from walkthrough.trace.moves import Move
from walkthrough.trace.network import Network
from walkthrough.trace.passes import SampleReplay


@dataclass(frozen=True)
class Run(Generic[N]):
    """All numbers of a step at one precision: the samples, the means over them, what the update gives."""

    samples: tuple[SampleReplay[N], ...]
    means: dict[str, N]
    moved: dict[str, N]
    arithmetic: Arithmetic[N]
    own: tuple[Arithmetic[N], ...] = ()
    """That of each sample, which has proved on which side of a kink it is."""

    @property
    def closing(self) -> dict[str, N]:
        """What the update is worked out from and what it gives, by name."""
        return self.samples[0].tensors | self.means | self.moved


AnyRun: TypeAlias = Run[Any]


def closed(
    network: Network,
    moves: tuple[Move, ...],
    back: bool,
    samples: tuple[SampleReplay[Any], ...],
    arithmetic: Arithmetic[Any],
) -> AnyRun:
    """The samples, the means over them, and what the update gives; `back` says if there are gradients."""
    means: dict[str, Any] = {}
    if network.loss is None:
        return Run(samples, means, {}, arithmetic)
    share = Fraction(1, len(samples))
    names = [tensor.grad.name for tensor in network.parameter_tensors if back]
    if "loss" in samples[0].tensors:
        names.append("loss")
    for name in names:
        several = [sample.tensors[name] for sample in samples]
        if len(several) == 1:
            means[name] = several[0]
        else:
            means[name] = arithmetic.proven(arithmetic.combined(several, [share] * len(several)), name)
    run = Run(samples, means, {}, arithmetic)
    moved: dict[str, Any] = {}
    for move in moves:
        moved |= move.work_out(run.closing, arithmetic)
    return Run(samples, means, moved, arithmetic)
