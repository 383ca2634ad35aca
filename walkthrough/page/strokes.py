"""Gradients in one stroke, as the notes draw them: ∂L/∂k = x ⋆ g, and ∂L/∂x as a full correlation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from walkthrough.document import Beside, Block, Grid, Prose
from walkthrough.mathematics.notation import Shape, Tensor
from walkthrough.mathematics.readings import Part
from walkthrough.trace.network import Stage
from walkthrough.trace.steps.steps import Steps

MOST_NUMBERS = 200
"""Numbers of an image that is still drawn beside another one."""
_WIDE = 60
"""Columns of text beyond which a result is not drawn once more beside what it comes from."""

ImageRows = tuple[tuple[str, ...], ...]
ReadRows = Callable[[str, tuple[int, ...], Shape], ImageRows]


@dataclass(frozen=True)
class SlidingKernel:
    """A window that slides step by step: its frame of zeros, and whether the kernel is turned by 180°."""

    x: Tensor
    kernel: Tensor
    before: tuple[int, ...]
    window: tuple[int, ...]
    turned: bool


def sliding(stage: Stage) -> SlidingKernel | None:
    """What the equations say of a window that slides by 1 over all channels; None if there is none."""
    found = [contraction.part for contraction in stage.sums if len(contraction.part.factors) == 2]
    if len(found) != 1:
        return None
    part = found[0]
    x, kernel = part.factors
    if x.flat or kernel.tensor not in stage.parameters.values() or x.tensor != stage.x:
        return None
    if any(position.alone is None for position in part.target.index) or x.index[0].alone is None:
        return None
    steps = [dict(position.coefficients) for position in x.index[1:]]
    if any(len(each) != 2 or set(each.values()) != {1} for each in steps):
        return None
    turned = _turned(part)
    if turned is None:
        return None
    before = tuple(-position.constant for position in x.index[1:])
    return SlidingKernel(x.tensor, kernel.tensor, before, kernel.tensor.shape[2:], turned)


def _turned(part: Part) -> bool | None:
    """Whether the kernel is read from its other end; None if it is neither read so nor as it stands."""
    kernel = part.factors[1]
    coefficients = {tuple(dict(position.coefficients).values()) for position in kernel.index[2:]}
    if coefficients == {(1,)} and all(position.alone for position in kernel.index[2:]):
        return False
    ends = [extent - 1 for extent in kernel.tensor.shape[2:]]
    constants = [position.constant for position in kernel.index[2:]]
    return True if coefficients == {(-1,)} and constants == ends else None


@dataclass(frozen=True)
class Strokes:
    """The pictures of a stage; `rows` reads a tensor's numbers as they are printed, `cells` their names."""

    steps: Steps
    stage: Stage
    sample: int
    rows: ReadRows
    cells: ReadRows

    @cached_property
    def sliding(self) -> SlidingKernel | None:
        """How its window slides, if it slides at all."""
        small = self.stage.x.size <= MOST_NUMBERS and self.stage.z.size <= MOST_NUMBERS
        return sliding(self.stage) if small else None

    @property
    def first(self) -> bool:
        """Whether it is the first of its kind on the page: there it is drawn."""
        layers = self.steps.trace.network.layers
        return not self.sample and self.stage is next((each for each in layers if sliding(each)), None)

    # --- forwards --------------------------------------------------------------------------------

    def turned_kernel(self) -> Iterator[Block]:
        """The kernel of a true convolution, as it lies on the image."""
        flips = any(
            coefficient < 0
            for contraction in self.stage.sums
            for factor in contraction.part.factors
            for position in factor.index
            for _, coefficient in position.coefficients
        )
        kernel = self.stage.parameters.get("kernel")
        if self.sample or not flips or kernel is None or kernel.size > MOST_NUMBERS:
            return
        yield Prose("A true convolution, X ∗ K = X ⋆ rot180 K: the kernel is turned by 180° and laid on.")
        for filter_, channel in self._pairs(kernel):
            yield self._turned_grid(kernel, filter_, channel)

    # --- backwards -------------------------------------------------------------------------------

    def of(self, tensor: Tensor) -> Iterator[Block]:
        """The gradient of the kernel or the input in one stroke."""
        if self.sliding is None:
            return
        if tensor == self.sliding.kernel:
            yield from self._kernel_gradient(self.sliding)
        elif tensor == self.stage.x:
            yield from self._input_gradient(self.sliding)

    def _kernel_gradient(self, how: SlidingKernel) -> Iterator[Block]:
        after = tuple(
            out + part - 1 - size - before
            for out, part, size, before in zip(
                self.stage.z.shape[1:], how.window, how.x.shape[1:], how.before, strict=True
            )
        )
        framed = ", framed by zeros" if any(how.before) or any(each > 0 for each in after) else ""
        turned = ", turned by 180°" if how.turned else ""
        x, z, k = how.x.symbol, self.stage.z.symbol, how.kernel.symbol
        of = f"∂L/∂{k} = rot180({x} ⋆ g)" if how.turned else f"∂L/∂{k} = {x} ⋆ g"
        frame = f" ({framed.removeprefix(', ')})" if framed else ""
        yield Prose(f"The same in one stroke: {of}. g = ∂L/∂{z} is laid on {x}{frame} like a kernel.")
        for filter_, channel in self._pairs(how.kernel):
            grids = (
                self._image(
                    self._marked(x, how.x.shape[0], channel) + framed, how.x, channel, (how.before, after)
                ),
                self._image(self._marked("g", self.stage.z.shape[0], filter_), self.stage.z.grad, filter_),
                self._window(
                    f"∂L/∂{self._paired(k, how.kernel, filter_, channel)}{turned}",
                    how.kernel.grad,
                    (filter_, channel),
                    how.turned,
                ),
            )
            yield _beside(grids, ("⋆", "="))

    def _input_gradient(self, how: SlidingKernel) -> Iterator[Block]:
        frame = tuple(part - 1 - before for part, before in zip(how.window, how.before, strict=True))
        behind = tuple(
            size + part - 1 - out - own
            for size, part, out, own in zip(
                how.x.shape[1:], how.window, self.stage.z.shape[1:], frame, strict=True
            )
        )
        if min(*frame, *behind) < 0:
            return
        x, k = how.x.symbol, how.kernel.symbol
        laid = k if how.turned else f"rot180 {k}"
        several = " Σ over the filters of" if how.kernel.shape[0] > 1 else ""
        g = f"g, framed by {_frame(frame)} of zeros," if any(frame) else "g"
        full = "" if any(how.before) else ": the full correlation"
        yield Prose(f"The same in one stroke: ∂L/∂{x} ={several} {g} ⋆ {laid}{full}.")
        for channel in range(how.kernel.shape[1]):
            for filter_ in range(how.kernel.shape[0]):
                name = self._marked("g", how.kernel.shape[0], filter_) + (", framed" if any(frame) else "")
                above = self._image(name, self.stage.z.grad, filter_, (frame, behind))
                kernel = self._turned_grid(how.kernel, filter_, channel)
                if how.turned:
                    title = self._paired(k, how.kernel, filter_, channel)
                    kernel = self._window(title, how.kernel, (filter_, channel), False)
                result = self._image(f"∂L/∂{self._marked(x, how.x.shape[0], channel)}", how.x.grad, channel)
                if how.kernel.shape[0] > 1:
                    yield _beside((above, kernel), ("⋆",))
                else:
                    yield _beside((above, kernel, result), ("⋆", "="))

    # --- pieces ----------------------------------------------------------------------------------

    def _full(self, local: str) -> str:
        return self.steps.full(local, self.sample)

    def _pairs(self, kernel: Tensor) -> Iterator[tuple[int, int]]:
        for filter_ in range(kernel.shape[0]):
            for channel in range(kernel.shape[1]):
                yield filter_, channel

    def _image(
        self,
        title: str,
        tensor: Tensor,
        channel: int,
        frame: tuple[tuple[int, ...], tuple[int, ...]] | None = None,
    ) -> Grid:
        """A channel's rows, perhaps framed by zeros, and the names of its cells; a single one of a signal."""

        def rows(read: ReadRows, zero: str) -> ImageRows:
            name, signal = self._full(tensor.name), len(tensor.shape) == 2
            found = (
                (read(name, (), tensor.shape)[channel],) if signal else read(name, (channel,), tensor.shape)
            )
            return found if frame is None else _framed(found, *frame, zero)

        return Grid(title, rows(self.rows, "0"), cells=rows(self.cells, ""))

    def _window(self, title: str, tensor: Tensor, pair: tuple[int, int], turned: bool) -> Grid:
        """A channel of a filter, perhaps turned by 180°, and the names of its cells."""

        def rows(read: ReadRows) -> ImageRows:
            name, signal = self._full(tensor.name), len(tensor.shape) == 3
            found = (
                (read(name, pair[:1], tensor.shape)[pair[1]],) if signal else read(name, pair, tensor.shape)
            )
            return tuple(row[::-1] for row in found[::-1]) if turned else found

        return Grid(title, rows(self.rows), cells=rows(self.cells))

    def _turned_grid(self, kernel: Tensor, filter_: int, channel: int) -> Grid:
        title = f"{self._paired(kernel.symbol, kernel, filter_, channel)}, turned by 180°"
        return self._window(title, kernel, (filter_, channel), True)

    def _marked(self, letter: str, count: int, at: int) -> str:
        return f"{letter}[{at + 1}]" if count > 1 else letter

    def _paired(self, letter: str, kernel: Tensor, filter_: int, channel: int) -> str:
        if kernel.shape[0] > 1:
            return f"{letter}[{filter_ + 1},{channel + 1}]"
        return self._marked(letter, kernel.shape[1], channel)


def _beside(grids: tuple[Grid, ...], signs: tuple[str, ...]) -> Beside:
    """Grids beside each other; the last one, which stands above already, only if there is room for it."""
    wide = sum(max(sum(len(text) + 2 for text in row) for row in grid.rows) for grid in grids)
    return Beside(grids[:-1], signs[:-1]) if wide > _WIDE and len(grids) > 2 else Beside(grids, signs)


def _framed(rows: ImageRows, before: tuple[int, ...], after: tuple[int, ...], zero: str) -> ImageRows:
    """Rows with zeros around them; what is never reached is left away."""
    *above, left = before
    *below, right = after
    rows = tuple(row[: len(row) + min(right, 0)] for row in rows)
    blank = (zero,) * (left + len(rows[0]) + max(right, 0))
    sides = tuple((zero,) * left + row + (zero,) * max(right, 0) for row in rows)
    if not above:
        return sides
    kept = sides[: len(sides) + min(below[0], 0)]
    return (blank,) * above[0] + kept + (blank,) * max(below[0], 0)


def _frame(sizes: tuple[int, ...]) -> str:
    """`1 row and 2 columns`."""
    words = ("row", "column") if len(sizes) == 2 else ("place",)
    return " and ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in zip(sizes, words, strict=True))
