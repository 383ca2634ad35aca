"""The proof of every line: it equals the line before, in every case in which it has to hold.

Sums of products are equal if they have the same terms; nothing needs to be simplified for that.
What has functions in it is left to SymPy, and where SymPy does not see it, both sides are evaluated
exactly at random rational points, which the line then says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from walkthrough.derivations.derivation import (
    Derivation,
    Equalities,
    Equality,
    HowProved,
    Premises,
    ProofCase,
    Proved,
    ProvedBlock,
    ProvedEqualities,
    ProvedLine,
)
from walkthrough.derivations.derivation_notation import Atom
from walkthrough.derivations.proof.meaning import Meaning, NotOfThisKind, TermSums
from walkthrough.derivations.proof.polynomials import TooManyTerms
from walkthrough.mathematics.notation import Expression

_ORDER: tuple[HowProved, ...] = ("", "points", "sympy", "terms")


def prove(derivation: Derivation) -> Proved:
    """The derivation with a verdict on each of its lines."""
    prover = _Prover(derivation.premises)
    blocks: list[ProvedBlock] = []
    for block in derivation.blocks:
        blocks.append(prover.entries(block) if isinstance(block, Equalities) else block)
    return Proved(derivation.rule, derivation.title, derivation.sizes, tuple(blocks))


class _Prover:
    def __init__(self, premises: Premises) -> None:
        self.premises = premises
        self._meanings: dict[tuple[int, int, str], Meaning[Any]] = {}
        self._kept: list[object] = []

    def entries(self, chain: Equalities) -> ProvedEqualities:
        """A chain's lines. A line is compared with the last one before it that holds."""
        lines: list[ProvedLine] = []
        before, left = chain.left, chain.left
        for step in chain.steps:
            proof = self.proof(chain, before, step)
            lines.append(ProvedLine(None if lines else left, step.right, step.because, proof))
            if proof:
                before = step.right
        return ProvedEqualities(tuple(lines))

    def proof(self, chain: Equalities, before: Expression, step: Equality) -> HowProved:
        """How the equality was shown: the weakest of the ways, over all cases."""
        premises = chain.premises or self.premises
        ways = []
        for case in chain.cases:
            ways.append(self.way(premises, case, before, step))
            if not ways[-1]:
                break
        return min(ways, key=_ORDER.index, default="")

    def way(self, premises: Premises, case: ProofCase, before: Expression, step: Equality) -> HowProved:
        """Term by term if both sides are sums of products, else by SymPy."""
        try:
            meaning = self.meaning(premises, case, "terms", TermSums)
            one, other = (meaning.of(each) for each in (before, step.right))
            if step.assuming:
                assumed = {name: meaning.of(each) for name, each in step.assuming.items()}
                one, other = (meaning.algebra.substituted(each, assumed) for each in (one, other))
            return "terms" if one == other else ""
        except (NotOfThisKind, TooManyTerms):
            return self.way_of_functions(premises, case, before, step.right, step.assuming)

    def way_of_functions(
        self,
        premises: Premises,
        case: ProofCase,
        before: Expression,
        after: Expression,
        assuming: Mapping[Atom, Expression],
    ) -> HowProved:
        """By SymPy, and where it does not see it at random points."""
        # SymPy takes longer to import than a sum of products to prove
        from walkthrough.derivations.proof import sympy_formulas

        meaning = self.meaning(premises, case, "functions", sympy_formulas.SymPyFormulas)
        try:
            one, other = (meaning.of(each) for each in (before, after))
            if assuming:
                assumed = {name: meaning.of(each) for name, each in assuming.items()}
                one, other = (meaning.algebra.substituted(each, assumed) for each in (one, other))
        except NotOfThisKind:
            return ""
        return sympy_formulas.equal(one, other)

    def meaning(
        self, premises: Premises, case: ProofCase, kind: str, algebra: Callable[[], Any]
    ) -> Meaning[Any]:
        """What expressions mean in a case; worked out once for all chains that share it."""
        key = (id(premises), id(case), kind)
        if key not in self._meanings:
            self._kept += (premises, case)  # so that no other object gets their id
            self._meanings[key] = Meaning(algebra(), premises, case)
        return self._meanings[key]
