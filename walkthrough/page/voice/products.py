"""How the products of a block are written: all of a tensor's lines in one way."""

from __future__ import annotations

from math import prod
from types import MappingProxyType
from typing import NamedTuple

from walkthrough.mathematics.contraction import Contraction
from walkthrough.mathematics.letters import subscript
from walkthrough.mathematics.notation import Tensor
from walkthrough.mathematics.readings import Part
from walkthrough.trace.network import Stage

WORDS = MappingProxyType({"c": "channel", "f": "filter"})
"""What the loop indices c and f go through, whatever the layer."""


class ProductStyle(NamedTuple):
    """`short` writes g for the upstream gradient, `between` is what stands between two symbols.

    `grouped` says that the sums go over several channels or filters, and are told one by one.
    """

    short: bool
    between: str
    grouped: bool = False


def product_style(stage: Stage, contractions: tuple[Contraction, ...]) -> ProductStyle:
    """g₁₁k₁₁ where sums are long, ∂L/∂z₁ · w₁ where there is one product; 0·k₁₁ needs its point."""
    parts = [contraction.part for contraction in contractions]
    if not parts:
        return ProductStyle(False, " · ")
    tensors = {factor.tensor for part in parts for factor in part.factors}
    short = len(parts) > 1 or several(contractions[0])
    if not short and any(tensor.name == stage.z.grad.name for tensor in tensors):
        return ProductStyle(False, " · ")
    close = not any(map(_bracketed, tensors)) and not any(map(_padded, parts))
    return ProductStyle(short, "" if close else "·", any(map(_channels, contractions)))


def meets(contraction: Contraction) -> bool:
    """Whether products of several places of the loop go to one cell: i + p − 1 is 3 in several ways."""
    return any(index.extent > 1 for index in contraction.looped)


def several(contraction: Contraction) -> bool:
    """Whether a cell is a sum of several products; a flattened one is none."""
    target = contraction.part.target.variables
    return meets(contraction) or any(
        index.extent > 1 for index in contraction.part.variables if index not in target
    )


def contractions_of(stage: Stage, local: str) -> tuple[Contraction, ...]:
    """The tables of multiply-adds that a tensor of a stage is read from; none if it is something else."""
    if local == stage.z.name:
        return stage.sums
    for tensor in stage.inputs:
        if tensor.grad.name == local:
            found = stage.backward(tensor)
            return found if all(each.part.local is None for each in found) else ()
    return ()


def _channels(contraction: Contraction) -> bool:
    """Whether a sum goes over several channels or filters, and over more than one entry of each."""
    part = contraction.part
    outer = [index for index in part.variables if index.name in WORDS and index not in part.target.variables]
    count = prod(index.extent for index in outer)
    return count > 1 and contraction.most_terms > count


def _bracketed(tensor: Tensor) -> bool:
    return "[" in subscript((0,) * len(tensor.shape), tensor.shape)


def _padded(part: Part) -> bool:
    """Whether a factor may lie outside its tensor, where it is 0."""
    for factor in part.factors:
        extents = (factor.tensor.size,) if factor.flat else factor.tensor.shape
        for position, extent in zip(factor.index, extents, strict=True):
            low, high = position.span
            if low < 0 or high >= extent:
                return True
    return False
