"""A case as a notebook: it is loaded, replayed, and shown part by part, each in a cell to play with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from walkthrough.document import Block, Code, Heading, Prose

if TYPE_CHECKING:
    from walkthrough.trace.trace import Trace


def notebook_cells(trace: Trace, name: str) -> Iterator[Block]:
    """What stands in the notebook; `name` is what `load` finds the case by."""
    case, network = trace.case, trace.network
    yield Heading(case.title, 1)
    yield Prose("Each cell can be changed and run again; any other case goes through the same cells.")
    yield Code(("import walkthrough", "", f"case = walkthrough.load({name!r})", "case"))
    yield Heading("Worked through", 2)
    yield Prose("Every number is held exactly, or enclosed; a table of all tensors:")
    yield Code(("trace = walkthrough.replay(case)", "trace"))
    for number, stage in enumerate(network.layers, start=1):
        yield Heading(f"{number}  {stage.name}    {stage.layer.summary(stage.x.shape)}", 2)
        yield Code((f"walkthrough.show(trace, {stage.name!r})",))
    if network.loss is not None:
        yield Heading(f"{len(network.layers) + 1}  {network.loss.name}", 2)
        yield Code((f"walkthrough.show(trace, {network.loss.name!r})",))
    cell = trace.cell_name(network.output.name, (0,) * len(network.output.shape))
    yield Heading("One number", 2)
    yield Code((f"walkthrough.step(trace, {cell!r})",))
