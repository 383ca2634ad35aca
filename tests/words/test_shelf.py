from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from walkthrough import layers, losses
from walkthrough.layers import Layer
from walkthrough.losses import Loss
from walkthrough.words import shelf


def test_the_words_of_the_contract_are_on_the_shelves() -> None:
    assert {
        "conv2d",
        "max_pool2d",
        "average_pool2d",
        "relu",
        "sigmoid",
        "tanh",
        "softmax",
        "flatten",
        "reshape",
        "dense",
    } <= set(shelf.names(layers))
    assert {"squared_error", "binary_cross_entropy", "cross_entropy", "upstream"} <= set(shelf.names(losses))


def test_every_file_has_one_layer_or_loss() -> None:
    assert all(issubclass(shelf.load(layers, name), Layer) for name in shelf.names(layers))
    assert all(issubclass(shelf.load(losses, name), Loss) for name in shelf.names(losses))


def test_a_word_that_is_not_there_is_answered_with_the_nearest() -> None:
    with pytest.raises(LookupError, match='did you mean "conv2d"'):
        shelf.load(layers, "conv2")
    for name in ("os", "__init__", "..cli", "relu.os"):
        with pytest.raises(LookupError):
            shelf.load(layers, name)


@pytest.fixture
def shelf_of_shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shelf_of_shapes"
    folder.mkdir()
    (folder / "__init__.py").write_text("class Shape: pass\n")
    (folder / "circle.py").write_text(
        "from fractions import Fraction\nfrom shelf_of_shapes import Shape\nclass Circle(Shape): pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield folder  # type: ignore[misc]
    for name in [name for name in sys.modules if name.startswith("shelf_of_shapes")]:
        del sys.modules[name]


def test_a_new_file_needs_no_registration(shelf_of_shapes: Path) -> None:
    package = importlib.import_module("shelf_of_shapes")
    assert shelf.names(package) == ("circle",)
    assert shelf.load(package, "circle").__name__ == "Circle"


def test_a_file_with_two_of_a_kind_is_a_mistake(shelf_of_shapes: Path) -> None:
    with (shelf_of_shapes / "circle.py").open("a") as file:
        file.write("class Disc(Shape): pass\n")
    with pytest.raises(TypeError, match="defines 2 classes"):
        shelf.load(importlib.import_module("shelf_of_shapes"), "circle")
