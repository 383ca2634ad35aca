"""Why a number is what it is: back through everything that it is made of, to the inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from walkthrough.case.cells import NoSuchCell, resolve
from walkthrough.mathematics.letters import at_place
from walkthrough.mathematics.notation import entries
from walkthrough.page.narration import Narration
from walkthrough.page.records import flat
from walkthrough.trace.steps import (
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
    Update,
)

_MOST = 20_000
"""Numbers that a tree may name; a page of more helps nobody."""


@dataclass(frozen=True)
class Reason:
    """One number of the tree, what it is made of, and whether it stands further up already."""

    cell: str
    line: str
    because: str
    value: str
    sources: tuple[Reason, ...] = ()
    again: bool = False


class Reasons:
    """The tree of a cell."""

    def __init__(self, narration: Narration) -> None:
        self.narration = narration
        self.steps = narration.steps
        self._seen: set[Ref] = set()

    def tree(self, name: str) -> Reason:
        """The tree of the cell of this name; raises NoSuchCell."""
        shapes = {each: place.shape for each, place in self.steps.trace.places.items()}
        tensor, cell = resolve(name, shapes)
        if cell is None:
            first = self.steps.trace.cell_name(tensor, (0,) * len(shapes[tensor]))
            raise NoSuchCell(f"{tensor} has many cells; name one of them, such as {first}")
        self._seen = set()
        return self._reason(Ref(tensor, cell))

    def _reason(self, ref: Ref) -> Reason:
        step = self.steps.step(ref.tensor, ref.cell)
        line = self.narration.line(step)
        text = line.left + "".join(f" {relation} {flat(side)}" for relation, side in line.sides)
        value = self.narration.text(ref)
        if isinstance(step, Given):
            return Reason(line.cell, f"{line.left} = {value}", "given", value)
        if ref in self._seen or len(self._seen) >= _MOST:
            relation = "=" if self.narration.complete(ref) else "≈"
            return Reason(line.cell, f"{line.left} {relation} {value}", "", value, again=True)
        self._seen.add(ref)
        sources = [self._reason(source) for source in self._sources(step)]
        sources += list(self._blind(step))
        return Reason(line.cell, text, line.because, value, tuple(sources))

    def _sources(self, step: AnyStep) -> Iterator[Ref]:
        """The computed numbers that matter to a step; what is given stands in its line."""
        found: list[Ref] = []
        narration = self.narration.at(step.ref)
        match step:
            case Sums(terms=terms):
                for term in terms:
                    if not any(
                        factor is None or self.narration.value(factor) == 0 for factor in term.factors
                    ):
                        found += [factor for factor in term.factors if factor]
            case Choice(candidates=candidates, winner=winner):
                found += [candidate for candidate in [candidates[winner]] if candidate]
            case Gate(operand=operand):
                found.append(operand)
            case Formula(expression=expression, place=place, sample=sample):
                found += [narration.ref(entry, sample) for entry, _ in entries(at_place(expression, place))]
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

    def _blind(self, step: AnyStep) -> Iterator[Reason]:
        """Where no route leads: losers of a pool, and products with a number that is 0 for a reason."""
        if isinstance(step, Choice):
            best = step.candidates[step.winner]
            for at, candidate in enumerate(step.candidates):
                if candidate is not None and at != step.winner and at not in step.ties:
                    value = self.narration.text(candidate)
                    own = self.narration.symbol(candidate)
                    because = f"no route: {own} = {value} lost to {self.narration.symbol(best)}"
                    yield Reason(self._name(candidate), f"{own} = {value}", because, value)
        if isinstance(step, Sums) and step.phase == "backward":
            for ref in dict.fromkeys(term.factors[0] for term in step.terms):
                if ref is not None and self.narration.value(ref) == 0:
                    line = self.narration.line(self.steps.step(ref.tensor, ref.cell))
                    because = "no route: " + line.because.removeprefix("because ")
                    yield Reason(line.cell, f"{line.left} = 0", because.removesuffix(": "), "0")

    def _name(self, ref: Ref) -> str:
        return self.steps.trace.cell_name(ref.tensor, ref.cell)


def drawn(reason: Reason, width: int = 100, plain: bool = False) -> Iterator[str]:
    """The tree as lines of text, each number under what it goes into."""
    yield from _drawn(reason, "", "", width, ("|- ", "`- ", "|  ") if plain else ("├─ ", "└─ ", "│  "))


def _drawn(reason: Reason, lead: str, below: str, width: int, strokes: tuple[str, str, str]) -> Iterator[str]:
    text = f"{reason.cell}:  {reason.line}"
    if reason.again:
        text += "     (see above)"
    elif reason.because:
        text += f"     {reason.because}"
    inner = below + (strokes[2] if reason.sources else "   ")
    yield from _folded(text, lead, inner + "   ", width)
    for number, source in enumerate(reason.sources):
        last = number == len(reason.sources) - 1
        yield from _drawn(
            source, below + strokes[1 if last else 0], below + ("   " if last else strokes[2]), width, strokes
        )


def _folded(text: str, lead: str, indent: str, width: int) -> Iterator[str]:
    line = lead
    empty = True
    for word in text.split(" "):
        if not empty and len(line) + 1 + len(word) > max(width, len(indent) + 30):
            yield line.rstrip()
            line, empty = indent, True
        line += word if empty else f" {word}"
        empty = False
    yield line.rstrip()


def record(reason: Reason) -> dict[str, Any]:
    """The tree as plain values."""
    return {
        "cell": reason.cell,
        "value": reason.value,
        "working": reason.line,
        "because": reason.because,
        "again": reason.again,
        "from": [record(source) for source in reason.sources],
    }
