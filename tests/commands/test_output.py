"""Where the output goes: files, devices, pipes, and what is closed or full. Every test is a real process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CELL = ["show", "lecture-notes", "dense[1]"]
SURROUNDINGS = {**os.environ, "COLUMNS": "100", "PYTHONPATH": str(Path(__file__).parents[2])}
PROGRAM = f'"{sys.executable}" -m walkthrough'


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "walkthrough", *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        env=SURROUNDINGS,
    )


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A line of bash, with `walkthrough` for the program; a pipe's status is that of its first failure."""
    return subprocess.run(
        ["bash", "-c", f'set -o pipefail; walkthrough() {{ {PROGRAM} "$@"; }}; {line}'],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        cwd=folder,
        env=SURROUNDINGS,
    )


def page(arguments: list[str] = CELL) -> str:
    return run(*arguments).stdout


# --- what is no regular file ---


def test_a_device_is_written_to_and_stays_one(tmp_path: Path) -> None:
    """As root, what replaces a file replaces /dev/null too."""
    link = tmp_path / "device"
    link.symlink_to("/dev/null")
    before = os.stat("/dev/null")
    for target in ("/dev/null", str(link)):
        ended = run(*CELL, "-o", target)
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert (os.stat("/dev/null").st_ino, os.stat("/dev/null").st_rdev) == (before.st_ino, before.st_rdev)
    assert link.is_symlink()


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE, encoding="utf-8") as reader:
        assert run(*CELL, "-o", str(tmp_path / "pipe")).returncode == 0
        said, _ = reader.communicate(timeout=30)
    assert said == page()
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("target", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_by_its_name(tmp_path: Path, target: str) -> None:
    arguments = " ".join(map(repr, CELL))
    assert run(*CELL, "-o", target).stdout == page()
    shell(
        f"echo before > out.txt; walkthrough {arguments} -o {target} >> out.txt; echo after >> out.txt",
        tmp_path,
    )
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == f"before\n{page()}after\n"


def test_a_descriptor_of_the_shell(tmp_path: Path) -> None:
    ended = shell(f"walkthrough {' '.join(map(repr, CELL))} -o /dev/fd/3 3> three.txt", tmp_path)
    assert ended.returncode == 0
    assert (tmp_path / "three.txt").read_text(encoding="utf-8") == page()


# --- links, rights, files that are read ---


def test_a_symbolic_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old", encoding="utf-8")
    (tmp_path / "link").symlink_to("real.txt")
    (tmp_path / "ahead").symlink_to("new.txt")
    for link, target in (("link", "real.txt"), ("ahead", "new.txt")):
        assert run(*CELL, "-o", str(tmp_path / link)).returncode == 0
        assert (tmp_path / link).is_symlink()
        assert (tmp_path / target).read_text(encoding="utf-8") == page()


def test_links_in_a_circle_are_said(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    ended = run(*CELL, "-o", str(tmp_path / "one"))
    assert ended.returncode == 2
    assert str(tmp_path / "one") in ended.stderr
    assert (tmp_path / "one").is_symlink()


def test_a_read_only_file_is_not_replaced(tmp_path: Path) -> None:
    """Root included, to whom every file is writable."""
    target = tmp_path / "kept.txt"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o444)
    ended = run(*CELL, "-o", str(target))
    assert ended.returncode == 2
    assert f"{target} is read-only" in ended.stderr
    assert target.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["kept.txt"]


def test_a_replaced_file_keeps_its_rights(tmp_path: Path) -> None:
    target = tmp_path / "page.txt"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o640)
    assert run(*CELL, "-o", str(target)).returncode == 0
    assert target.stat().st_mode & 0o7777 == 0o640


CASE = '[input]\nvalues = { file = "image.csv" }\n[[layers]]\ntype = "relu"\n'
SHEET = 'case = "case.toml"\n[claims]\n"relu" = "1 2"\n'


@pytest.mark.parametrize("target", ["sheet.toml", "case.toml", "image.csv", "other.toml"])
@pytest.mark.parametrize("asked", ["sheet.toml other.toml", "."])
def test_check_never_writes_onto_what_it_reads(tmp_path: Path, target: str, asked: str) -> None:
    """Worksheets (in a folder too), the cases that they name, the grids of these."""
    (tmp_path / "image.csv").write_text("1,2\n", encoding="utf-8")
    (tmp_path / "case.toml").write_text(CASE, encoding="utf-8")
    for name in ("sheet.toml", "other.toml"):
        (tmp_path / name).write_text(SHEET, encoding="utf-8")
    before = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    ended = shell(f"walkthrough check {asked} -o {target}", tmp_path)
    assert ended.returncode == 2
    assert f"{target} is what this command reads" in ended.stderr
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == before


# --- what is full or closed ---

