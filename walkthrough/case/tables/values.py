"""Values as TOML gives them: where they stand, what they are in words, what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from walkthrough.numbers.written import MOST_DIGITS, NotANumber, Written, digits, read_number
from walkthrough.words.messages import quoted, suggestion

KeyPath: TypeAlias = tuple[str | int, ...]
"""Where a value stands in a file: ("layers", 1, "kernel"), counted from 0."""


class Bare(str):
    """A number with a point or an exponent that stands in TOML without quotes, as it was written."""

    __slots__ = ()

    @classmethod
    def of(cls, toml: str) -> Bare:
        """The number without the underscores that TOML allows between digits."""
        return cls(toml.replace("_", ""))


class Misread(ValueError):
    """What is wrong with a value: `below` leads on to the part at fault, `row` counts its text's lines.

    `row` counts from 0 and is None where the fault is not in one line of a text.
    """

    def __init__(self, message: str, below: KeyPath = (), row: int | None = None) -> None:
        super().__init__(message)
        self.below = below
        self.row = row


def found(value: Any) -> str:
    """What a TOML value is, in words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Bare):
        return f"the number {value[:60]}"
    if isinstance(value, int):
        return f"the number {value}" if value.bit_length() < 200 else "a very long number"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return "a table"
    return "a date or a time"


def refuse_unknown(table: dict[str, Any], known: Iterable[str]) -> None:
    """Raises Misread for the first key that nobody knows."""
    names = list(known)
    for key in table:
        if key not in names:
            raise Misread(f"is not known here; {suggestion(key, names)}", (key,))


def whole(value: Any, least: int, most: int | None = None) -> int:
    """A whole number from `least` to `most`, bare or quoted; raises Misread."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 40:
        value = int(value)
    span = f"from {least}" if most is None else f"from {least} to {most:,}"
    if not isinstance(value, int) or isinstance(value, bool):
        raise Misread(f"found {found(value)}; expected a whole number {span}")
    if value < least or (most is not None and value > most):
        raise Misread(f"found {found(value)}; expected a whole number {span}")
    return value


def exact(value: Any) -> Written:
    """The number that a TOML value stands for, quoted or bare; raises Misread."""
    if isinstance(value, int) and not isinstance(value, bool):
        # compared in bits first, because turning a hostile number into digits takes long
        text = digits(value) if value.bit_length() < 4 * MOST_DIGITS else "9" * (MOST_DIGITS + 1)
    elif isinstance(value, str):
        text = str(value)
    else:
        raise Misread(f"found {found(value)}; expected a number such as -3, 0.10, 1/3, 2.1e-3 or 25%")
    try:
        return read_number(text)
    except NotANumber as error:
        raise Misread(str(error)) from None
