"""The command line: what is printed where, and how it ends.

Most of it runs in a process of its own, as people start it; where many commands differ only in their
words, they share this one (`here`).
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import mpmath
import pytest

CASE = """
title = "Two numbers"
[input]
values = "1 2"
[[layers]]
type = "dense"
weight = "3 4"
"""
QUICK = 5.0


def walkthrough(
    *arguments: str, stdin: str | bytes = "", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """The program as people start it; colour and width are not inherited."""
    kept = {key: value for key, value in os.environ.items() if key not in INHERITED}
    return subprocess.run(
        [sys.executable, "-m", "walkthrough", *arguments],
        input=stdin if isinstance(stdin, bytes) else stdin.encode(),
        capture_output=True,
        timeout=60,
        check=False,
        env={**kept, "PYTHONIOENCODING": "utf-8", **environment},
    )


INHERITED = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM", "PYTHONIOENCODING", "WALKTHROUGH_TRACEBACK")


def out(*arguments: str, stdin: str = "", **environment: str) -> str:
    """What a command that succeeds prints."""
    ended = walkthrough(*arguments, stdin=stdin, **environment)
    assert ended.returncode == 0, ended.stderr.decode()
    assert ended.stderr == b""
    return ended.stdout.decode()


def refused(*arguments: str, stdin: str | bytes = "") -> str:
    """What a command that is refused says: on stderr, with status 2, never a traceback."""
    ended = walkthrough(*arguments, stdin=stdin)
    said = ended.stderr.decode()
    assert ended.returncode == 2, ended.stdout.decode()
    assert ended.stdout == b""
    assert said.strip()
    assert "Traceback" not in said
    assert "should not have happened" not in said
    return said


Here = Callable[..., tuple[object, str, str]]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Runs a command in this process: its exit status, what it printed, what it complained of."""

    def run(*arguments: str) -> tuple[object, str, str]:
        from walkthrough.cli import main

        for variable in INHERITED:
            monkeypatch.delenv(variable, raising=False)
        monkeypatch.setattr(sys, "argv", ["walkthrough", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, *capsys.readouterr()

    return run


def assert_refused(ended: tuple[object, str, str]) -> str:
    """The message, if the command was refused as it should be."""
    status, printed, said = ended
    assert (status, printed) == (2, "")
    assert said.strip()
    assert "Traceback" not in said
    assert "should not have happened" not in said
    return said


@pytest.fixture
def case(tmp_path: Path) -> Path:
    file = tmp_path / "two.toml"
    file.write_text(CASE, encoding="utf-8")
    return file


# --- list, help ---


def test_the_bare_command_helps_and_lists_the_cases() -> None:
    said = out()
    for word in ("show", "why", "list", "lecture-notes", "lenet"):
        assert word in said


def test_list_has_a_line_for_each_case() -> None:
    lines = out("list").splitlines()
    names = [line.split()[0] for line in lines]
    assert names == sorted(names)
    assert {
        "lecture-notes", "four-by-four", "kernel-and-input-gradient", "max-pooling", "average-pooling",
        "softmax-cross-entropy", "sigmoid-network", "two-conv-network", "cross-correlation", "multi-channel",
        "lenet",
    } <= set(names)  # fmt: skip
    assert any("One 3×3 filter, max pool, ReLU, dense, sigmoid" in line for line in lines)


def imported(*arguments: str) -> set[str]:
    """The modules that a command has imported when it ends."""
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
        f"sys.argv = ['walkthrough', *{arguments!r}]\n"
        "from walkthrough.cli import main\nmain()"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=60)
    assert ended.returncode == 0
    assert ended.stdout
    return set(ended.stderr.decode().split())


HEAVY = {"numpy", "sympy", "rich", "textual", "flint", "mpmath", "jinja2", "multiprocessing", "decimal"}


@pytest.mark.parametrize("arguments", [["--help"], ["show", "--help"], ["--version"], ["-h"], ["list"], []])
def test_help_is_quick_to_start(arguments: list[str]) -> None:
    """None of the large libraries is imported for it."""
    assert not imported(*arguments) & HEAVY


def test_the_list_of_cases_needs_their_titles_only() -> None:
    """No room is opened but the one where the titles are found, and nothing of what reads a case."""
    own = {name for name in imported("list") if name.startswith("walkthrough.")}
    assert {name.split(".")[1] for name in own} == {"cli", "commands", "case", "words"}
    assert {name for name in own if name.startswith("walkthrough.case")} == {
        "walkthrough.case",
        "walkthrough.case.shipped",
    }


@pytest.mark.parametrize(
    ("arguments", "unused"),
    [
        (["show", "lecture-notes", "conv[2,3]"], {"sympy", "walkthrough.marking", "walkthrough.derivations"}),
        (["why", "lecture-notes", "loss"], {"sympy", "walkthrough.marking", "walkthrough.derivations"}),
        (["show", "lecture-notes"], {"walkthrough.marking", "walkthrough.derivations"}),
        (["worksheet", "lecture-notes"], {"sympy", "walkthrough.slips"}),
        (["derive", "conv-output"], {"sympy", "numpy", "walkthrough.marking", "walkthrough.trace"}),
    ],
)
def test_a_command_waits_for_nothing_that_it_does_not_use(arguments: list[str], unused: set[str]) -> None:
    never = {"rich", "textual", "jinja2", "multiprocessing", "concurrent", "torch"}
    assert not imported(*arguments) & (never | unused)


# --- show ---


def test_show_prints_the_whole_page() -> None:
    said = out("show", "lecture-notes")
    windows = re.findall(r"^   z[₁-₄]{2} = x", said, re.MULTILINE)
    assert len(windows) == 16
    for value in ("1020 − 255 = 765", "2.55", "0.9275735146", "2.625183227", "13.80710378", "946.1249849"):
        assert value in said
    for value in ("−94.60249849", "−118.2556231", "−70.96937387", "−118.2756231"):
        assert value in said
    assert re.search(r"^verification$", said, re.MULTILINE)
    assert re.search(r"All \d+ cells agree", said)
    assert max(map(len, said.splitlines())) <= 100


@pytest.mark.parametrize(
    ("parts", "there", "absent"),
    [
        (["conv[2,3]"], ["z₂₃", "1275"], ["z₁₁ =", "verification"]),
        (["conv.kernel.grad"], ["∂L/∂k₁₁", "∂L/∂k₃₃", "7.095937387", "verification"], ["∂L/∂x₁₁"]),
        (["dense"], ["2.55", "∂L/∂w₁", "−94.60249849"], ["p₁₁ ="]),
        (["backward"], ["∂L/∂y₁", "∂L/∂x₆₆", "∂L/∂w₄"], ["z₁₁ = x₁₁", "w₁ ← w₁"]),
        (["forward"], ["z₁₁ = x₁₁", "y₁ = "], ["∂L/∂w₁ ="]),
        (["loss"], ["2.625183227", "13.80710378"], ["z₁₁ = x₁₁"]),
        (["update"], ["w₁ ← w₁", "k₁₁ ← k₁₁"], ["z₁₁ = x₁₁"]),
        (["pool[1,2]", "relu[1,2]"], ["p₁₂", "1275", "a₁₂"], ["p₁₁ ="]),
    ],
    ids=" ".join,
)
def test_show_gives_just_what_was_asked_for(
    here: Here, parts: list[str], there: list[str], absent: list[str]
) -> None:
    status, said, complaint = here("show", "lecture-notes", *parts)
    assert (status, complaint) == (0, "")
    for text in there:
        assert text in said, text
    for text in absent:
        assert text not in said, text


def test_a_cell_may_be_named_with_all_its_indices(here: Here) -> None:
    short, full = (here("show", "lecture-notes", name, "--json")[1] for name in ("conv[2,3]", "conv[1,2,3]"))
    assert json.loads(short)["steps"] == json.loads(full)["steps"]
    (step,) = json.loads(short)["steps"]
    assert step["cell"] == "conv[2,3]"
    assert step["value"] == "1275"


def test_json_is_json_whatever_was_asked_for(here: Here) -> None:
    short = here("show", "lecture-notes", "--json")[1]
    assert json.loads(short)["case"]["name"] == "lecture-notes"
    assert here("show", "lecture-notes", "--format", "json")[1] == short
    some = json.loads(here("show", "lecture-notes", "update", "--json")[1])
    assert {step["stage"] for step in some["steps"]} == {"update"}
    tree = json.loads(here("why", "lecture-notes", "dense[1]", "--json")[1])
    assert tree["cell"] == "dense[1]"


def test_markdown() -> None:
    said = out("show", "lecture-notes", "--format", "markdown")
    assert said.startswith("# One 3×3 filter")
    assert "```" in said
    assert "| conv" in said


def test_digits(here: Here) -> None:
    assert "≈ 0.92757351463848\n" in here("show", "lecture-notes", "sigmoid[1]", "--digits", "14")[1]
    assert "≈ 0.928\n" in here("show", "lecture-notes", "sigmoid[1]", "--digits", "3")[1]
    long = here("show", "lecture-notes", "sigmoid[1]", "--digits", "1000", "--json")[1]
    with mpmath.workdps(1020):
        digits = mpmath.nstr(1 / (1 + mpmath.exp(-mpmath.mpf(255) / 100)), 1000, strip_zeros=False)
    assert json.loads(long)["steps"][0]["value"] == digits
    assert "--digits" in assert_refused(here("show", "lecture-notes", "--digits", "0"))


def test_fold_zeros_leaves_out_products_with_zero() -> None:
    said = out("show", "lecture-notes", "conv[1,1]", "--fold-zeros")
    assert "255·4" in said
    assert "0·1" not in said
    assert "7 products with 0 left out" in said


def test_another_arithmetic() -> None:
    assert "0.9276" in out("show", "lecture-notes", "sigmoid[1]", "--arithmetic", "4 decimals")
    symbolic = out("show", "lecture-notes", "conv[1,1]", "--arithmetic", "symbolic")
    assert "x₁₁k₁₁" in symbolic
    assert "765" not in symbolic
    assert "--arithmetic" in refused("show", "lecture-notes", "--arithmetic", "roman")


def test_why() -> None:
    said = out("why", "lecture-notes", "input.grad[4,2]", "--all")
    assert said.startswith("input.grad[4,2]:")
    assert "no route" in said
    assert "conv[2,1]" in said
    assert max(map(len, said.splitlines())) <= 100


def test_why_goes_as_far_as_is_asked(here: Here) -> None:
    def lines(*options: str) -> int:
        status, said, complaint = here("why", "lecture-notes", "input.grad[4,2]", *options)
        assert (status, complaint) == (0, "")
        return len(said.splitlines())

    assert lines("--depth", "1") < lines() < lines("--depth", "6") < lines("--all")
    assert lines("--routes", "1") < lines()
    assert "--depth" in here("why", "lecture-notes", "input.grad[4,2]")[1]
    assert "--depth" not in here("why", "lecture-notes", "input.grad[4,2]", "--all")[1]
    for wrong in (["--depth", "-1"], ["--routes", "0"], ["--depth", "many"]):
        assert wrong[0] in assert_refused(here("why", "lecture-notes", "dense[1]", *wrong))


def test_why_of_a_large_case_fits_a_screen_or_two(here: Here) -> None:
    _, said, _ = here("why", "lenet", "conv1.kernel.grad[3,1,2,2]")
    assert len(said.splitlines()) < 120
    assert re.search(r"784 products, \d+ of them 0", said)
    tree = json.loads(here("why", "lenet", "conv1.kernel.grad[3,1,2,2]", "--json")[1])
    assert len(tree["from"]) == 12
    assert tree["left_out"] > 100


def test_a_large_case_is_shown_in_part() -> None:
    """One of 423,000 lines, without working out the rest."""
    (step,) = json.loads(out("show", "lenet", "conv2[1,5,5]", "--json"))["steps"]
    assert len(step["terms"]) == 6 * 25 + 1  # a window of six channels, and the bias


# --- what is wrong ---


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "lecture-note"], ["lecture-note", "lecture-notes"]),
        (["show", "lecture-notes", "cnov"], ["cnov", '"conv"']),
        (["show", "lecture-notes", "conv[5,1]"], ["conv[5,1]", "conv[1…4,1…4]"]),
        (["show", "lecture-notes", "conv[0,1]"], ["conv[0,1]"]),
        (["show", "lecture-notes", "conv.gradd[1,1]"], ["conv.gradd", "conv.grad"]),
        (["show", "lecture-notes", "conv@2"], ["conv@2", "conv"]),
        (["why", "lecture-notes", "conv"], ["conv[1,1]"]),
        (["why", "lecture-notes", "conv.kernl[1,1]"], ["conv.kernel"]),
        (["show", "no-such.toml"], ["no-such.toml", "No such file"]),
        (["show", "lecture-notes", "--fromat", "json"], ["--format"]),
        (["show", "lecture-notes", "--format", "pdf"], ["pdf", "markdown"]),
        (["shwo", "lecture-notes"], ["shwo", "show"]),
        (["show"], ["CASE"]),
        (["why", "lecture-notes"], ["CELL"]),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_message_with_the_nearest_word(
    here: Here, arguments: list[str], words: list[str]
) -> None:
    said = assert_refused(here(*arguments))
    for word in words:
        assert word in said


