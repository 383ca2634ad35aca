"""Why a number is what it is: back through what it is made of, breadth before depth, as far as fits a screen.

Of many products the largest come first, and the rest is counted and added up; whatever would stand twice
stands once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from walkthrough.case.cells import NoSuchCell, resolve
from walkthrough.mathematics.letters import at_place
from walkthrough.mathematics.notation import entries, own_part
from walkthrough.numbers.printing import plain
from walkthrough.numbers.redone import simplified
from walkthrough.numbers.shown import FULL, Known, Shown, shown
from walkthrough.page.lines.narration import Narration, bounded
from walkthrough.page.voice.one_row import in_one_row
from walkthrough.page.voice.reasons_for_zero import is_zero, reason_for_zero
from walkthrough.trace.steps.kinds import (
    AnyStep,
    Chain,
    Choice,
    Formula,
    Gate,
    Given,
    Mean,
    Ref,
    Route,
    Sums,
    Term,
    Update,
)

DEPTH = 3
ROUTES = 12
_WIDE = 12
"""Products that still stand in a number's own line; more of them get a line each."""
_SCREENS = 48
"""Numbers after which nothing more is opened, unless a depth or routes are asked for."""


@dataclass(frozen=True)
class Bounds:
    """How far a tree goes; None: as far as there is something."""

    depth: int | None = None
    routes: int | None = None
    numbers: int | None = None


BRIEF = Bounds(DEPTH, ROUTES, _SCREENS)


@dataclass(frozen=True)
class Reason:
    """One number of the tree (or, without a cell, one product of many), what it is made of, what is left out.

    `again` says where it stands with all that it is made of: "above" or "below"; `further` that it is made
    of something that is not shown; `left_out` counts the routes that are not, and `together` is their sum.
    """

    cell: str
    line: str
    because: str
    value: str
    sources: tuple[Reason, ...] = ()
    again: str = ""
    further: bool = False
    left_out: int = 0
    together: str = ""


@dataclass
class _Growing:
    """A number of a tree that is still being built; without a ref, one product."""

    ref: Ref | None
    cell: str
    line: str
    because: str
    value: str
    sources: list[_Growing] = field(default_factory=list)
    left_out: int = 0
    together: str = ""
    further: bool = False


