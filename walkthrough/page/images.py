"""A tensor as the images that it is shown as: one for each channel, or channel of a filter."""

from __future__ import annotations

from collections.abc import Iterator

from walkthrough.mathematics.notation import Cell, Shape, Tensor


def images(shape: Shape, title: str) -> Iterator[tuple[str, Cell]]:
    """What each image is called, and its place in the outer axes, counted from 0.

    Only a title's letter takes the place: `k, the kernel` becomes `k[2,1], the kernel`.
    """
    outer: Shape = shape[:-2]
    first = next((at for at, extent in enumerate(outer) if extent > 1), len(outer))
    for place in Tensor("", outer).cells():
        index = [position + 1 for position in place[first:]]
        label = title
        if index:
            letter, comma, rest = title.partition(",")
            label = f"{letter}[{','.join(map(str, index))}]{comma}{rest}"
        yield label, place
