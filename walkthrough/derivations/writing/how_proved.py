"""How the lines of a derivation were proved, in words."""

from __future__ import annotations

from walkthrough.derivations.derivation import HowProved, Proved, ProvedLine


def how(line: ProvedLine) -> str:
    """What a reader must know about a line's proof beyond that there is one."""
    if line.proof == "points":
        return " (shown by exact evaluation at random rational points)"
    return "" if line.proved else " (NOT PROVED: this does not follow from the line before)"


def verdict(proved: Proved) -> str:
    """What was proved, and how, in a sentence."""
    counts: dict[HowProved, int] = {}
    for line in proved.lines:
        counts[line.proof] = counts.get(line.proof, 0) + 1
    number = sum(counts.values())
    ways: dict[HowProved, str] = {
        "terms": "by comparing the sums term by term",
        "sympy": "by SymPy",
        "points": "by exact evaluation at random rational points, because SymPy could not decide",
    }
    said = [(counts[way], words) for way, words in ways.items() if counts.get(way)]
    if counts.get(""):
        return f"{counts['']} of {number} lines NOT PROVED."
    if len(said) == 1:
        return f"{_lines(number)} proved {said[0][1]}."
    return f"{_lines(number)} proved: " + "; ".join(f"{count} {words}" for count, words in said) + "."


def _lines(number: int) -> str:
    return f"{number} line" if number == 1 else f"All {number} lines"
