"""A tensor as images: numbers in rows and columns, or shades where they are many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from walkthrough.document import Block, Grid, Picture
from walkthrough.mathematics.notation import Cell, Shape, Tensor, ravel
from walkthrough.numbers.exact import Exact
from walkthrough.numbers.shown import Known, shown
from walkthrough.page.lines.narration import Narration
from walkthrough.trace.steps.kinds import Ref

WIDEST = 14
"""Columns of numbers that a page still sets as numbers."""
MOST_NUMBERS = 200
"""Numbers of a grid that a page sets as numbers; more become a picture."""
MOST_IMAGES = 8
"""Images of a tensor that a page sets as numbers if it is to be sparing."""
LARGEST_PICTURE = 64
"""Rows and columns of a picture; what is larger is left to its lines."""


def labelled(shape: Shape, title: str) -> Iterator[tuple[str, Cell]]:
    """What each image of a tensor is called, and its place in the outer axes, counted from 0.

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


@dataclass(frozen=True)
class Images:
    """The numbers of a narration's tensors, image by image; `sparing` sets fewer of them as numbers.

    `texts` are all numbers of a large tensor at once, in reading order; None if they are said one by one.
    """

    narration: Narration
    sparing: bool = False
    texts: Callable[[str], Sequence[str] | None] = lambda _: None

    def of(self, name: str, title: str) -> Iterator[Block]:
        """A tensor as numbers in rows and columns, or as a picture if it is too large for that."""
        if self.narration.symbolic:
            return
        shape = self.narration.steps.trace.place(name).shape
        if not shape:
            return
        image = shape[-2:] if len(shape) > 1 else (1, *shape)
        outer = shape[:-2]
        if (len(shape) == 1 and shape[0] > WIDEST) or max(image) > LARGEST_PICTURE:
            return
        names: list[str] = []
        for label, place in labelled(shape, title):
            few = image[0] * image[1] <= MOST_NUMBERS and not (self.sparing and prod(outer) > MOST_IMAGES)
            if image[1] <= WIDEST and few:
                names = names or list(self.narration.steps.trace.cell_names(name))
                yield Grid(label, self.rows(name, place, shape), cells=_image(names, place, shape))
            else:
                yield self._picture(name, place, shape, label)

    def rows(self, name: str, outer: tuple[int, ...], shape: Shape) -> tuple[tuple[str, ...], ...]:
        """The numbers of one image, as they are shown."""
        texts = self.texts(name)
        if texts is not None:
            return _image(texts, outer, shape)
        if len(shape) == 1:
            return (tuple(self.narration.text(Ref(name, (column,))) for column in range(shape[0])),)
        return tuple(
            tuple(self.narration.text(Ref(name, (*outer, row, column))) for column in range(shape[-1]))
            for row in range(shape[-2])
        )

    def cells(self, name: str, outer: tuple[int, ...], shape: Shape) -> tuple[tuple[str, ...], ...]:
        """The full names of the numbers of an image."""
        return _image(list(self.narration.steps.trace.cell_names(name)), outer, shape)

    def _picture(self, name: str, outer: tuple[int, ...], shape: Shape, label: str) -> Picture:
        numbers = self.narration.steps.trace.numbers(name)
        denominator = numbers.denominator if isinstance(numbers, Exact) else 1
        array = numbers.numerators if isinstance(numbers, Exact) else numbers
        values = array[outer].tolist()
        if not isinstance(numbers, Exact):
            values = [[Fraction(value) for value in row] for row in values]
        low, high = min(map(min, values)), max(map(max, values))
        room = high - low or 1
        # whole numbers divided by one another are rounded once, like the fractions that they are
        shades = tuple(tuple([float((value - low) / room) for value in row]) for row in values)
        ends = [shown(Known(Fraction(end) / denominator), 3).text for end in (low, high)]
        return Picture(label, shades, *ends)


def _image(of: Sequence[str], outer: tuple[int, ...], shape: Shape) -> tuple[tuple[str, ...], ...]:
    """One image of a tensor's texts in reading order, row by row."""
    if len(shape) == 1:
        return (tuple(of),)
    start, width = ravel((*outer, 0, 0), shape), shape[-1]
    return tuple(tuple(of[at : at + width]) for at in range(start, start + shape[-2] * width, width))
