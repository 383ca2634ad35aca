"""Many worksheets at several benches: the same output as at one, in the same order."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from walkthrough.formats.text import TextFormat
from walkthrough.marking import check as checking
from walkthrough.marking.check import CheckOptions, check_command

SHEET = 'case = "cross-correlation"\nstudent = "S{}"\n[claims]\nconv = """\n8 {}\n4 {}\n"""\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checking, "_WORTH_SEVERAL", 10)
    for number in range(60):
        (tmp_path / f"{number:03}.toml").write_text(SHEET.format(number, 7 - number % 3, 5 + number % 2))
    (tmp_path / "020.toml").write_text("case = 3")
    (tmp_path / "040.toml").write_text(SHEET.format(40, 7, 5) + '"cnov" = "1"\n')
    return tmp_path


def checked(folder: Path, kind: str, benches: int) -> tuple[str, list[str], int, frozenset[Path]]:
    told: list[str] = []
    options = CheckOptions(format=kind, benches=benches)  # type: ignore[arg-type]
    result = check_command([folder], options, TextFormat().render, told.append)
    return "".join(result), told, result.exit_status, result.files


def test_several_benches_say_what_one_says(folder: Path) -> None:
    for kind in ("json", "csv", "text"):
        one, several = checked(folder, kind, 1), checked(folder, kind, 2)
        assert several == one
        assert one[2] == 2
        assert len(one[1]) == 2


def test_whoever_reads_no_further_leaves_no_process_behind(folder: Path) -> None:
    options = CheckOptions(format="csv", benches=2)
    pieces = iter(check_command([folder], options, TextFormat().render, lambda _: None))
    assert next(pieces).startswith("file,")
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []
