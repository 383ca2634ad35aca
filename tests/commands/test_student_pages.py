"""A page for each student, in a folder."""

from __future__ import annotations

from pathlib import Path

from .test_cli import walkthrough

TABLE = """student,case,"conv[2,2]"
Anna B./../,cross-correlation,6
Anna B,cross-correlation,5
,cross-correlation,5
"""


def test_every_student_has_a_page(tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_text(TABLE)
    folder = tmp_path / "pages"
    ended = walkthrough("check", str(tmp_path / "class.csv"), "--pages", str(folder))
    assert ended.returncode == 1, ended.stderr.decode()
    assert sorted(each.name for each in folder.iterdir()) == ["Anna-B-2.md", "Anna-B.md", "class.md"]
    assert "= 6 is wrong" in (folder / "Anna-B.md").read_text()
    assert "Nothing is wrong" in (folder / "Anna-B-2.md").read_text()


def test_pages_are_latex_if_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_text(TABLE)
    folder = tmp_path / "pages"
    walkthrough("check", str(tmp_path / "class.csv"), "--pages", str(folder), "--format", "latex")
    assert sorted(each.name for each in folder.iterdir()) == ["Anna-B-2.tex", "Anna-B.tex", "class.tex"]
    assert r"\begin{document}" in (folder / "Anna-B.tex").read_text()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_text(TABLE)
    path = str(tmp_path / "class.csv")
    ended = walkthrough("check", path, "--pages", f"{path}/pages")
    assert ended.returncode == 2
    assert b"Traceback" not in ended.stderr
    assert b"cannot be made" in ended.stderr
