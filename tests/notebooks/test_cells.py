"""The programs of a notebook carry a case as it is, whatever stands in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from walkthrough.case import CaseError, load
from walkthrough.notebooks.cells import setup

LAYER = '[[layers]]\ntype = "relu"\n'


def run(program: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(program, names)  # what a notebook does with it
    return names


@pytest.mark.parametrize(
    "comment",
    ["", "'''", '"""', "\\", "'", "é ∂ 中", "{braces} %s", "'''+__import__('os')+'''"],
)
def test_the_text_is_carried_as_it_is(comment: str, tmp_path: Path) -> None:
    toml = f'title = "Mine"\n[input]\nvalues = "1 -2"\n{LAYER}# {comment}'
    (tmp_path / "case.toml").write_text(toml, encoding="utf-8")
    names = run(setup(load(tmp_path / "case.toml")))
    assert names["case"].toml == toml
    assert names["trace"].value("relu[1]") == "1"


@pytest.mark.parametrize("name", ["image.npy", "folder/image.npy", "../image.npy", "absolute"])
def test_its_files_are_carried_too(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    (folder / "folder").mkdir(parents=True)
    named = str(tmp_path / "image.npy") if name == "absolute" else name
    np.save(folder / named, np.array([[3, -4]]))
    toml = f'[input]\nvalues = {{ file = "{named}" }}\n{LAYER}'
    (folder / "case.toml").write_text(toml, encoding="utf-8")
    program = setup(load(folder / "case.toml"))
    (folder / named).unlink()
    assert run(program)["trace"].value("relu[1,1]") == "3"


def test_a_file_that_has_gone_is_named(tmp_path: Path) -> None:
    np.save(tmp_path / "image.npy", np.array([[3, -4]]))
    (tmp_path / "case.toml").write_text(f'[input]\nvalues = {{ file = "image.npy" }}\n{LAYER}')
    case = load(tmp_path / "case.toml")
    (tmp_path / "image.npy").unlink()
    with pytest.raises(CaseError, match=r"image\.npy cannot be read"):
        setup(case)


def test_a_case_of_ones_own_with_a_shipped_name_is_ones_own(tmp_path: Path) -> None:
    (tmp_path / "elu.toml").write_text(f'[input]\nvalues = "5"\n{LAYER}')
    assert run(setup(load(tmp_path / "elu.toml")))["trace"].value("relu") == "5"