COMMANDS = [
    CELL, [*CELL, "--json"], ["list"], ["--help"], ["--version"], [], ["why", "lecture-notes", "dense[1]"],
    ["check", "lecture-notes"], ["worksheet", "max-pooling"], ["derive"],
]  # fmt: skip


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_full_standard_output_is_one_message(tmp_path: Path, arguments: list[str]) -> None:
    ended = shell(f"walkthrough {' '.join(map(repr, arguments))} > /dev/full", tmp_path)
    assert ended.returncode == 2
    assert ended.stderr == "walkthrough: standard output cannot be written: No space left on device\n"


def test_a_full_device_is_one_message() -> None:
    ended = run(*CELL, "-o", "/dev/full")
    assert ended.returncode == 2
    assert ended.stderr == "walkthrough: /dev/full cannot be written: No space left on device\n"


def test_a_file_that_grows_too_large_is_not_there_at_all(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("old", encoding="utf-8")
    ended = shell("ulimit -f 1; walkthrough show four-by-four -o page.txt 2>&1 | cat", tmp_path)
    assert ended.returncode == 2
    assert ended.stdout == "walkthrough: page.txt cannot be written: File too large\n"
    assert (tmp_path / "page.txt").read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["page.txt"]


def test_a_closed_standard_output(tmp_path: Path) -> None:
    arguments = " ".join(map(repr, CELL))
    ended = shell(f"walkthrough {arguments} >&-", tmp_path)
    assert ended.returncode == 2
    assert ended.stderr == "walkthrough: standard output cannot be written: Bad file descriptor\n"
    ended = shell(f"walkthrough {arguments} -o page.txt >&-", tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (tmp_path / "page.txt").read_text(encoding="utf-8") == page()


def test_a_closed_standard_error_changes_nothing(tmp_path: Path) -> None:
    arguments = " ".join(map(repr, CELL))
    ended = shell(f"walkthrough {arguments} 2>&-", tmp_path)
    assert (ended.returncode, ended.stdout) == (0, page())
    for closed in ("2>&-", "2>/dev/full", ">&- 2>&-"):
        for wrong in ("show nothing", "shwo", "check no-such-file", "show lecture-notes cnov"):
            ended = shell(f"walkthrough {wrong} {closed}", tmp_path)
            assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", ""), (wrong, closed)
    # with everything closed, a file that is opened must not take a stream's place
    ended = shell(f"walkthrough {arguments} -o page.txt <&- >&- 2>&-", tmp_path)
    assert ended.returncode == 0
    assert (tmp_path / "page.txt").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize(
    "arguments",
    [["show", "lenet"], ["show", "lecture-notes", "--json"], ["list"], ["--help"], ["check", "lecture-notes"],
     ["why", "lecture-notes", "input.grad[4,2]"], ["derive"]],
    ids=" ".join,
)  # fmt: skip
def test_a_reader_who_has_seen_enough(tmp_path: Path, arguments: list[str]) -> None:
    """Silent, and no failure: neither a line nor nothing at all is read."""
    for reader in ("head -n 1", "true"):
        line = f"walkthrough {' '.join(map(repr, arguments))} | {reader}; echo ${{PIPESTATUS[0]}}"
        ended = shell(line, tmp_path)
        assert ended.stderr == ""
        expected = {"0", "141"} | ({"1"} if arguments[0] == "check" else set())  # the notes have a slip
        assert ended.stdout.splitlines()[-1] in expected


# --- messages ---

LONG = "c" * 100_000


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", LONG],
        ["show", "lecture-notes", LONG],
        ["show", "lecture-notes", f"{LONG}[1]"],
        ["show", "lecture-notes", "conv[" + "1," * 50_000 + "1]"],
        ["show", "lecture-notes", "conv@" + "9" * 100_000],
        ["why", "lecture-notes", LONG],
        ["show", "lecture-notes", "--arithmetic", LONG],
        ["show", "lecture-notes", f"--{LONG}"],
        ["show", "lecture-notes", "-o", f"/tmp/{LONG}"],
        ["check", LONG],
        ["derive", LONG],
        [LONG],
    ],
    ids=lambda arguments: " ".join(each[:12] for each in arguments),
)
def test_a_message_stays_short_whatever_was_typed(arguments: list[str]) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert len(ended.stderr) < 1000
    assert "characters)" in ended.stderr


def test_a_message_about_a_file_stays_short_whatever_stands_in_it(tmp_path: Path) -> None:
    file = tmp_path / "long.toml"
    layer = f'[[layers]]\ntype = "{LONG}"\n[[layers]]\ntype = "dense"\nweight = "{LONG}"\n{LONG} = 1\n'
    file.write_text(f'{LONG} = 1\n[input]\nvalues = "1"\n{layer}[claims]\n"{LONG}" = 1\n', encoding="utf-8")
    for command in ("show", "check"):
        ended = run(command, str(file))
        assert ended.returncode == 2
        assert all(len(line) < 500 for line in ended.stderr.splitlines())
