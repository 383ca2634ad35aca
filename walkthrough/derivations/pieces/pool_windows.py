"""Which windows of a pool cover an entry, and which entry is the largest of each."""

from __future__ import annotations

from collections.abc import Mapping

from walkthrough.derivations.derivation import ProofCase
from walkthrough.derivations.derivation_notation import Bracket, all_entries, atom
from walkthrough.mathematics.notation import Entry, Tensor

Windows = Mapping[Entry, tuple[Entry, ...]]
"""For each output, the entries that compete for it."""


def around(x: Tensor, among: Windows) -> dict[Entry, list[Entry]]:
    """For each entry of x, the outputs whose windows cover it."""
    covering: dict[Entry, list[Entry]] = {each: [] for each in all_entries(x)}
    for z, window in among.items():
        for each in window:
            covering[each].append(z)
    return covering


def largest_of_each(several: list[Entry], among: Windows) -> tuple[ProofCase, ...]:
    """Every entry in turn as the largest of each of these windows.

    One window at a time: the sums are linear in them, and the others stay as they are.
    """
    cases = []
    for z in several:
        for winner in among[z]:
            winners = {other: among[other][0] for other in several} | {z: winner}
            truths = {Bracket(x, "=", other): x == winners[other] for other in several for x in among[other]}
            cases.append(ProofCase({}, {atom(other): each for other, each in winners.items()}, truths))
    return tuple(cases)
