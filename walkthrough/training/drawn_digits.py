"""Digits 0 and 1, drawn by code from a seed: rings and strokes with jitter, thickness and noise.

The same seed draws the same digits for everybody. They are no photographs: a class can see how each came
about, and a small network learns them in seconds.
"""

from __future__ import annotations

from math import pi

import numpy as np

from walkthrough.training.data_set import Floats

SIZE = 16
"""Rows and columns."""
TRAINING, TEST = 512, 128
"""How many there are to learn from, and how many to be tested on; half of each are rings."""

_NOISE = 0.08
_SOFT = 0.7


def drawn_digits(seed: int, count: int) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """So many images 1 × 16 × 16 with numbers from 0 to 1, and what they are: 0 and 1 in turn."""
    generator = np.random.default_rng(seed)
    classes = np.arange(count, dtype=np.int64) % 2
    images = np.stack([(_stroke if digit else _ring)(generator) for digit in classes])
    noisy = images + generator.normal(0, _NOISE, images.shape)
    # eight bits, as in a photograph
    return np.round(np.clip(noisy, 0, 1) * 255)[:, None] / 255, classes


def _ring(generator: np.random.Generator) -> Floats:
    """An ellipse, a little turned, a little out of the middle."""
    down, across = _centred(generator)
    angle = generator.uniform(-0.4, 0.4)
    height, width = generator.uniform(4.2, 6.2), generator.uniform(2.8, 4.8)
    along = down * np.cos(angle) + across * np.sin(angle)
    beside = across * np.cos(angle) - down * np.sin(angle)
    # how far from the line, in pixels, near enough
    away = np.abs(np.hypot(along / height, beside / width) - 1) * min(height, width)
    return _inked(generator, away)


def _stroke(generator: np.random.Generator) -> Floats:
    """A straight line, more or less upright."""
    down, across = _centred(generator)
    angle, half = generator.uniform(-0.35, 0.35), generator.uniform(4.0, 6.0)
    along = down * np.cos(angle) + across * np.sin(angle)
    beside = across * np.cos(angle) - down * np.sin(angle)
    beyond = np.maximum(np.abs(along) - half, 0)
    return _inked(generator, np.hypot(beside, beyond))


def _centred(generator: np.random.Generator) -> tuple[Floats, Floats]:
    """Rows and columns, counted from about the middle."""
    middle = (SIZE - 1) / 2 + generator.uniform(-1.2, 1.2, 2)
    rows, columns = np.meshgrid(np.arange(SIZE), np.arange(SIZE), indexing="ij")
    return rows - middle[0], columns - middle[1]


def _inked(generator: np.random.Generator, away: Floats) -> Floats:
    """Dark within half the thickness of the pen, fading beyond."""
    pen, dark = generator.uniform(0.6, 1.3), generator.uniform(0.75, 1.0)
    return dark / (1 + np.exp((away - pen) / (_SOFT / pi)))
