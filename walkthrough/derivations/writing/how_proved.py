"""How the lines of a derivation were proved, in words."""

from __future__ import annotations

from collections import Counter

from walkthrough.derivations.derivation import HowProved, Proved, ProvedLine

_WAYS: dict[HowProved, str] = {
    "definition": "by definition",
    "terms": "proved term by term",
    "sympy": "proved by SymPy",
    "counted": "counted for the range that is named",
    "points": "shown by exact evaluation at random rational points, because SymPy could not decide",
}
"""Each way, as the closing sentence says it."""


def how(line: ProvedLine) -> str:
    """What a reader must know about a line's proof beyond that there is one."""
    match line.proof:
        case "points":
            return " (shown by exact evaluation at random rational points)"
        case "":
            return " (NOT PROVED: this does not follow from the line before)"
    return ""


def tick(line: ProvedLine) -> str:
    """✓ for what was proved, ✗ for what was not; a definition has nothing to prove."""
    return "" if line.proof == "definition" else "✓" if line.proved else "✗"


def verdict(proved: Proved) -> str:
    """How each line was proved, in a sentence."""
    counts = Counter(line.proof for line in proved.lines)
    number = counts.total()
    if counts[""]:
        return f"{counts['']} of {number} lines NOT PROVED."
    said = [f"{counts[way]} {words}" for way, words in _WAYS.items() if counts[way]]
    if len(said) == 1:
        (way,) = counts
        return f"{'1 line' if number == 1 else f'All {number} lines'} {_WAYS[way]}."
    return f"All {number} lines hold: {', '.join(said)}."
