"""Digits 0 and 1, drawn by code from a seed: rings and strokes with jitter, thickness and noise.

The same seed draws the same digits for everybody. They are no photographs: a class can see how each came
about, and a small network learns them in seconds.
"""

from __future__ import annotations

from math import pi

import numpy as np

from walkthrough.training.data.data_set import Floats

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
    down, across = _centred(generator, count)
    away = np.empty((count, SIZE, SIZE))
    away[0::2] = _ring(generator, down[0::2], across[0::2])
    away[1::2] = _stroke(generator, down[1::2], across[1::2])
    images = _inked(generator, away)
    noisy = images + generator.normal(0, _NOISE, images.shape)
    # eight bits, as in a photograph
    return np.round(np.clip(noisy, 0, 1) * 255)[:, None] / 255, classes


def _each(generator: np.random.Generator, least: float, most: float, count: int) -> Floats:
    """A number for each image."""
    return generator.uniform(least, most, (count, 1, 1))


def _turned(down: Floats, across: Floats, angle: Floats) -> tuple[Floats, Floats]:
    """Along and beside an axis that leans by this angle."""
    along = down * np.cos(angle) + across * np.sin(angle)
    return along, across * np.cos(angle) - down * np.sin(angle)


def _ring(generator: np.random.Generator, down: Floats, across: Floats) -> Floats:
    """How far each pixel is from an ellipse, a little turned."""
    count = len(down)
    along, beside = _turned(down, across, _each(generator, -0.4, 0.4, count))
    height, width = _each(generator, 4.2, 6.2, count), _each(generator, 2.8, 4.8, count)
    # in pixels, near enough
    away: Floats = np.abs(np.hypot(along / height, beside / width) - 1) * np.minimum(height, width)
    return away


def _stroke(generator: np.random.Generator, down: Floats, across: Floats) -> Floats:
    """How far each pixel is from a straight line, more or less upright."""
    count = len(down)
    along, beside = _turned(down, across, _each(generator, -0.35, 0.35, count))
    beyond = np.maximum(np.abs(along) - _each(generator, 4.0, 6.0, count), 0)
    return np.hypot(beside, beyond)


def _centred(generator: np.random.Generator, count: int) -> tuple[Floats, Floats]:
    """Rows and columns, counted from about the middle."""
    middle = (SIZE - 1) / 2 + generator.uniform(-1.2, 1.2, (2, count, 1, 1))
    return np.arange(SIZE)[:, None] - middle[0], np.arange(SIZE) - middle[1]


def _inked(generator: np.random.Generator, away: Floats) -> Floats:
    """Dark within half the thickness of the pen, fading beyond."""
    pen, dark = _each(generator, 0.6, 1.3, len(away)), _each(generator, 0.75, 1.0, len(away))
    inked: Floats = dark / (1 + np.exp((away - pen) / (_SOFT / pi)))
    return inked
