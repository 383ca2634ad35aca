"""The reasons of a number as lines of text: each number under what it goes into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from walkthrough.page.reasons import Reason
from walkthrough.words.line_breaks import folded, wrapped

_LEAST_WIDTH = 30
"""Room that a line has however deep it stands."""


def drawn(
    reason: Reason, width: int = 100, plain: bool = False, said: Callable[[str], str] = str
) -> Iterator[str]:
    """The tree as lines of text, and how to see more of it; `said` is how a text is said in few signs."""
    yield from _DrawnTree(width, ("|- ", "`- ", "|  ") if plain else ("├─ ", "└─ ", "│  "), said).tree(reason)
    if _is_cut(reason):
        hint = said("…: --depth N goes back further, --routes N shows more, --all everything")
        first, *others = folded(hint, width, "")
        yield from (first.strip(), *(f"   {line.strip()}" for line in others))


def _is_cut(reason: Reason) -> bool:
    return reason.further or bool(reason.left_out) or any(map(_is_cut, reason.sources))


@dataclass(frozen=True)
class _DrawnTree:
    """How wide, with which strokes and in which signs a tree is drawn."""

    width: int
    strokes: tuple[str, str, str]
    said: Callable[[str], str]

    def tree(self, reason: Reason, lead: str = "", below: str = "") -> Iterator[str]:
        """A number with its remarks, and under it what it is made of."""
        branch, last_branch, trunk = self.strokes
        remarks = [f"(see {reason.again})" if reason.again else "…" if reason.further else ""]
        remarks += [] if reason.again else [reason.because]
        sources = reason.sources
        if not reason.cell and all(each.further or each.again for each in sources):
            # nothing more is said of the numbers in this product than what it says itself
            remarks += [f"{each.cell} {f'(see {each.again})' if each.again else '…'}" for each in sources]
            sources = ()
        inner = below + (trunk if sources or reason.left_out else "   ")
        head = f"{reason.cell}:  " if reason.cell else ""
        yield from self._line(lead + head, reason.line, remarks, f"{inner}   ")
        groups = list(_grouped(sources))
        for number, (source, *others) in enumerate(groups):
            last = number == len(groups) - 1 and not reason.left_out
            stroke, inside = below + (last_branch if last else branch), below + ("   " if last else trunk)
            if others:
                names = ", ".join(each.cell for each in (source, *others))
                yield from self._line(stroke, "", [names, f"(see {source.again})"], f"{inside}   ")
            else:
                yield from self.tree(source, stroke, inside)
        if reason.left_out:
            together = f", together {reason.together}" if reason.together else ""
            more = f"… and {reason.left_out:,} more{together}"
            yield from self._line(below + last_branch, "", [more], f"{below}      ")

    def _line(self, head: str, formula: str, remarks: list[str], indent: str) -> Iterator[str]:
        """A formula, broken before its signs, and remarks behind it; what has no room there goes below."""
        width = max(self.width, len(indent) + _LEAST_WIDTH)
        *rows, row = wrapped(head, self.said(formula), indent, width)
        for remark in map(self.said, filter(None, remarks)):
            gap = "" if row in (head, indent) else "     "
            if len(row) + len(gap) + len(remark) <= width:
                row += gap + remark
                continue
            first, *others = folded(remark, width - (len(row) if not gap else len(indent)), "")
            if gap:
                rows.append(row)
                row = indent
            rows += [row + first.strip(), *(indent + line.strip() for line in others)]
            row = rows.pop()
        yield from (each.rstrip() for each in (*rows, row))


def _grouped(sources: tuple[Reason, ...]) -> Iterator[list[Reason]]:
    """Each number by itself, but in one group those in a row that stand elsewhere already."""
    for again, several in groupby(sources, key=lambda each: each.again):
        if again:
            yield list(several)
        else:
            yield from ([each] for each in several)
