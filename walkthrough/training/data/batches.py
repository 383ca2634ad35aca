"""Which samples a step learns from: an order for each epoch, drawn from the seed, cut into batches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from walkthrough.case.training import Training


@dataclass(frozen=True)
class Batches:
    """The batches of a training over so many samples.

    Any step's batch is found without going through those before it; the last one of an epoch may be smaller.
    """

    training: Training
    samples: int

    @property
    def size(self) -> int:
        """Samples in a batch; never more than there are."""
        return min(self.training.batch_size, self.samples)

    @property
    def in_an_epoch(self) -> int:
        """Steps in an epoch."""
        return -(-self.samples // self.size)

    def epoch_of(self, step: int) -> int:
        """The epoch, from 1, in which a step is, from 1."""
        return (step - 1) // self.in_an_epoch + 1

    def of(self, step: int) -> NDArray[np.int64]:
        """Which samples a step learns from, counted from 0, in their order."""
        begin = (step - 1) % self.in_an_epoch * self.size
        if not self.training.shuffle:
            return np.arange(begin, min(begin + self.size, self.samples))
        return _shuffled(self.training.seed, self.epoch_of(step), self.samples)[begin : begin + self.size]


@lru_cache(maxsize=4)
def _shuffled(seed: int, epoch: int, samples: int) -> NDArray[np.int64]:
    return np.random.default_rng([seed, epoch]).permutation(samples)