class Reasons:
    """The trees of a trace's cells."""

    def __init__(self, narration: Narration, bounds: Bounds = Bounds()) -> None:  # frozen
        self.narration = narration
        self.bounds = bounds
        self.steps = narration.steps
        self._grown: set[Ref] = set()
        self._numbers = 0

    def tree(self, name: str) -> Reason:
        """The tree of the cell of this name; raises NoSuchCell."""
        shapes = {each: place.shape for each, place in self.steps.trace.everything.items()}
        tensor, cell = resolve(name, shapes)
        if cell is None:
            first = self.steps.trace.cell_name(tensor, (0,) * len(shapes[tensor]))
            raise NoSuchCell(f"{tensor} has many cells; name one of them, such as {first}")
        self._grown, self._numbers = set(), 0
        root = self._number(Ref(tensor, cell))
        waiting = deque([(root, 0)])
        homes: dict[Ref, _Growing] = {}
        while waiting:
            node, depth = waiting.popleft()
            assert node.ref is not None
            if node.ref in homes:
                continue
            step = self.steps.step(node.ref.tensor, node.ref.cell)
            if isinstance(step, Given):
                continue
            if not self._goes_on(depth):
                node.further = True
                continue
            homes[node.ref] = node
            self._open(node, step)
            for source in node.sources:
                below = [source] if source.ref is not None else source.sources
                waiting.extend((each, depth + 1) for each in below if not each.because.startswith("no route"))
        return self._finished(root, homes, set())

    def _goes_on(self, depth: int) -> bool:
        bounds = self.bounds
        if bounds.depth is not None and depth >= bounds.depth:
            return False
        return bounds.numbers is None or self._numbers < bounds.numbers

    def _finished(self, node: _Growing, homes: dict[Ref, _Growing], drawn: set[Ref]) -> Reason:
        """The node as it stays; what stands elsewhere is not repeated."""
        again, home = "", node if node.ref is None else homes.get(node.ref, node)
        if self.bounds.depth is None and node.ref not in drawn:
            node = home  # as deep as it may be: where one reads it first
        elif home is not node or node.ref in drawn:
            again = "above" if node.ref in drawn else "below"
        if node.ref is not None and not again:
            drawn.add(node.ref)
        below = () if again else node.sources
        sources = tuple(self._finished(each, homes, drawn) for each in below)
        return Reason(
            node.cell,
            node.line,
            node.because,
            node.value,
            sources,
            again,
            node.further and not again,
            node.left_out,
            node.together,
        )

    # --- numbers ---------------------------------------------------------------------------------

    def _number(self, ref: Ref) -> _Growing:
        """A number, not opened yet."""
        self._numbers += 1
        value = self.narration.text(ref)
        relation = "=" if self.narration.complete(ref) else "≈"
        given = isinstance(self.steps.step(ref.tensor, ref.cell), Given)
        line = f"{self.narration.symbol(ref)} {relation} {value}"
        return _Growing(ref, self._name(ref), line, "given" if given else "", value)

    def _open(self, node: _Growing, step: AnyStep) -> None:
        """What a number is made of."""
        zero = reason_for_zero(self.narration, step)
        if isinstance(step, Sums) and len(step.terms) > _WIDE:
            self._open_wide(node, step, zero)
            return
        line = self.narration.line(step)
        row = in_one_row(line)
        node.line = f"{row.formula} {row.working}"
        node.because = zero or line.because
        live = list(self._sources(step))
        nodes = [*map(self._number, self._fitting(live)), *self._dead(step)]
        if self.bounds.routes is not None and len(nodes) > self.bounds.routes:
            nodes = nodes[: self.bounds.routes]
        node.left_out = len(live) + len(list(self._dead(step))) - len(nodes)
        node.sources = nodes

    def _fitting(self, refs: list[Ref]) -> list[Ref]:
        """As many as there are routes for, the largest of them."""
        if self.bounds.routes is None or len(refs) <= self.bounds.routes:
            return refs
        return sorted(refs, key=lambda ref: -abs(self.narration.value(ref)))[: self.bounds.routes]

    def _sources(self, step: AnyStep) -> Iterator[Ref]:
        """The computed numbers that matter to a step; what is given stands in its line."""
        found: list[Ref] = []
        narration = self.narration.at(step.ref)
        match step:
            case Sums(terms=terms):
                for term in terms:
                    if not any(is_zero(self.narration, factor) for factor in term.factors):
                        found += [factor for factor in term.factors if factor]
            case Choice(candidates=candidates, winner=winner):
                found += [candidate for candidate in [candidates[winner]] if candidate]
            case Gate(operand=operand):
                found.append(operand)
            case Formula(expression=expression, place=place, sample=sample):
                placed = at_place(expression, place)
                # where a target is 0, what it is multiplied by plays no part
                left = simplified(placed, lambda entry: self._target(narration.ref(entry, sample)))
                found += [narration.ref(entry, sample) for entry, _ in entries(left)]
            case Chain(terms=links, sample=sample):
                for upstream, local, place in links:
                    found.append(upstream)
                    found += [narration.ref(entry, sample) for entry, _ in entries(at_place(local, place))]
            case Route(shares=shares):
                found += [share.upstream for share in shares if share.share]
            case Mean(over=over):
                found += over
            case Update(old=old, gradient=gradient):
                found += [old, gradient]
        for ref in dict.fromkeys(found):
            if not isinstance(self.steps.step(ref.tensor, ref.cell), Given):
                yield ref

    def _target(self, ref: Ref) -> Fraction | None:
        """A target's value; None for other numbers, which stay as they are."""
        return self.narration.value(ref) if own_part(ref.tensor) == "target" else None

    def _dead(self, step: AnyStep) -> Iterator[_Growing]:
        """Where no route leads: losers of a pool, and products with a number that is 0 for a reason."""
        if isinstance(step, Choice):
            best = self.narration.symbol(step.candidates[step.winner])
            for at, candidate in enumerate(step.candidates):
                if candidate is not None and at != step.winner and at not in step.ties:
                    node = self._number(candidate)
                    node.because = f"no route: {node.line} lost to {best}"
                    yield node
        if isinstance(step, Sums) and step.phase == "backward":
            for ref in dict.fromkeys(term.factors[0] for term in step.terms):
                if ref is not None and is_zero(self.narration, ref):
                    node = self._number(ref)
                    reason = reason_for_zero(self.narration, self.steps.step(ref.tensor, ref.cell))
                    node.because = f"no route: {reason}" if reason else "no route"
                    yield node

    def _name(self, ref: Ref) -> str:
        return self.steps.trace.cell_name(ref.tensor, ref.cell)

    # --- sums of many products -------------------------------------------------------------------

    def _open_wide(self, node: _Growing, step: Sums, zero: str) -> None:
        """The largest products, each on a line; how many there are, how many are 0, and the rest's sum."""
        worth = [(self._rough(term), term) for term in step.terms]
        live = [term for size, term in sorted(worth, key=lambda each: -each[0]) if size]
        zeros = len(step.terms) - len(live)
        said = f"{len(step.terms)} products" + (f", {zeros} of them 0" if zeros else "")
        node.because = f"{zero}; {said}" if zero else said
        kept = live if self.bounds.routes is None else live[: self.bounds.routes]
        node.sources = [self._product(term) for term in kept]
        rest = live[len(kept) :]
        if rest:
            node.left_out, node.together = len(rest), self._summed(rest).text

    def _rough(self, term: Term) -> Fraction:
        """How large a product is, well enough to say which is larger."""
        size = abs(term.coefficient)
        for factor in term.factors:
            size *= abs(self.narration.value(factor))
        return size

    def _product(self, term: Term) -> _Growing:
        """One product of many, and the computed numbers in it."""
        factors = [factor for factor in term.factors if factor is not None]
        symbols = " · ".join(self.narration.symbol(factor, short=True) for factor in factors)
        if term.coefficient != 1:
            symbols = f"{term.coefficient}·{symbols}"
        worth = self._summed([term])
        numbers = "·".join(bounded(self.narration.text(factor)) for factor in factors)
        complete = worth.complete and self.narration.all_complete([*factors])
        relation = "=" if complete else "≈"
        lead = f"{symbols} {'=' if self.narration.all_complete([*factors]) else '≈'} "
        line = f"{lead}{numbers} {relation} {worth.text}" if len(factors) > 1 else f"{lead}{worth.text}"
        node = _Growing(None, "", line, "", worth.text)
        computed = [
            factor
            for factor in dict.fromkeys(factors)
            if not isinstance(self.steps.step(factor.tensor, factor.cell), Given)
        ]
        node.sources = [self._number(factor) for factor in computed]
        return node

    def _summed(self, terms: list[Term]) -> Shown:
        """The sum of some products, every digit certain."""
        trace = self.steps.trace

        def question(precision: int) -> Shown:
            total, spread = Fraction(0), Fraction(0)
            for term in terms:
                value, width = term.coefficient, Fraction(0)
                for factor in term.factors:
                    assert factor is not None  # padding is 0, and no product of these
                    known = trace.known(factor.tensor, factor.cell, precision)
                    width = abs(value) * known.spread + width * (abs(known.value) + known.spread)
                    value *= known.value
                total, spread = total + value, spread + width
            return shown(Known(total, spread), self.narration.digits, FULL)

        found: Shown = trace.certain(question)
        return found


def record(reason: Reason) -> dict[str, Any]:
    """The tree as plain values; one product of many has no cell, and what is left out is counted."""
    found: dict[str, Any] = {
        "cell": reason.cell or None,
        "value": plain(reason.value),
        "working": reason.line,
        "because": reason.because,
        "again": bool(reason.again),
        "further": reason.further,
        "from": [record(source) for source in reason.sources],
    }
    if reason.left_out:
        found |= {"left_out": reason.left_out, "together": plain(reason.together) or None}
    return found