def test_what_was_asked_for_is_checked_before_anything_is_printed() -> None:
    assert "cnov" in refused("show", "lecture-notes", "conv", "cnov")
    assert "cnov" in refused("show", "lecture-notes", "conv", "cnov", "--json")


def test_the_message_names_file_line_key_and_remedy(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text('titel = "x"\n[input]\nvalues = "1 2"\n[[layers]]\ntype = "dens"\n', encoding="utf-8")
    said = refused("show", str(file))
    assert f"{file}:1: titel" in said
    assert "title" in said
    assert f"{file}:5: " in said
    assert '"dense"' in said


def test_the_log_of_zero_names_the_output(tmp_path: Path) -> None:
    file = tmp_path / "log.toml"
    file.write_text(
        '[input]\nvalues = "0"\n[[layers]]\ntype = "relu"\n[loss]\ntype = "cross_entropy"\ntarget = "1"\n',
        encoding="utf-8",
    )
    assert "relu[1] is 0" in refused("show", str(file))


# --- standard input ---


def test_a_dash_reads_standard_input() -> None:
    document = json.loads(out("show", "-", "--json", stdin=CASE))
    assert document["case"]["title"] == "Two numbers"
    assert document["tensors"]["dense"]["values"] == ["11"]
    assert "standard input" in refused("show", "-", stdin="not toml at all [")
    assert "standard input" in refused("show", "-", stdin=b"\xff\xfe\x00bytes")
    assert refused("show", "-", stdin="")


# --- files ---


def test_output_to_a_file(tmp_path: Path, case: Path) -> None:
    target = tmp_path / "page.txt"
    assert out("show", str(case), "-o", str(target)) == ""
    assert target.read_text(encoding="utf-8") == out("show", str(case))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.txt", "two.toml"]
    assert target.stat().st_mode & 0o777 == 0o666 & ~umask()


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_the_case_itself_is_never_overwritten(tmp_path: Path, case: Path) -> None:
    (tmp_path / "link.toml").symlink_to(case)
    for target in (case, tmp_path / "link.toml", tmp_path / "." / "two.toml"):
        refused("show", str(case), "-o", str(target))
        refused("why", str(case), "dense[1]", "-o", str(target))
    assert case.read_text(encoding="utf-8") == CASE


def test_a_grid_that_the_case_reads_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "image.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    file = tmp_path / "case.toml"
    file.write_text('[input]\nvalues = { file = "image.csv" }\n[[layers]]\ntype = "relu"\n', encoding="utf-8")
    assert "4" in out("show", str(file))
    refused("show", str(file), "-o", str(tmp_path / "image.csv"))
    assert (tmp_path / "image.csv").read_text(encoding="utf-8") == "1,2\n3,4\n"


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "page.txt"
    target.write_text("old", encoding="utf-8")
    refused("show", "lecture-notes", "cnov", "-o", str(target))
    assert target.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["page.txt"]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_an_end_midway_leaves_the_old_file(tmp_path: Path, how: signal.Signals) -> None:
    target = tmp_path / "page.txt"
    target.write_text("old", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "walkthrough", "show", "lenet", "-o", str(target)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 30
    while len(list(tmp_path.iterdir())) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)  # until it has begun to write beside the file
    assert process.poll() is None
    process.send_signal(how)
    _, said = process.communicate(timeout=30)
    assert target.read_text(encoding="utf-8") == "old"
    assert b"Traceback" not in said
    if how == signal.SIGINT:
        # Python itself ends so if it was interrupted in the midst of an import; a shell says 130 of both
        assert process.returncode in (130, -signal.SIGINT)
        assert [path.name for path in tmp_path.iterdir()] == ["page.txt"]


@pytest.mark.parametrize("target", ["missing/page.txt", "folder", "file/page.txt"])
def test_where_nothing_can_be_written_is_said(tmp_path: Path, target: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    said = refused("show", "lecture-notes", "dense[1]", "-o", str(tmp_path / target))
    assert str(tmp_path / target) in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_rights_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    assert "Permission denied" in refused("show", "lecture-notes", "dense[1]", "-o", str(folder / "page.txt"))


# --- terminals and pipes ---

ESCAPE = "\x1b"


def test_no_colour_in_a_pipe() -> None:
    for arguments in (["show", "max-pooling"], ["list"], ["why", "lecture-notes", "dense[1]"]):
        assert ESCAPE not in out(*arguments, TERM="xterm-256color")


def test_colour_when_it_is_forced_and_never_when_it_is_not_wanted() -> None:
    plain = out("show", "lecture-notes", "dense[1]")
    coloured = out("show", "lecture-notes", "dense[1]", FORCE_COLOR="1")
    assert ESCAPE in coloured
    # no colour alone carries meaning
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert ESCAPE not in out("show", "lecture-notes", "dense[1]", NO_COLOR="1")
    assert ESCAPE not in out("show", "lecture-notes", "dense[1]", NO_COLOR="1", FORCE_COLOR="1")
    assert ESCAPE not in out("show", "lecture-notes", "dense[1]", "--no-color", FORCE_COLOR="1")


def test_no_colour_in_a_file(tmp_path: Path) -> None:
    out("show", "lecture-notes", "dense[1]", "-o", str(tmp_path / "page.txt"), FORCE_COLOR="1")
    assert ESCAPE not in (tmp_path / "page.txt").read_text(encoding="utf-8")


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """What is printed when standard output is a terminal."""
    import pty

    kept = {key: value for key, value in os.environ.items() if key not in INHERITED}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "walkthrough", *arguments],
        stdout=theirs,
        stderr=theirs,
        stdin=subprocess.DEVNULL,
        env={**kept, **environment},
    )
    os.close(theirs)
    pieces = []
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other side has closed
            break
        if not piece:
            break
        pieces.append(piece)
    os.close(ours)
    assert process.wait(timeout=30) == 0
    return b"".join(pieces).decode()


