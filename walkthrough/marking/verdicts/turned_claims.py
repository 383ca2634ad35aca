"""Claims of δ = −∂L/∂z: marked in the place of ∂L/∂z, and said of with their own sign."""

from __future__ import annotations

from dataclasses import replace

from walkthrough.marking.marked_worksheets import NumberClaim, Slip
from walkthrough.marking.verdicts.comparisons import PlacedClaim
from walkthrough.numbers.shown import Shown
from walkthrough.numbers.written import MINUS
from walkthrough.words.messages import printable


def turned(number: Shown | None, placed: PlacedClaim) -> Shown | None:
    """What is said of ∂L/∂z, as it is said of −∂L/∂z."""
    if number is None or not placed.turned or not number.value:
        return number
    return replace(number, negative=not number.negative)


def as_gradient(placed: PlacedClaim) -> NumberClaim:
    """What is claimed of −∂L/∂z, as a claim of ∂L/∂z."""
    claim, compared = placed.claim, placed.compared
    assert compared is not None
    owner, _, rest = claim.tensor.rpartition(".delta")
    plain = claim.written.strip()
    return replace(
        claim,
        cell=claim.cell.replace(".delta", ".grad"),
        tensor=f"{owner}.grad{rest}",
        written=plain[1:] if plain[:1] in ("-", MINUS) else f"-{plain}",
        number=compared.written,
    )


def of_negative(slip: Slip, claim: NumberClaim) -> Slip:
    """A slip in a gradient, for whoever wrote the negative of it."""
    written, gives = printable(claim.written.strip()).replace("-", MINUS), slip.gives
    if not isinstance(gives, str) and gives.value:
        gives = replace(gives, negative=not gives.negative)
    return replace(
        slip,
        gives=gives,
        words=f"your {written} is δ, the negative of the gradient; {slip.words.removeprefix('your ')}",
    )
