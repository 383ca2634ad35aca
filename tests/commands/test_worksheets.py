"""`worksheet`: printed, its key, fresh numbers, and copies for a class."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from walkthrough.cli import commands

from .test_cli import walkthrough

COPIES = ["worksheet", "two-layer-update", "--copies", "3", "--seed", "5"]


def said(ended: object) -> str:
    return ended.stderr.decode() + ended.stdout.decode()  # type: ignore[attr-defined]


def run(*arguments: str, status: int = 0) -> str:
    """What a command prints, run in this process."""
    ended = CliRunner().invoke(commands, arguments)
    assert ended.exit_code == status, (ended.output, ended.exception)
    return ended.output


@pytest.mark.parametrize("format_", ["html", "markdown", "latex", "text"])
def test_a_sheet_in_each_format_and_its_key(format_: str) -> None:
    asked = ["worksheet", "lecture-notes", "--format", format_]
    sheet, key = run(*asked), run(*asked, "--answers", "--digits", "5")
    assert "0.92757" in key
    assert "0.92757" not in sheet
    assert "conv.kernel.grad" in sheet


def test_the_key_as_a_worksheet_is_all_right(tmp_path: Path) -> None:
    for name, table in (("key.toml", []), ("key.csv", ["--csv"])):
        key = str(tmp_path / name)
        run("worksheet", "four-by-four", "--answers", *table, "-o", key)
        assert "107 of 107 numbers are right" in run("check", key)


def test_fresh_numbers_stand_as_a_case_beside_their_sheet(tmp_path: Path) -> None:
    sheet = tmp_path / "mine.toml"
    fresh = ["worksheet", "two-layer-update", "--fresh", "--seed", "7", "-o"]
    run(*fresh, str(sheet))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["mine-case.toml", "mine.toml"]
    assert 'case = "mine-case.toml"' in sheet.read_text()
    run("check", str(sheet))
    first = (tmp_path / "mine-case.toml").read_text()
    run(*fresh, str(tmp_path / "mine.html"), "--format", "html", "--answers")
    assert (tmp_path / "mine-case.toml").read_text() == first


def test_a_case_that_is_there_already_is_not_written_over(tmp_path: Path) -> None:
    beside = tmp_path / "mine-case.toml"
    beside.write_text("# somebody's own\n")
    sheet = tmp_path / "mine.toml"
    ended = walkthrough("worksheet", "two-layer-update", "--fresh", "-o", str(sheet))
    assert ended.returncode == 2
    assert "mine-case.toml is there already" in said(ended)
    assert beside.read_text() == "# somebody's own\n"
    assert not sheet.exists()


def test_the_first_case_is_not_written_over(tmp_path: Path) -> None:
    case = tmp_path / "own.toml"
    text = 'input.values = "1 2"\n[[layers]]\ntype = "relu"\n'
    case.write_text(text)
    ended = walkthrough("worksheet", str(case), "--fresh", "-o", str(case))
    assert ended.returncode == 2
    assert "is what this command reads" in said(ended)
    assert case.read_text() == text


def test_a_folder_of_copies(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    run(*COPIES, "--format", "html", "-o", str(folder))
    numbers = ("01", "02", "03")
    expected = {f"copy-{n}{end}" for n in numbers for end in ("-case.toml", ".toml", ".html")}
    assert {each.name for each in folder.iterdir()} == {*expected, "answers.csv", "key.html"}
    cases = {(folder / f"copy-{n}-case.toml").read_text().partition("\n\n")[2] for n in numbers}
    assert len(cases) == 3
    for n in numbers:
        assert f'case = "copy-{n}-case.toml"' in (folder / f"copy-{n}.toml").read_text()
        assert f"Copy {n}" in (folder / f"copy-{n}.html").read_text()
        assert f"Copy {n}" in (folder / "key.html").read_text()
    with (folder / "answers.csv").open(newline="") as table:
        header, *rows = csv.reader(table)
    assert header[:3] == ["student", "case", "hidden[1]"]
    assert [row[1] for row in rows] == [f"copy-{n}-case.toml" for n in numbers]
    run("check", str(folder))


def test_a_number_of_one_copy_is_right_for_that_copy_only(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    run(*COPIES, "-o", str(folder))
    assert (folder / "key.txt").exists()
    with (folder / "answers.csv").open(newline="") as table:
        header, *rows = csv.reader(table)
    shown = run("show", str(folder / "copy-02-case.toml"), "hidden[1]", "--json")
    value = shown.partition('"value": "')[2].partition('"')[0]
    for row in rows:
        row[header.index("hidden[1]")] = value
    with (folder / "answers.csv").open("w", newline="") as table:
        csv.writer(table).writerows([header, *rows])
    marked = run("check", str(folder / "answers.csv"), "--format", "csv", "--all", status=1)
    verdicts = [line for line in marked.splitlines() if "hidden[1]" in line]
    assert ["wrong" not in line for line in verdicts] == [False, True, False]


def test_a_folder_with_copies_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    filled = folder / "copy-02.toml"
    filled.write_text("# filled in\n")
    ended = walkthrough(*COPIES, "-o", str(folder))
    assert ended.returncode == 2
    assert "has copy-02.toml already; nothing was written" in said(ended)
    assert [each.name for each in folder.iterdir()] == ["copy-02.toml"]
    assert filled.read_text() == "# filled in\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--copies", "2"], "-o FOLDER"),
        (["--fresh"], "-o FILE"),
        (["--seed", "3"], "without --fresh or --copies"),
        (["--csv", "--format", "html"], "--csv"),
        (["--copies", "2", "--answers", "-o", "x"], "beside the copies anyway"),
        (["--format", "pytorch"], "pytorch"),
    ],
)
def test_what_does_not_go_together_is_said(arguments: list[str], words: str) -> None:
    assert words in run("worksheet", "two-layer-update", *arguments, status=2)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "class").write_text("")
    ended = walkthrough(*COPIES, "-o", str(tmp_path / "class"))
    assert ended.returncode == 2
    assert "is a file; the copies need a folder" in said(ended)


def test_a_script_for_pytorch_and_what_has_none(tmp_path: Path) -> None:
    script = tmp_path / "notes.py"
    run("show", "lecture-notes", "--format", "pytorch", "-o", str(script))
    compile(script.read_text(), "notes.py", "exec")
    for arguments in (["--arithmetic", "3 decimals"], ["conv"], ["--arithmetic", "symbolic"]):
        assert "--format pytorch: " in run(
            "show", "lecture-notes", *arguments, "--format", "pytorch", status=2
        )
