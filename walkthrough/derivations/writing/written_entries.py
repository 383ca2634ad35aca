"""What of an entry is written: which of its indices, and the number of its layer."""

from __future__ import annotations

from walkthrough.mathematics.notation import Affine, Entry


def positions(entry: Entry, matrices: bool = False) -> list[str]:
    """The entry's indices counted from 1, leading axes of size 1 left out.

    Two axes of an image stay, and of a matrix if `matrices` says so.
    """
    shape = entry.tensor.shape
    keep = 2 if len(shape) > 2 or matrices else 1
    start = 0
    while start < len(shape) - keep and shape[start] == 1:
        start += 1
    return [_position(position) for position in entry.index[start:]]


def _position(position: Affine) -> str:
    if not position.coefficients:
        return str(position.constant + 1)
    if position.alone is not None:
        return position.alone.name
    raise ValueError("an index is a number or a letter here")


def few_digits(entry: Entry) -> bool:
    """Whether every index of the tensor has one digit, so that none needs to be told from the next."""
    return all(extent <= 9 for extent in entry.tensor.shape)


def split_level(symbol: str) -> tuple[str, str]:
    """z⁽¹⁾ as z and 1: the letter and the number of the layer that stands above it."""
    name, _, level = symbol.partition("⁽")
    return name, level.rstrip("⁾").translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
