"""What a case file says before its numbers: title, arithmetic, learning rate, conventions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from walkthrough.case.tables.reader import Reader
from walkthrough.case.tables.values import Misread, exact, found
from walkthrough.layers import Conventions
from walkthrough.words.messages import one_line

MOST_DECIMALS = 100
_TIES = ("first", "split", "all")
_SLOPES = (Fraction(0), Fraction(1, 2), Fraction(1))


@dataclass(frozen=True, slots=True)
class ArithmeticKind:
    """How a case calculates: exactly, in floats, or rounding every line to some decimals, as by hand."""

    kind: Literal["exact", "float", "decimals"] = "exact"
    decimals: int | None = None

    def __str__(self) -> str:
        if self.decimals is None:
            return self.kind
        return f"{self.decimals} decimal" if self.decimals == 1 else f"{self.decimals} decimals"


def read_arithmetic(value: Any) -> ArithmeticKind:
    """`exact`, `float` or `4 decimals`; raises Misread."""
    if value == "exact":
        return ArithmeticKind("exact")
    if value == "float":
        return ArithmeticKind("float")
    match = re.fullmatch(r"\s*([0-9]{1,3})\s+decimals?\s*", value) if isinstance(value, str) else None
    if match is None:
        raise Misread(
            f'found {found(value)}; expected "exact", "float" or a number of decimals: "4 decimals"'
        )
    if int(match[1]) > MOST_DECIMALS:
        raise Misread(f"found {match[1]} decimals; expected at most {MOST_DECIMALS}")
    return ArithmeticKind("decimals", int(match[1]))


def read_words(value: Any) -> str:
    """A title or a source on one line; raises Misread."""
    if not isinstance(value, str):
        raise Misread(f"found {found(value)}; expected a text in quotation marks")
    return one_line(value)


def read_conventions(reader: Reader, value: Any) -> Conventions:
    """The table `[conventions]`; what is wrong with it is noted."""
    place = ("conventions",)
    table = reader.table(place, value, ["relu_at_zero", "max_tie"])
    slope = reader.read((*place, "relu_at_zero"), _slope, table.get("relu_at_zero", 0))
    tie = reader.read((*place, "max_tie"), _tie, table.get("max_tie", "first"))
    return Conventions(slope if slope is not None else Fraction(0), tie or "first")


def _slope(value: Any) -> Fraction:
    slope = exact(value).value
    if slope not in _SLOPES:
        raise Misread(f'found {found(value)}; expected "0", "1/2" or "1"')
    return slope


def _tie(value: Any) -> str:
    if value not in _TIES:
        raise Misread(f'found {found(value)}; expected "first", "split" or "all"')
    return str(value)
