"""A line of working on one row: what programs read, and what stands in a large tensor's ledger."""

from __future__ import annotations

from typing import NamedTuple

from walkthrough.document import Side, Sum, Window, Working


class OneRow(NamedTuple):
    """A line on one row: left side and symbols, then the numbers and the value, then the reason."""

    formula: str
    working: str
    because: str

    @property
    def text(self) -> str:
        """The whole line."""
        return f"{self.formula} {self.working}" + (f"     {self.because}" if self.because else "")

    def without(self, common: str) -> OneRow:
        """The line without what is said of all lines beside it."""
        if not common or not self.because:
            return self
        return self._replace(because="; ".join(p for p in self.because.split("; ") if p != common))


def in_one_row(line: Working) -> OneRow:
    """A line of working on one row."""
    sides = [f" {relation} {flat(side)}" for relation, side in line.sides]
    formula = line.left + "".join(sides[:1]) if len(sides) > 1 else line.left
    return OneRow(formula, "".join(sides[1:] or sides).strip(), line.because)


def flat(side: Side) -> str:
    """A side on one line."""
    match side:
        case str():
            return side
        case Window(rows):
            return f"max({', '.join(text for row in rows for text in row if text)})"
        case Sum(rows, before, after):
            terms = [text for row in rows for text in row]
            signed = "".join(
                f" − {t[1:]}" if t.startswith("−") and n else f"{' + ' if n else ''}{t}"
                for n, t in enumerate(terms)
            )
            return before + signed + after
