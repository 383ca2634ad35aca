"""The sizes for which a rule is derived, and how large they may be."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from walkthrough.words.messages import quoted

LARGEST_SIDE = 40
MOST_CLASSES = 20
MOST_UNITS = 400
MOST_PRODUCTS = 60_000

_SIZE = re.compile(r"\s*([0-9]{1,6})\s*(?:[x×X,]\s*([0-9]{1,6})\s*)?")


class CannotDerive(ValueError):
    """Sizes that make no sense for a rule, or are too large for a page."""


@dataclass(frozen=True, slots=True)
class AskedSizes:
    """What somebody asked for; None where the rule's own default will do.

    `input` and `kernel` are rows × columns, a single number is a square (for a dense layer: how
    many inputs).
    """

    input: tuple[int, ...] | None = None
    kernel: tuple[int, ...] | None = None
    stride: tuple[int, ...] | None = None
    padding: tuple[int, ...] | None = None
    dilation: tuple[int, ...] | None = None
    channels: int | None = None
    filters: int | None = None
    flip: bool = False
    classes: int | None = None
    outputs: int | None = None

    @property
    def given(self) -> tuple[str, ...]:
        """The options that were given."""
        return tuple(each.name for each in fields(self) if getattr(self, each.name) not in (None, False))


def read_size(text: str) -> tuple[int, ...]:
    """6x6, 6×6 or 6 as whole numbers; raises CannotDerive."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise CannotDerive(f"{quoted(text)} is not a size; expected rows × columns such as 6x6, or a number")
    return tuple(int(part) for part in match.groups() if part is not None)


def pair(given: tuple[int, ...] | None, default: tuple[int, int]) -> tuple[int, int]:
    """Rows and columns; a single number stands for both."""
    if given is None:
        return default
    return (given[0], given[0]) if len(given) == 1 else (given[0], given[1])


def side(name: str, size: tuple[int, int], least: int = 1) -> tuple[int, int]:
    """Rows and columns, not too small and not too large; raises CannotDerive."""
    for number in size:
        if number < least:
            raise CannotDerive(f"--{name} {number}: expected {least} or more")
        if number > LARGEST_SIDE:
            raise CannotDerive(
                f"--{name} {number}: more than {LARGEST_SIDE} rows or columns fill no page that anybody "
                "reads; the pattern is all there with 6x6 and a kernel of 3x3"
            )
    return size


def count(name: str, given: int | None, default: int, most: int) -> int:
    """How many there are of something; raises CannotDerive."""
    number = default if given is None else given
    if not 1 <= number <= most:
        raise CannotDerive(f"--{name} {number}: expected a number from 1 to {most}")
    return number


def refuse_too_many_products(products: int) -> None:
    """Raises CannotDerive if so many products would have to be written down."""
    if products > MOST_PRODUCTS:
        raise CannotDerive(
            f"these sizes make {products:,} products in the output alone, and at most {MOST_PRODUCTS:,} are "
            "written out; the pattern is the same for a smaller input or fewer channels"
        )
