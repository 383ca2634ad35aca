"""What a calculator shows on the way through a formula: each e^z, then the sums, level by level."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from walkthrough.mathematics.folding import rebuilt, with_entries
from walkthrough.mathematics.letters import written
from walkthrough.mathematics.notation import (
    Addition,
    Applied,
    Entry,
    Expression,
    Negative,
    Number,
    Product,
    Tensor,
)
from walkthrough.numbers.shown import Shown

_MOST = 4
"""Intermediate results of one line; nobody writes down more of them."""


@dataclass
class Reductions:
    """A formula at a place, with more and more of it worked out.

    `worth` works out an expression, `text` writes an entry's number.
    """

    worth: Callable[[Expression], Shown | None]
    text: Callable[[Entry], str]
    _found: dict[Expression, Entry] = field(default_factory=dict)
    _meant: dict[str, tuple[Expression, Shown]] = field(default_factory=dict)

    def sides(self, of: Expression) -> Iterator[tuple[str, Expression]]:
        """Each stage of the formula: its text, and the formula with the numbers in it."""
        for _ in range(_MOST):
            try:
                after = self._next(of)
            except _NoNumber:
                return
            if after is None or isinstance(after, Entry):
                return
            of = after
            yield written(of, self._written, numeric=True), of

    def shown(self, entry: Entry) -> Shown | None:
        """The number that stands for a part that is worked out; None for any other entry."""
        return self._meant[entry.tensor.name][1] if entry.tensor.name in self._meant else None

    def _written(self, entry: Entry) -> str:
        found = self.shown(entry)
        return self.text(entry) if found is None else found.text

    def _next(self, of: Expression) -> Expression | None:
        for ready in (_is_power, _is_ready_sum):
            changed = self._changed(of, ready)
            if changed != of:
                return changed
        changed = self._terms(of)
        return None if changed == of else changed

    def _changed(self, of: Expression, ready: Callable[[Expression], bool]) -> Expression:
        """Whatever is ready, worked out; the innermost first."""
        inner = rebuilt(of, lambda part: self._changed(part, ready))
        if inner != of:
            return inner
        return self._number(of) if ready(of) else of

    def _terms(self, of: Expression) -> Expression:
        """The terms of an innermost sum, each worked out."""
        inner = rebuilt(of, self._terms)
        if inner != of or not isinstance(of, Addition):
            return inner
        return Addition(tuple(each if _is_plain(each) else self._number(each) for each in of.terms))

    def _number(self, of: Expression) -> Entry:
        if of not in self._found:
            true = with_entries(of, lambda entry: self._meant.get(entry.tensor.name, (entry,))[0])
            shown = self.worth(true)
            if shown is None:
                raise _NoNumber
            name = f"~{len(self._found)}"
            self._found[of] = Entry(Tensor(name, ()), ())
            self._meant[name] = (true, shown)
        return self._found[of]


class _NoNumber(Exception):
    """A part that is 0 for a reason that no number of digits shows."""


def _is_power(of: Expression) -> bool:
    return isinstance(of, Applied) and of.function in ("exp", "sqrt")


def _is_plain(of: Expression) -> bool:
    return isinstance(of.of if isinstance(of, Negative) else of, Entry | Number)


def _is_ready_sum(of: Expression) -> bool:
    """A sum that is worked out at once: of numbers and their products, and of no function."""
    return isinstance(of, Addition) and all(_is_plain(each) or _is_product(each) for each in of.terms)


def _is_product(of: Expression) -> bool:
    inner = of.of if isinstance(of, Negative) else of
    return isinstance(inner, Product) and all(_is_plain(factor) for factor in inner.factors)
