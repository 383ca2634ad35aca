"""A training: step after step over a data set, of which sparse checkpoints are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from pathlib import Path

import numpy as np

from walkthrough.case import Case, Training
from walkthrough.training.data.batches import Batches
from walkthrough.training.data.data_set import DataSet, Floats
from walkthrough.training.data.sources import data_of
from walkthrough.training.runs.vectorised_network import Pass, Tensors, VectorisedNetwork, refuse_untrainable

FEWEST_STEPS_BETWEEN = 16
"""Steps between two checkpoints at least: so many are worked through once more, at most, to open one."""
BYTES_PER_STEP = 9_500
"""What a run may grow by for each step; a large network has its checkpoints further apart."""


@dataclass(frozen=True)
class RunRecord:
    """What is left of a training: the case's text and folder, every step's loss, and the checkpoints.

    A checkpoint is what `steps` updates have left, parameters and what the rule keeps beside them, by name.
    `data` is the fingerprint of what was trained on.
    """

    toml: str
    name: str
    folder: str
    data: str
    losses: Floats
    checkpoints: Mapping[int, Tensors]

    @property
    def steps(self) -> int:
        """How many steps have been made."""
        return len(self.losses)


@dataclass(frozen=True)
class Stepped:
    """A step of a training: what the batch gave, the gradients, and what the update has left."""

    of: Pass
    gradients: Tensors
    after: Tensors

    @property
    def loss(self) -> float:
        """The mean over the batch."""
        return float(self.of.losses.mean())


class Lessons:
    """What is learned and from what: a case's network, its data, and the batches of each step.

    Raises NoData, CaseError.
    """

    def __init__(self, case: Case, folder: Path) -> None:
        refuse_untrainable(case)
        self.case = case
        self.data: DataSet = data_of(case, folder)
        self.network = VectorisedNetwork(case, self.data.train.x.shape[1:])
        self.batches = Batches(case.training or Training(), len(self.data.train))

    def step(self, step: int, tensors: Tensors) -> Stepped:
        """The step of this number, from 1, with what the steps before have left."""
        chosen = self.batches.of(step)
        train = self.data.train
        # what is beyond float64 is looked at afterwards, and said in words
        with np.errstate(all="ignore"):
            forwards = self.network.forward(tensors, train.x[chosen], train.targets[chosen])
            gradients = self.network.backward(forwards)
            return Stepped(forwards, gradients, self.network.updated(tensors, gradients, step))

    def loss(self, step: int, tensors: Tensors) -> float:
        """The loss of a step's batch with other parameters."""
        chosen = self.batches.of(step)
        train = self.data.train
        with np.errstate(all="ignore"):
            forwards = self.network.forward(tensors, train.x[chosen], train.targets[chosen])
        return float(forwards.losses.mean())

    @cached_property
    def beginning(self) -> Tensors:
        """Before the first step: the case's own parameters, and nothing kept beside them."""
        return {**self.network.given, **self.network.kept}

    @cached_property
    def apart(self) -> int:
        """Steps from one checkpoint to the next."""
        size = sum(array.nbytes for array in self.beginning.values())
        return max(FEWEST_STEPS_BETWEEN, -(-size // BYTES_PER_STEP))

    @cached_property
    def fingerprint(self) -> str:
        """Of the data, so that others in their place are noticed."""
        digest = hashlib.sha256()
        for array in (self.data.train.x, self.data.train.targets):
            digest.update(np.ascontiguousarray(array).data.cast("B"))
        return digest.hexdigest()


class TrainingRun:
    """A training under way, from its beginning or from where a record of it ends."""

    def __init__(self, lessons: Lessons, folder: Path, record: RunRecord | None = None) -> None:
        self.lessons = lessons
        self._folder = folder
        self.losses: list[float] = [] if record is None else record.losses.tolist()
        self.checkpoints: dict[int, Tensors] = {0: lessons.beginning}
        if record is not None:
            self.checkpoints |= record.checkpoints
        self.tensors = self.checkpoints[self.steps]
        self._burst = False

    @property
    def steps(self) -> int:
        """How many steps have been made."""
        return len(self.losses)

    @property
    def epochs(self) -> int:
        """How many epochs have been begun."""
        return self.lessons.batches.epoch_of(self.steps) if self.steps else 0

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of what is learned, without what a rule keeps beside it."""
        return tuple(self.lessons.network.given)

    @property
    def blown_up(self) -> bool:
        """Whether numbers beyond float64 have been met: there is no going on.

        Parameters are looked at where a checkpoint is due, the loss after every step.
        """
        return self._burst or bool(self.losses and not isfinite(self.losses[-1]))

    def advance(self) -> float:
        """One step more; its loss."""
        step = self.steps + 1
        stepped = self.lessons.step(step, self.tensors)
        if (step - 1) % self.lessons.apart == 0:
            self._burst = not _finite(self.tensors)
            if not self._burst:
                self.checkpoints[step - 1] = self.tensors
        self.tensors = stepped.after
        self.losses.append(stepped.loss)
        return stepped.loss

    def record(self) -> RunRecord:
        """What is left so far; its last checkpoint is where it can be gone on from."""
        apart = self.lessons.apart
        kept = {step: tensors for step, tensors in self.checkpoints.items() if step % apart == 0}
        if not self.blown_up and _finite(self.tensors):
            kept[self.steps] = self.tensors
        return RunRecord(
            self.lessons.case.toml,
            self.lessons.case.name,
            str(self._folder.absolute()),
            self.lessons.fingerprint,
            np.array(self.losses),
            kept,
        )


def _finite(tensors: Tensors) -> bool:
    return all(bool(np.isfinite(array).all()) for array in tensors.values())
