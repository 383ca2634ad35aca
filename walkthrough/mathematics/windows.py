"""How far a window can slide: the sizes of what convolutions and pools give, along any number of axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from walkthrough.mathematics.indices import Shape
from walkthrough.words.options import Extents, Padding, Pair

ROWS_COLUMNS = ("rows", "columns")
POSITIONS = ("positions",)


class DoesNotFit(ValueError):
    """A layer that cannot follow what stands before it; `key` is the option to mend, if one is."""

    def __init__(self, message: str, key: str | None = None) -> None:
        super().__init__(message)
        self.key = key


def times(shape: Shape) -> str:
    """A shape in words: 6×6."""
    return "×".join(map(str, shape)) or "a single number"


@dataclass(frozen=True, slots=True)
class Sliding:
    """A window on its way along the axes of an image; `key` is the option that says how large it is."""

    window: Extents
    stride: Extents
    padding: Padding
    dilation: Extents
    key: str = "kernel"

    @property
    def axes(self) -> tuple[str, ...]:
        """What its axes are called."""
        return POSITIONS if len(self.window) == 1 else ROWS_COLUMNS

    @property
    def reach(self) -> Extents:
        """How much of the image a window covers: d·(k − 1) + 1."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.window, self.dilation, strict=True))

    @property
    def frame(self) -> tuple[Pair, ...]:
        """The padding before and after, for each axis; of an odd one the larger half comes after."""
        if self.padding == "same":
            return tuple(((part - 1) // 2, part // 2) for part in self.reach)
        count = len(self.window)
        sides = self.padding
        if len(sides) == count:
            return tuple((pad, pad) for pad in sides)
        return tuple((sides[2 * axis], sides[2 * axis + 1]) for axis in range(count))

    def check(self) -> None:
        """Raises DoesNotFit for a stride with "same" padding, which would not keep the size."""
        if self.padding == "same" and any(step != 1 for step in self.stride):
            raise DoesNotFit(
                f'padding "same" needs stride 1, and the stride is {times(self.stride)}', "padding"
            )

    def windows(self, image: Shape) -> Shape:
        """How many windows fit along each axis: ⌊(size + padding − reach) / stride⌋ + 1."""
        self.check()
        padded = tuple(size + sum(sides) for size, sides in zip(image, self.frame, strict=True))
        for axis, room, part in zip(self.axes, padded, self.reach, strict=True):
            if part > room:
                raise DoesNotFit(
                    f"a window of {times(self.reach)} does not fit into {times(padded)}: "
                    f"{part} {axis} > {room}",
                    self.key,
                )
        return tuple(
            (room - part) // step + 1
            for room, part, step in zip(padded, self.reach, self.stride, strict=True)
        )

    def arithmetic(self, image: Shape) -> list[str]:
        """The same as a person writes it: `rows 6 − 3 + 1 = 4`."""
        lines = []
        own = (self.window, self.reach, self.dilation, self.stride, self.frame)
        for axis, size, part, reach, apart, step, (before, after) in zip(self.axes, image, *own, strict=True):
            pad = ""
            if before or after:
                pad = f" + 2·{before}" if before == after else f" + {before} + {after}"
            taken = f"({apart}·({part} − 1) + 1)" if apart > 1 else str(part)
            padded = f"{size}{pad} − {taken}"
            room = size + before + after - reach
            if step == 1:
                lines.append(f"{axis} {padded} + 1 = {room + 1}")
            else:
                whole = f"⌊({padded})/{step}⌋" if room % step else f"({padded})/{step}"
                lines.append(f"{axis} {whole} + 1 = {room // step + 1}")
        return lines

    def words(self) -> list[str]:
        """Its options in words, where they are not the usual ones: `stride 2`, `padding 1`."""
        said = [f"stride {_short(self.stride)}"] if set(self.stride) != {1} else []
        if self.padding == "same":
            said.append("padding same")
        elif any(self.padding):
            said.append(f"padding {_sides(self.padding, len(self.window))}")
        return said + ([f"dilation {_short(self.dilation)}"] if set(self.dilation) != {1} else [])


def _short(extents: Sequence[int]) -> str:
    return str(extents[0]) if len(set(extents)) == 1 else times(tuple(extents))


def _sides(padding: Extents, axes: int) -> str:
    if len(padding) == axes:
        return _short(padding)
    names = ("top", "bottom", "left", "right") if axes == 2 else ("before", "after")
    return ", ".join(f"{name} {pad}" for name, pad in zip(names, padding, strict=True))
