"""Numbers and grids as Python writes them: as they stand in the case where Python reads that."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import prod

from walkthrough.mathematics.notation import Shape
from walkthrough.numbers.grid import GivenGrid
from walkthrough.witnesses import CannotFollow

INDENT = "    "
_WIDTH = 100
_PLAIN = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,20})?")
_FRACTION = re.compile(r"-?[1-9][0-9]{0,8}/[1-9][0-9]{0,8}")


def given(grid: GivenGrid) -> str:
    """A grid of the case, its numbers as they are written there."""
    texts = (grid.text(at).replace("−", "-") for at in range(grid.size))
    words = [
        text if _PLAIN.fullmatch(text) or _FRACTION.fullmatch(text) else nearest(value)
        for text, value in zip(texts, grid.values(), strict=True)
    ]
    return nested(grid.shape, words)


def nearest(value: Fraction) -> str:
    """The float64 that is nearest to a number, in the fewest digits; raises CannotFollow if there is none."""
    try:
        number = float(value)
    except OverflowError:
        raise CannotFollow("a number lies beyond what float64 can hold") from None
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def tensor(numbers: str, learned: bool = False) -> str:
    """A tensor of the script; rows stand under each other."""
    if "\n" not in numbers:
        return f"tensor({numbers}, learned=True)" if learned else f"tensor({numbers})"
    option = f"{INDENT}learned=True,\n" if learned else ""
    return f"tensor(\n{indented(numbers)},\n{option})"


def tuple_of(items: Sequence[str]) -> str:
    """Items in parentheses, in a line if they stand in one."""
    if any("\n" in each for each in items) or len(", ".join(items)) > _WIDTH:
        return "(\n" + "".join(f"{indented(each)},\n" for each in items) + ")"
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def indented(lines: str) -> str:
    """Lines within something: a call, a list, a function."""
    return textwrap.indent(lines, INDENT)


def listed(items: Iterable[str], before: str, after: str) -> str:
    """Items between two brackets, in a line, or in a line each."""
    one = f"{before}{', '.join(items := list(items))}{after}"
    if len(one) <= _WIDTH:
        return one
    return "\n".join([before, *(f"{INDENT}{item}," for item in items), after])


def nested(shape: Shape, words: Sequence[str]) -> str:
    """Numbers in reading order as lists in lists, a row in a line."""
    if not shape:
        return words[0]
    if len(shape) == 1:
        return "\n".join(textwrap.wrap(f"[{', '.join(words)}]", _WIDTH, subsequent_indent=" "))
    size = prod(shape[1:])
    parts = (nested(shape[1:], words[at * size : (at + 1) * size]) for at in range(shape[0]))
    return "[" + ",\n".join(parts).replace("\n", "\n ") + "]"
