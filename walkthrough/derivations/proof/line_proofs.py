"""The proof of every line: it equals the line before, in every case in which it has to hold.

Sums of products are equal if they have the same terms; nothing needs to be simplified for that.
What has functions in it is left to SymPy, and where SymPy does not see it, both sides are evaluated
exactly at random rational points, which the line then says. In a formula for any size the letters become
numbers, and it is compared at every place of many sizes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from walkthrough.derivations.derivation import (
    Derivation,
    Equalities,
    Equality,
    GeneralEqualities,
    HowProved,
    Instance,
    Premises,
    ProofCase,
    Proved,
    ProvedBlock,
    ProvedEqualities,
    ProvedLine,
)
from walkthrough.derivations.general_notation import where_words
from walkthrough.derivations.proof.counting import CountedMeaning
from walkthrough.derivations.proof.meaning import Meaning, NotOfThisKind, TermSums
from walkthrough.derivations.proof.polynomials import TooManyTerms
from walkthrough.mathematics.notation import Expression

_ORDER: tuple[HowProved, ...] = ("", "points", "counted", "sympy", "terms", "definition")


def prove(derivation: Derivation) -> Proved:
    """The derivation with a verdict on each of its lines."""
    prover = _Prover(derivation.premises)
    blocks: list[ProvedBlock] = []
    for block in derivation.blocks:
        match block:
            case Equalities():
                blocks.append(prover.proved(block))
            case GeneralEqualities():
                blocks.append(prover.counted(block))
            case _:
                blocks.append(block)
    return Proved(derivation.rule, derivation.title, derivation.sizes, tuple(blocks))


class _Prover:
    def __init__(self, premises: Premises) -> None:
        self.premises = premises
        self._meanings: dict[tuple[int, int, str], Meaning[Any]] = {}
        self._kept: list[object] = []

    def proved(self, chain: Equalities) -> ProvedEqualities:
        """A chain's lines. A line is compared with the last one before it that holds."""
        proofs: list[HowProved] = []
        before = chain.left
        for step in chain.steps:
            proof = self.proof(chain, before, step)
            proofs.append("counted" if chain.counted and proof in ("terms", "sympy") else proof)
            before = step.right if proof else before
        return _lines(chain, proofs)

    def proof(self, chain: Equalities, before: Expression, step: Equality) -> HowProved:
        """How the equality was shown: the weakest of the ways, over all cases."""
        premises = chain.premises or self.premises
        ways = []
        for case in chain.cases:
            ways.append(self.way(premises, case, before, step))
            if not ways[-1]:
                return ""
        return "definition" if step.defines else min(ways, key=_ORDER.index)

    def counted(self, chain: GeneralEqualities) -> ProvedEqualities:
        """A general chain's lines, each compared in every instance; without any, nothing is shown."""
        failed: set[int] = set()
        instances = 0
        for instance in chain.instances():
            instances += 1
            failed |= self.failing(chain, instance)
        proofs: list[HowProved] = []
        for place, step in enumerate(chain.steps):
            held = instances and place not in failed
            proofs.append(("definition" if step.defines else "counted") if held else "")
        return _lines(chain, proofs)

    def failing(self, chain: GeneralEqualities, instance: Instance) -> set[int]:
        """The steps that do not hold at these numbers."""
        failed = set()
        before = chain.left
        for place, step in enumerate(chain.steps):
            if all(self.way(instance.premises, case, before, step, instance) for case in instance.cases):
                before = step.right
            else:
                failed.add(place)
        return failed

    def way(
        self,
        premises: Premises,
        case: ProofCase,
        before: Expression,
        step: Equality,
        there: Instance | None = None,
    ) -> HowProved:
        """Term by term if both sides are sums of products, else by SymPy; `there` if letters are numbers."""
        try:
            one, other = both(self.meaning(premises, case, "terms", TermSums), before, step, there)
            return "terms" if one == other else ""
        except (NotOfThisKind, TooManyTerms):
            pass
        # SymPy takes longer to import than a sum of products to prove
        from walkthrough.derivations.proof import sympy_formulas

        meaning = self.meaning(premises, case, "functions", sympy_formulas.SymPyFormulas)
        try:
            return sympy_formulas.equal(*both(meaning, before, step, there))
        except NotOfThisKind:
            return ""

    def meaning(
        self, premises: Premises, case: ProofCase, word: str, kind: Callable[[], Any]
    ) -> Meaning[Any]:
        """What expressions mean in a case; worked out once for all chains that share it."""
        key = (id(premises), id(case), word)
        if key not in self._meanings:
            self._kept += (premises, case)  # so that no other object gets their id
            self._meanings[key] = Meaning(kind(), premises, case)
        return self._meanings[key]


def both(
    meaning: Meaning[Any], before: Expression, step: Equality, there: Instance | None = None
) -> tuple[Any, Any]:
    """What both sides mean, under what the step assumes. Raises NotOfThisKind."""
    if there is None:
        one, other = meaning.of(before), meaning.of(step.right)
    else:
        counted = CountedMeaning(meaning, there.tensors)
        one, other = counted.fold(before, there.numbers), counted.fold(step.right, there.numbers)
    if not step.assuming:
        return one, other
    assumed = {name: meaning.of(each) for name, each in step.assuming.items()}
    return meaning.kind.substituted(one, assumed), meaning.kind.substituted(other, assumed)


def _lines(chain: Equalities | GeneralEqualities, proofs: list[HowProved]) -> ProvedEqualities:
    lines = []
    for place, (step, proof) in enumerate(zip(chain.steps, proofs, strict=True)):
        left = None if place else chain.left
        because = (*step.because, *where_words(step.right))
        lines.append(ProvedLine(left, step.right, because, proof, step.given or chain.given))
    return ProvedEqualities(tuple(lines), chain.general)
