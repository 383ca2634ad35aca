"""What one update does to a layer: its δ = −∂L/∂z and every Δ = −α·∂L/∂w, in one table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from walkthrough.document import Block, Table
from walkthrough.mathematics.letters import MINUS, subscript
from walkthrough.mathematics.notation import Tensor
from walkthrough.page.lines.narration import Narration
from walkthrough.trace.network import Stage
from walkthrough.trace.steps.kinds import Ref

_MOST_ROWS = 64
"""Rows of a table that somebody still reads."""


def changes(narration: Narration, stage: Stage) -> Iterator[Block]:
    """The table of a layer; none if it would be too long to be read."""
    if max(tensor.size for tensor in (stage.z, *stage.parameters.values())) > _MOST_ROWS:
        return
    trace = narration.steps.trace
    header: list[str] = []
    columns: list[list[str]] = []
    for sample in range(len(trace.case.samples)):
        mark = f"⟨{sample + 1}⟩" if trace.case.batch else ""
        name = trace.named(stage.z.grad.name, sample)
        _add(narration, stage.z, name, f"δ{mark}", f"−∂L/∂{stage.z.symbol}", header, columns)
    for tensor in stage.parameters.values():
        name = trace.named(f"{tensor.name}.step", None)
        if name in trace.on_the_way:  # it is not frozen
            of = f"{MINUS}{trace.letters[f'{tensor.name}.step']}"
            _add(narration, tensor, name, f"Δ{tensor.symbol}", of, header, columns)
    rows = tuple(tuple(row) for row in zip_longest(*columns, fillvalue=""))
    numbers, symbols = range(1, len(header), 2), range(0, len(header), 2)
    yield Table(tuple(header), rows, frozenset(numbers), frozenset(symbols))


def _add(
    narration: Narration,
    tensor: Tensor,
    name: str,
    letter: str,
    meaning: str,
    header: list[str],
    columns: list[list[str]],
) -> None:
    """Two columns: the symbols of a tensor's cells, and its numbers with the other sign."""
    header += [letter, meaning]
    cells = list(tensor.cells())
    columns.append([letter + subscript(cell, tensor.shape) for cell in cells])
    columns.append([_negative(narration.text(Ref(name, cell))) for cell in cells])


def _negative(text: str) -> str:
    return text if text == "0" else text.removeprefix(MINUS) if text.startswith(MINUS) else MINUS + text
