"""A box of exact numbers: an image, a kernel, a row of weights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd, inf, prod
from typing import TYPE_CHECKING, Any, TypeAlias

from walkthrough.numbers.written import MINUS, Written

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from walkthrough.mathematics.notation import Shape

    Numerators: TypeAlias = NDArray[Any]

MOST_NUMBERS = 4_000_000
MOST_DENOMINATOR_DIGITS = 20_000
MOST_DIGITS_IN_ALL = 400_000_000
# as they were written, 0.10 and not 0.1; of more numbers than this nobody reads each
MOST_TEXTS = 250_000
_FITS_INT64 = 2**62
_BITS_PER_DIGIT = 3.3219


class GridTooLarge(ValueError):
    """More numbers, or longer ones, than can be worked with; the limit is in the message."""


class _NotGiven(Sequence[int]):
    """So many numbers, none of which is known."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        raise ValueError("the numbers of this grid are not given")


@dataclass(frozen=True, eq=False, repr=False)
class GivenGrid:
    """A box of exact numbers, all over one common denominator, in reading order.

    `shape` is rows × columns, or with channels and filters before them. `texts`, if kept, are the
    numbers as written. Two grids are equal if they have the same shape and the same values. Make one
    with `Grid.of` or `Grid.over`, or with `Grid.of_size` where only its shape is known.
    """

    shape: Shape
    flat: Sequence[int] | Numerators
    denominator: int = 1
    texts: tuple[str, ...] | None = None

    @classmethod
    def of(cls, numbers: Iterable[Written], shape: Shape) -> GivenGrid:
        """The grid of these written numbers, in reading order; raises GridTooLarge, ValueError."""
        refuse_too_many(shape)
        written = list(numbers)
        if len(written) != prod(shape):
            raise ValueError(f"{len(written)} numbers do not fill the shape {shape}")
        common = _common_denominator({each.value.denominator for each in written})
        numerators = sum(each.value.numerator.bit_length() for each in written)
        if numerators + len(written) * common.bit_length() > MOST_DIGITS_IN_ALL * _BITS_PER_DIGIT:
            raise GridTooLarge(
                f"these numbers, brought to one common denominator, have over {MOST_DIGITS_IN_ALL:,} digits"
            )
        flat = tuple(each.value.numerator * (common // each.value.denominator) for each in written)
        texts = tuple(each.text for each in written) if len(written) <= MOST_TEXTS else None
        return cls(shape, flat, common, texts)

    @classmethod
    def over(cls, numerators: Sequence[int] | Numerators, denominator: int, shape: Shape) -> GivenGrid:
        """The grid numerators/denominator, given in reading order and reduced to lowest terms."""
        refuse_too_many(shape)
        flat = numerators if isinstance(numerators, (list, tuple)) else numerators.reshape(-1)  # type: ignore[union-attr]
        if len(flat) != prod(shape):
            raise ValueError(f"{len(flat)} numbers do not fill the shape {shape}")
        common = denominator
        for number in flat:
            if common == 1:
                break
            common = gcd(common, int(number))
        if common != 1:
            flat = [int(number) // common for number in flat]
        return cls(shape, flat, denominator // common)

    @classmethod
    def of_size(cls, shape: Shape) -> GivenGrid:
        """A grid of which nothing but its shape is known; whoever asks for a number gets a ValueError."""
        return cls(shape, _NotGiven(prod(shape)))

    @property
    def known(self) -> bool:
        """Whether its numbers are given, and not its shape alone."""
        return not isinstance(self.flat, _NotGiven)

    @cached_property
    def numerators(self) -> Numerators:
        """The numerators as a read-only array of this shape: int64 below 2⁶², otherwise Python's own."""
        import numpy as np

        kind = np.int64 if self._largest < _FITS_INT64 else object
        array = np.array(self.flat, dtype=kind).reshape(self.shape)
        array.flags.writeable = False
        return array

    @cached_property
    def floats(self) -> NDArray[np.float64]:
        """The nearest float64 of every number, as a read-only array of this shape."""
        import numpy as np

        if self.numerators.dtype == np.int64 and self.denominator < 2**53 and self._largest < 2**53:
            array = np.asarray(self.numerators / float(self.denominator), dtype=np.float64)
        else:
            array = np.array([nearest_float(value) for value in self.values()], dtype=np.float64)
            array = array.reshape(self.shape)
        array.flags.writeable = False
        return array

    @cached_property
    def _largest(self) -> int:
        return max((abs(int(number)) for number in self.flat), default=0)

    @property
    def size(self) -> int:
        """How many numbers are in it."""
        return len(self.flat)

    def value(self, place: int) -> Fraction:
        """The number at this place in reading order, counted from 0."""
        return Fraction(int(self.flat[place]), self.denominator)

    def values(self) -> Iterator[Fraction]:
        """All numbers in reading order."""
        return (Fraction(int(number), self.denominator) for number in self.flat)

    def text(self, place: int) -> str:
        """The number at this place as a page prints it: as it was written, or exactly."""
        if self.texts is not None:
            return self.texts[place].removeprefix("+").replace("-", MINUS)
        return Written.of(self.value(place)).shown

    def reshaped(self, shape: Shape) -> GivenGrid:
        """The same numbers in reading order in another shape of the same size."""
        if prod(shape) != self.size:
            raise ValueError(f"{self.size} numbers do not fill the shape {shape}")
        return self if shape == self.shape else GivenGrid(shape, self.flat, self.denominator, self.texts)

    def shaped_like(self, shape: Shape) -> GivenGrid | None:
        """Itself in this shape, if they differ only in leading axes of size 1; otherwise None.

        A single row may also be what stands along the only axis that is longer than 1: channel × 1 × 1.
        """
        row = len(self.shape) == 1 and self.size == max(shape, default=1) == prod(shape)
        same = without_leading_ones(shape) == without_leading_ones(self.shape)
        return self.reshaped(shape) if same or row else None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GivenGrid):
            return NotImplemented
        # denominators are in lowest terms, so equal values have equal ones
        return (self.shape, self.denominator) == (other.shape, other.denominator) and all(
            one == two for one, two in zip(self.flat, other.flat, strict=True)
        )

    def __hash__(self) -> int:
        return hash((self.shape, self.denominator))

    def __repr__(self) -> str:
        return f"Grid({'×'.join(map(str, self.shape)) or 'a single number'})"


def without_leading_ones(shape: Shape) -> Shape:
    """A shape without its leading axes of size 1: (1, 4, 4) → (4, 4)."""
    start = next((axis for axis, extent in enumerate(shape) if extent != 1), len(shape))
    return shape[start:]


def refuse_too_many(shape: Shape, most: int = MOST_NUMBERS) -> None:
    """Raises GridTooLarge if a tensor of this shape is more than can be worked with."""
    if prod(shape) > most:
        raise GridTooLarge(
            f"{'×'.join(map(str, shape))} is over {most:,} numbers, the most that a tensor may have"
        )


def _common_denominator(denominators: set[int]) -> int:
    """The least common multiple, given up as soon as it is too long."""
    common = 1
    for each in denominators:
        if common % each:
            common *= each // gcd(common, each)
            if common.bit_length() > MOST_DENOMINATOR_DIGITS * _BITS_PER_DIGIT:
                raise GridTooLarge(
                    f"the common denominator of these numbers has over {MOST_DENOMINATOR_DIGITS:,} digits"
                )
    return common


def nearest_float(value: Fraction) -> float:
    """The nearest float64; what is beyond them is infinite."""
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf
