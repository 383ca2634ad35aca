"""What changes with a number: only the cells that use it are worked out again, and those that use these."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from heapq import heappop, heappush

from flint import arb

from walkthrough.mathematics.notation import Cell
from walkthrough.numbers.formulas import Quantity
from walkthrough.trace.steps.kinds import Given, Ref
from walkthrough.workbook.operands import Operands
from walkthrough.workbook.reworked_steps import reworked
from walkthrough.workbook.workbook import Workbook

CellNumbers = dict[Ref, Quantity]
_CLOSE = arb(10) ** -25


class Ripples:
    """A case's calculation, cell by cell, with which cells use which; for networks worked out by hand."""

    def __init__(self, book: Workbook, numbers: Operands) -> None:
        self._book = book
        self.numbers = numbers
        self._order = {name: at for at, name in enumerate(book.trace.places)}

    @cached_property
    def _users(self) -> dict[Ref, list[Ref]]:
        """The cells that use a number, by that number."""
        found: dict[Ref, list[Ref]] = {}
        for name in self._order:
            for cell in self._book.trace.network_tensor(name).cells():
                own = reworked(self._book, Ref(name, cell), self.numbers.noting())
                if isinstance(own.step, Given):
                    continue
                try:
                    own.right  # noqa: B018  # asked for, so that its operands are noted
                except ArithmeticError:
                    continue
                for ref in own.number.asked:
                    found.setdefault(ref, []).append(own.ref)
        return found

    def after(
        self,
        changed: Mapping[Ref, Quantity],
        numbers: Operands | None = None,
        until: Collection[str] = (),
        within: Collection[str] = (),
    ) -> CellNumbers:
        """Every number that is another one once these are, they themselves first.

        `until` are tensors at which it is enough to know that they change, `within` those that are looked at
        (none: all).
        """
        before = numbers or self.numbers
        found: CellNumbers = dict(changed)
        now = before.instead(found.get)
        waiting: list[tuple[int, Cell, Ref]] = []
        seen: set[Ref] = set(changed)

        def use(ref: Ref) -> None:
            for user in self._users.get(ref, ()):
                if user not in seen and (not within or user.tensor in within):
                    seen.add(user)
                    heappush(waiting, (self._order[user.tensor], user.cell, user))

        for ref in changed:
            use(ref)
        while waiting:
            _, _, ref = heappop(waiting)
            try:
                value = reworked(self._book, ref, now).right
                differs = not same(value, before(ref))
            except ArithmeticError:
                continue
            if differs:
                found[ref] = value
                if ref.tensor in until:
                    break
                use(ref)
        return found


def same(one: Quantity, other: Quantity) -> bool:
    """Whether two numbers are the same, as far as many more digits than anybody writes can tell."""
    if not isinstance(one, arb) and not isinstance(other, arb) and one == other:
        return True
    apart, size = abs(arb(one) - arb(other)), abs(arb(one)) + abs(arb(other))
    return not apart > size * _CLOSE
