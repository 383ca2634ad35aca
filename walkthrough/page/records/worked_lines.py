"""What it takes to put together any line of a large table of sums: its signs and the texts of its numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from walkthrough.mathematics.contraction import Contraction
from walkthrough.mathematics.layout import layout
from walkthrough.mathematics.notation import unravel
from walkthrough.page.records.ledger import Ledger
from walkthrough.page.voice.one_row import in_one_row


@dataclass(frozen=True)
class WorkedLines:
    """The lines of one tensor: `relations` are the signs before its numbers and before its value.

    `operands` are the texts of the factors, by their full names; `special` are the lines of places that are
    written otherwise.
    """

    relations: tuple[str, ...]
    operands: dict[str, tuple[str, ...]]
    special: tuple[tuple[int, str], ...]


def worked_lines(ledger: Ledger, name: str) -> WorkedLines | None:
    """The lines of a table of sums; None if a tensor is something else."""
    contractions, narration = ledger.contractions(name), ledger.narration
    columns = ledger.columns(name, contractions) if contractions else None
    result = ledger.printed(name, 0)
    if columns is None or result is None or narration.fold_zeros:
        return None
    redo, doubtful, rounded = ledger.checked(contractions, columns, result)
    place, shape = ledger.trace.places[name], ledger.trace.places[name].shape
    counts = sum(_counts(each) for each in contractions)
    apart = redo | set(np.flatnonzero(counts == 0).tolist())
    common = ledger.because(name)
    special = tuple(
        (at, in_one_row(narration.line(ledger.steps.step(name, unravel(at, shape)))).without(common).text)
        for at in sorted(apart)
    )
    relations = []
    for at, complete in enumerate(result.complete.tolist()):
        operands = "≈" if at in doubtful else "="
        equal = complete and operands == "=" and at not in rounded
        relations.append(operands + ("=" if equal else "≈"))
    texts = {
        ledger.steps.full(local, place.sample): tuple(column.texts.reshape(-1).tolist())
        for local, column in columns.items()
    }
    return WorkedLines(tuple(relations), texts, special)


def _counts(contraction: Contraction) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """How many products go to each cell."""
    part = contraction.part
    tensor, full = part.target.tensor, tuple(index.extent for index in part.variables)
    places = np.arange(tensor.size).reshape(tensor.shape)
    target = np.broadcast_to(layout(part.target, part.variables).seen(places, -1), full).reshape(-1)
    return np.bincount(target[target >= 0], minlength=tensor.size)
