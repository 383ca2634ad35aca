"""How far a window can slide: the sizes of what convolutions and pools give."""

from __future__ import annotations

from walkthrough.mathematics.notation import Shape
from walkthrough.words.options import Pair


class DoesNotFit(ValueError):
    """A layer that cannot follow what stands before it; `key` is the option to mend, if one is."""

    def __init__(self, message: str, key: str | None = None) -> None:
        super().__init__(message)
        self.key = key


def times(shape: Shape) -> str:
    """A shape in words: 6×6."""
    return "×".join(map(str, shape)) or "a single number"


def windows_shape(image: Shape, window: Shape, stride: Pair, padding: Pair, key: str) -> tuple[int, int]:
    """How many windows fit, in rows and in columns: ⌊(size + 2·padding − window) / stride⌋ + 1."""
    padded = tuple(size + 2 * pad for size, pad in zip(image, padding, strict=True))
    for axis, room, size in zip(("rows", "columns"), padded, window, strict=True):
        if size > room:
            raise DoesNotFit(
                f"a window of {times(window)} does not fit into {times(padded)}: {size} {axis} > {room}", key
            )
    rows, columns = (
        (room - size) // step + 1 for room, size, step in zip(padded, window, stride, strict=True)
    )
    return rows, columns


def size_arithmetic(image: Shape, window: Shape, stride: Pair, padding: Pair) -> list[str]:
    """The same as a person writes it: `rows 6 − 3 + 1 = 4`."""
    lines = []
    for axis, size, part, step, pad in zip(("rows", "columns"), image, window, stride, padding, strict=True):
        padded = f"{size} + 2·{pad} − {part}" if pad else f"{size} − {part}"
        room = size + 2 * pad - part
        if step == 1:
            lines.append(f"{axis} {padded} + 1 = {room + 1}")
        else:
            whole = f"⌊({padded})/{step}⌋" if room % step else f"({padded})/{step}"
            lines.append(f"{axis} {whole} + 1 = {room // step + 1}")
    return lines


def pool_shape(shape: Shape, size: Pair, stride: Pair, padding: Pair) -> Shape:
    """What a pool makes of channel × row × column; its padding is at most half its window."""
    if len(shape) != 3:
        raise DoesNotFit(f"needs channel × row × column, and what comes in is {times(shape)}")
    if any(2 * pad > part for pad, part in zip(padding, size, strict=True)):
        raise DoesNotFit(
            f"a padding of {times(padding)} is more than half of the window {times(size)}: "
            "a window could lie on padding alone",
            "padding",
        )
    return (shape[0], *windows_shape(shape[1:], size, stride, padding, "size"))
