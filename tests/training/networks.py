"""Small networks to train, and their training from beginning to end."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from walkthrough.case import Case, read_case
from walkthrough.training.runs.run import Lessons, TrainingRun

SMALL = """
learning_rate = "{rate}"
{update}
[[layers]]
type = "conv2d"
kernel = {{ random = "normal", shape = [2, 1, 3, 3], seed = 2, scale = "0.3" }}
bias = "0.1 -0.1"
[[layers]]
type = "{activation}"
[[layers]]
type = "max_pool2d"
size = 2
[[layers]]
type = "dense"
weight = {{ random = "normal", shape = [2, 18], seed = 3, scale = "0.3" }}
bias = "0 0"
[[layers]]
type = "softmax"
[loss]
type = "cross_entropy"
[training]
epochs = 3
batch_size = 5
seed = 4
{data}
"""


def small(
    folder: Path, update: str = "", activation: str = "relu", rate: str = "0.1", samples: int = 23
) -> Case:
    """Eight by eight noise with a stroke across or down, in a file: 23 samples are five batches, one of 3."""
    generator = np.random.default_rng(11)
    x, y = generator.uniform(0, 0.3, (samples, 8, 8)), np.arange(samples) % 2
    for image, down in zip(x, y, strict=True):
        line = generator.integers(2, 6)
        if down:
            image[:, line] += 0.7
        else:
            image[line] += 0.7
    np.savez(folder / "strokes.npz", x=x, y=y)
    text = SMALL.format(
        rate=rate, update=update, activation=activation, data='data = { file = "strokes.npz" }'
    )
    return read_case(text, "strokes", folder)


def trained(case: Case, folder: Path, steps: int) -> TrainingRun:
    """So many steps."""
    run = TrainingRun(Lessons(case, folder), folder)
    for _ in range(steps):
        run.advance()
    return run
