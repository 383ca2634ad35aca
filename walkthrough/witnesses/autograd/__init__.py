"""The same network in PyTorch's words, as lines of a script that lets autograd differentiate.

Nothing is computed here and PyTorch is not imported: a file on one of the shelves says how its layer, its
loss or its update rule is called there. What PyTorch has no words for raises CannotFollow, in ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from walkthrough.witnesses import CannotFollow
from walkthrough.witnesses.autograd import layers, losses, updates
from walkthrough.witnesses.autograd.told import TorchWords
from walkthrough.words import shelf

__all__ = ["Told", "forward", "kept", "loss", "optimizer"]


def forward(type: str, layer: TorchWords) -> str:
    """The expression of a layer's output."""
    expression: str = _words(layers, type, "layer").forward(layer)
    return expression


def loss(type: str, judged: TorchWords) -> str:
    """The expression of a loss, of an output in one row."""
    expression: str = _words(losses, type, "loss").value(judged)
    return expression


def optimizer(type: str, options: Mapping[str, Any]) -> str:
    """The class of `torch.optim`, and its options after the parameters and the rate."""
    words: str = _words(updates, type, "update rule").optimizer(options)
    return words


def kept(type: str) -> Mapping[str, str]:
    """What an optimizer keeps between steps: our word for it, and PyTorch's."""
    found: Mapping[str, str] = _words(updates, type, "update rule").KEPT
    return found


def _words(on: ModuleType, word: str, what: str) -> ModuleType:
    if word not in shelf.names(on):
        raise CannotFollow(f"nobody has said yet how PyTorch calls the {what} {word}")
    return shelf.module(on, word)
