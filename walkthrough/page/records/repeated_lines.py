"""Lines of an update that differ in nothing but their subscripts: said once, and repeated.

Half of LeNet-5's gradients are exactly 0, and what a rule makes of 0, 0 and 0.074 is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from walkthrough.mathematics.letters import subscripts
from walkthrough.mathematics.notation import Entry, Expression
from walkthrough.numbers.printing import Printed
from walkthrough.page.lines.narration import Narration

_GAP = "\ue000"

FindPrinted: TypeAlias = Callable[[str, int], Printed | None]
Texts: TypeAlias = tuple[list[str], list[bool]]
"""Numbers as a line writes them, and whether nothing is left out of them."""


class RepeatedLines:
    """The lines of one tensor; `printed` has the numbers of any other one."""

    def __init__(self, narration: Narration, name: str, printed: FindPrinted) -> None:
        self._known: dict[tuple[str, ...], str] = {}
        self._subscripts = subscripts(narration.steps.trace.places[name].shape)
        self._texts = _entries(narration, name, printed) if narration.steps.trace.exact_arithmetic else []

    def line(self, place: int, say: Callable[[], str]) -> str:
        """The line of a place, said by `say` if there is none like it yet."""
        own = self._subscripts[place]
        if not self._texts or len(own) < 2 or not all(complete[place] for _, complete in self._texts):
            return say()  # a single ₁ might be that of β₁
        key = tuple(texts[place] for texts, _ in self._texts)
        if key not in self._known:
            self._known[key] = say().replace(own, _GAP)
        return self._known[key].replace(_GAP, own)


def _entries(narration: Narration, name: str, printed: FindPrinted) -> list[Texts]:
    """The numbers that an update reads, tensor by tensor; none if it is no update or they are no decimals."""
    steps = narration.steps.of(name)
    local = steps.trace.place(name).local
    equations = (each for move in steps.trace.moves for each in move.equations)
    right = next((each.right for each in equations if each.left.tensor.name == local), None)
    found: list[Texts] = []
    for each in sorted(set(_tensors(right))) if right is not None else []:
        own = steps.full(each, None)
        grid, shown = narration.steps.trace.given_grid(own), printed(own, 0)
        if grid is not None:
            found.append(([grid.text(at) for at in range(grid.size)], [True] * grid.size))
        elif shown is not None:
            found.append((shown.texts, shown.complete.tolist()))
        else:
            return []
    return found


def _tensors(of: Expression) -> Iterator[str]:
    if isinstance(of, Entry):
        yield of.tensor.name
    for part in of.parts:
        yield from _tensors(part)
