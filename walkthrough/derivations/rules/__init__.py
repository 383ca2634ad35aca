"""The shelf of rules: one file each, named by the rule's word with _ for -."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from walkthrough.derivations.derivation import Derivation
    from walkthrough.derivations.pieces.asked_sizes import Sizes


class DerivedRule(ABC):
    """A rule of the course that can be derived for any sizes; `takes` names the options that matter."""

    title: ClassVar[str]
    takes: ClassVar[tuple[str, ...]] = ()
    page_letters: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Letters that the page of a case writes otherwise: the one here → the one there."""

    @property
    def word(self) -> str:
        """What one types: conv-input-gradient."""
        return type(self).__module__.rpartition(".")[2].replace("_", "-")

    @abstractmethod
    def derive(self, sizes: Sizes) -> Derivation:
        """The derivation for these sizes, to be proved; raises CannotDerive."""
