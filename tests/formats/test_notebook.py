"""A notebook is one by nbformat's own word, runs from top to bottom anywhere; what people wrote is text."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from click.testing import CliRunner
from nbclient import NotebookClient

from walkthrough.cli import commands
from walkthrough.document import Code, Heading, Prose, Rule
from walkthrough.formats.notebook import NotebookFormat

ROOT = Path(__file__).parents[2]


def notebook(file: Path, *words: str) -> Any:
    """What `show … --format notebook` writes, found valid."""
    done = CliRunner().invoke(commands, ["show", *words, "--format", "notebook", "-o", str(file)])
    assert done.exit_code == 0, done.output
    found = nbformat.read(file, as_version=4)
    nbformat.validate(found)
    return found


def cells(*blocks: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads("".join(NotebookFormat().render(blocks)))["cells"]
    return found


# a kernel warns of being spoken to over TCP, and its libraries of each other
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", ["lecture-notes", "own file"])
def test_it_runs_from_top_to_bottom(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = str(own_case(tmp_path / "mine")) if name == "own file" else name
    page = notebook(tmp_path / "page.ipynb", asked)
    if name == "own file":  # nothing of it is needed any more
        for file in (tmp_path / "mine").iterdir():
            file.unlink()
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    NotebookClient(page, timeout=120, resources={"metadata": {"path": str(elsewhere)}}).execute()
    nbformat.validate(page)
    programs = [cell for cell in page.cells if cell.cell_type == "code"]
    assert all(cell.outputs[-1].output_type == "execute_result" for cell in programs)
    # z₁₁ = 1·2 + 3·4, by hand; 765 is what the notes say
    wanted = "14" if name == "own file" else "765"
    shown = [cell.outputs[-1].data["text/markdown"] for cell in programs if '(trace, "conv[' in cell.source]
    assert shown
    assert wanted in shown[0]


def own_case(folder: Path) -> Path:
    """A case whose input stands in another file, with things in its text that a program might take amiss."""
    folder.mkdir()
    np.save(folder / "image.npy", np.array([[2, 4]]))
    case = folder / "mine.toml"
    case.write_text(
        "title = \"It's \\\"mine\\\": <b>1</b>\"  # ''' \\\n"
        '[input]\nvalues = { file = "image.npy" }\n[[layers]]\ntype = "conv2d"\nkernel = "1 3"\n',
        encoding="utf-8",
    )
    return case


def test_a_shipped_case_is_loaded_by_its_name(tmp_path: Path) -> None:
    first = next(
        cell.source for cell in notebook(tmp_path / "a.ipynb", "elu").cells if cell.cell_type == "code"
    )
    assert first == (
        "import walkthrough\n\ncase = walkthrough.load('elu')\ntrace = walkthrough.replay(case)\ncase"
    )


def test_arithmetic_and_steps_are_those_of_the_page(tmp_path: Path) -> None:
    words = ["two-layer-update", "--steps", "2", "--arithmetic", "4 decimals"]
    source = "\n".join(
        cell.source for cell in notebook(tmp_path / "a.ipynb", *words).cells if cell.cell_type == "code"
    )
    assert "load('two-layer-update').in_arithmetic('4 decimals')" in source
    assert "replay(case, steps=2)" in source


def test_a_new_cell_begins_at_each_heading_and_program() -> None:
    found = cells(
        Heading("A", 1), Prose("words"), Heading("B", 2), Rule("z = x"), Code("x = 1"), Prose("end")
    )
    assert [(cell["cell_type"], "".join(cell["source"])) for cell in found] == [
        ("markdown", "# A\n\nwords"),
        ("markdown", "## B\n\n$$\nz = x\n$$"),
        ("code", "x = 1"),
        ("markdown", "end"),
    ]
    assert len({cell["id"] for cell in found}) == len(found)


def test_markup_in_a_title_is_text() -> None:
    (cell,) = cells(Heading("<script>alert(1)</script> *b* $x$", 1))
    assert "".join(cell["source"]) == "# \\<script\\>alert(1)\\</script\\> \\*b\\* \\$x\\$"


def test_a_symbolic_page_shows_no_numbers(tmp_path: Path) -> None:
    page = notebook(tmp_path / "a.ipynb", "lecture-notes", "--arithmetic", "symbolic")
    assert not any("walkthrough.step" in cell.source for cell in page.cells)
