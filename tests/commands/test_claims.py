"""What a case claims of itself is looked at whenever the case is opened, not only when it is marked."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

CASE = """
[input]
values = "1 2"
[[layers]]
type = "dense"
weight = "3 4"
[claims]
"dense[1]" = "11"
"dnse[1]" = "3"
dense.weight.nwe = "3"
[formulas]
"dense[7]" = "x[1]"
"""
SHEET = 'case = "case.toml"\n[claims]\n"dense" = "11"\n'


@pytest.mark.parametrize(
    "arguments",
    [["show"], ["show", "--json"], ["why", "dense[1]"], ["check"], ["worksheet"], ["blindspots"]],
    ids=" ".join,
)
def test_a_claim_on_a_cell_that_is_not_there(
    tmp_path: Path,
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "case.toml"
    file.write_text(CASE, encoding="utf-8")
    said = refused([arguments[0], str(file), *arguments[1:]], monkeypatch, capsys)
    lines = said.removeprefix("walkthrough: ").splitlines()
    assert [line.partition(" ")[0] for line in lines] == [f"{file}:{line}:" for line in (9, 10, 12)]
    assert 'did you mean "dense"' in lines[0]
    assert '"dense.weight"' in lines[1]
    assert "expected dense[1]" in lines[2]


def test_a_worksheet_for_such_a_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "case.toml").write_text(CASE, encoding="utf-8")
    (tmp_path / "sheet.toml").write_text(SHEET, encoding="utf-8")
    said = refused(["check", str(tmp_path / "sheet.toml")], monkeypatch, capsys)
    assert 'sheet.toml:1: case: "case.toml" cannot be used' in said
    assert "(its line 9)" in said


def refused(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What a command that ends with 2 says."""
    from walkthrough.cli import main

    monkeypatch.setattr(sys, "argv", ["walkthrough", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    printed, said = capsys.readouterr()
    assert ended.value.code == 2
    if arguments[0] == "check" and "sheet" not in arguments[1]:
        assert "1 of 1 numbers is right" in printed  # the rest is marked all the same
    else:
        assert printed.strip() in ("", '{"worksheets": []')
    return said