def test_a_terminal_has_colour_unless_it_is_dumb() -> None:
    arguments = ["show", "lecture-notes", "dense[1]"]
    assert ESCAPE in on_a_terminal(*arguments, TERM="xterm")
    assert ESCAPE not in on_a_terminal(*arguments, TERM="dumb")
    assert ESCAPE not in on_a_terminal(*arguments, TERM="xterm", NO_COLOR="1")


def test_as_wide_as_the_terminal() -> None:
    assert max(map(len, out("show", "lecture-notes", "conv[2,2]", COLUMNS="80").splitlines())) <= 80
    assert out("show", "lecture-notes", "dense[1]", COLUMNS="0")
    assert out("show", "lecture-notes", "dense[1]", COLUMNS="many")


def test_plain_is_ascii() -> None:
    for arguments in (["show", "lecture-notes"], ["why", "lecture-notes", "input.grad[4,2]"]):
        said = out(*arguments, "--plain")
        assert said.isascii()
        assert "?" not in said


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_an_old_code_page_gets_ascii(encoding: str) -> None:
    for arguments in (
        ["show", "lecture-notes"],
        ["why", "lecture-notes", "input.grad[4,2]"],
        ["show", "lecture-notes", "dense[1]", "--format", "markdown"],
    ):
        ended = walkthrough(*arguments, PYTHONIOENCODING=encoding)
        assert ended.returncode == 0
        assert ended.stderr == b""
        assert ended.stdout.isascii()
        assert b"?" not in ended.stdout


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_the_list_on_an_old_code_page(encoding: str) -> None:
    ended = walkthrough("list", PYTHONIOENCODING=encoding)
    assert ended.returncode == 0
    assert ended.stderr == b""
    assert "lecture-notes" in ended.stdout.decode(encoding)


