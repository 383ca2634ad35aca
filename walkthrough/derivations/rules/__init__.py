"""The shelf of rules: one file each, named by the rule's word with _ for -."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from walkthrough.derivations.derivation import Derivation
    from walkthrough.derivations.pieces.asked_sizes import AskedSizes
    from walkthrough.layers import Layer


def letters_of(layer: type[Layer], x: str = "x", z: str = "z", g: bool = True) -> Mapping[str, str]:
    """How a case's page writes a layer's letters: `z` its own, "" for that of what comes in.

    Where the page has no g, it writes ∂L/∂ of the output.
    """
    return MappingProxyType({x: "", z: layer.letter} | ({} if g else {"g": f"∂L/∂{layer.letter}"}))


class DerivedRule(ABC):
    """A rule of the course that can be derived for any sizes; `takes` names the options that matter."""

    title: ClassVar[str]
    takes: ClassVar[tuple[str, ...]] = ()
    page_letters: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """How the page of a case writes the letters here; "" is the letter of what comes in there."""

    @property
    def word(self) -> str:
        """What one types: conv-input-gradient."""
        return type(self).__module__.rpartition(".")[2].replace("_", "-")

    @abstractmethod
    def derive(self, sizes: AskedSizes) -> Derivation:
        """The derivation for these sizes, to be proved; raises CannotDerive."""