def test_json_stays_json_on_an_old_code_page() -> None:
    """A formula must not be damaged: z? = x??k?? is of no use to anybody."""
    ended = walkthrough("show", "lecture-notes", "conv[1,1]", "--json", PYTHONIOENCODING="cp1252")
    assert ended.returncode == 0
    document = json.loads(ended.stdout.decode("cp1252"))
    assert document["steps"][0]["formula"].startswith("z₁₁ = x₁₁k₁₁ + ")


LONG = [["show", "lenet", "conv2"], ["show", "lecture-notes", "--json"], ["list"]]


@pytest.mark.parametrize("arguments", LONG, ids=" ".join)
def test_a_reader_that_has_seen_enough(arguments: list[str]) -> None:
    """`walkthrough … | head -1` ends without a word of complaint."""
    process = subprocess.Popen(
        [sys.executable, "-m", "walkthrough", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=60)
    assert said == b""


def test_interrupted() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "walkthrough", "show", "lenet"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in said


# --- hostile cases ---

LAYER = '\n[[layers]]\ntype = "relu"\n'
SEVENS = "7" * 1_000_000
DRAWN = 'random = "normal", seed = 1'
HOSTILE = {
    "an exponent": '[input]\nvalues = "1e999999999"' + LAYER,
    "a negative exponent": '[input]\nvalues = "1e-999999999"' + LAYER,
    "a bare exponent": "[input]\nvalues = [1e999999999]" + LAYER,
    "a million digits": f'[input]\nvalues = "{SEVENS}"' + LAYER,
    "a million bare digits": f"[input]\nvalues = [{SEVENS}]" + LAYER,
    "8 GB": f"[input]\nvalues = {{ {DRAWN}, shape = [1000, 1000, 1000] }}" + LAYER,
    "a huge extent": f"[input]\nvalues = {{ {DRAWN}, shape = [99999999999999] }}" + LAYER,
    "wide padding": '[input]\nvalues = "1"\n[[layers]]\ntype = "conv2d"\nkernel = "1"\npadding = 999999999',
    "a wide window": '[input]\nvalues = "1"\n[[layers]]\ntype = "max_pool2d"\nsize = 99999999999999999999',
    "a device": '[input]\nvalues = { file = "/dev/zero" }' + LAYER,
    "python": "[input]\nvalues = \"__import__('os').system('true')\"" + LAYER,
    "deep nesting": "[input]\nvalues = " + "[" * 5000 + "1" + "]" * 5000 + LAYER,
    "a null byte": 'title = "a\x00b"' + LAYER,
    "no layer": '[input]\nvalues = "1"',
    "a worksheet": 'case = "lecture-notes"\n[claims]\n"dense" = "1"',
    "division by zero": '[input]\nvalues = "1/0"' + LAYER,
    "not a number": "[input]\nvalues = [nan, inf]" + LAYER,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_cases_are_refused_quickly(here: Here, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "hostile.toml"
    file.write_text(HOSTILE[kind], encoding="utf-8")
    began = time.monotonic()
    said = assert_refused(here("show", str(file)))
    assert time.monotonic() - began < QUICK
    assert len(said) < 2000
    assert "hostile.toml" in said


def test_a_hostile_case_from_standard_input() -> None:
    began = time.monotonic()
    assert "standard input" in refused("show", "-", stdin=HOSTILE["a million digits"])
    assert time.monotonic() - began < QUICK


EVIL = "\\u001b[31mred\\u001b]0;owned\\u0007 \\u202e \\u009b2J \\r over \\n line"


@pytest.mark.parametrize("options", [[], ["--format", "markdown"], ["--json"], ["--plain"]], ids=" ".join)
def test_control_characters_never_reach_the_terminal(here: Here, options: list[str], tmp_path: Path) -> None:
    file = tmp_path / "evil.toml"
    file.write_text(f'title = "{EVIL}"\nsource = "{EVIL}"\n[input]\nvalues = "1"' + LAYER, encoding="utf-8")
    _, said, _ = here("show", str(file), *options)
    assert "red" in said
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", said)


def test_control_characters_in_a_message_are_escaped(here: Here, tmp_path: Path) -> None:
    file = tmp_path / "evil.toml"
    file.write_text('"\\u001b[31m" = 1\n[input]\nvalues = "\\u001b[2J"' + LAYER, encoding="utf-8")
    for arguments in (
        ["show", str(file)],
        ["show", "\x1b[31mcase"],
        ["show", "lecture-notes", "\x1b[31mcell"],
        ["why", "lecture-notes", "\x1b[31m[1]"],
        ["show", "lecture-notes", "--arithmetic", "\x1b[31m"],
        ["show", "lecture-notes", "-o", str(tmp_path / "\x1b[31m" / "page.txt")],
        ["\x1b[31m"],
        ["show", "lecture-notes", "--\x1b[31m"],
        ["show", "lecture-notes", "--format", "\x1b[31m"],
    ):
        assert ESCAPE not in assert_refused(here(*arguments)), arguments


def test_markup_in_a_title_is_literal(here: Here, tmp_path: Path) -> None:
    file = tmp_path / "markup.toml"
    file.write_text('title = "[bold]a_b*c*[/bold] <b>"\n[input]\nvalues = "1"' + LAYER, encoding="utf-8")
    assert here("show", str(file))[1].startswith("[bold]a_b*c*[/bold] <b>\n")
    markdown = here("show", str(file), "--format", "markdown")[1].splitlines()[0]
    assert markdown.replace("\\", "") == "# [bold]a_b*c*[/bold] <b>"
    for mark in ("\\*", "\\_", "\\[", "\\<"):
        assert mark in markdown
