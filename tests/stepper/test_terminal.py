"""The stepper on a real pseudo-terminal: what is painted, how it ends, and what it leaves behind."""

from __future__ import annotations

import os
import signal
import sys
import termios
import time

import pexpect
import pytest

SIZES = ((24, 80), (50, 160))
LEAVES = "\x1b[?1049l"
ENTERS = "\x1b[?1049h"
SHOWS_CURSOR = "\x1b[?25h"


def spawn(*arguments: str, size: tuple[int, int] = SIZES[0], **environment: str) -> pexpect.spawn:
    """`walkthrough step` on a terminal of this size."""
    settings = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    settings |= {"TERM": "xterm-256color", "COLUMNS": "", "LINES": "", **environment}
    return pexpect.spawn(
        sys.executable, ["-m", "walkthrough", "step", *arguments],
        env=settings, dimensions=size, encoding="utf-8", timeout=30,
    )  # fmt: skip


def ended(child: pexpect.spawn) -> str:
    """All that comes until it has ended."""
    child.expect(pexpect.EOF)
    child.close()
    return child.before


def settings(child: pexpect.spawn) -> list[object]:
    """How the terminal takes keys: echo, whole lines, signals."""
    return termios.tcgetattr(child.child_fd)[:4]


@pytest.mark.parametrize("size", SIZES)
def test_it_paints_and_answers_and_ends(size):
    child = spawn("lecture-notes", size=size)
    child.expect("window 1 of 16")
    child.send("\x1b[C")
    child.expect("window.* 2")
    child.send("\x1b[6~")
    child.expect("largest of 2")
    child.send("q")
    assert LEAVES in ended(child)
    assert child.exitstatus == 0


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("case", ["four-by-four", "two-conv-network", "lenet"])
def test_it_begins_where_it_is_asked_to(case, size):
    child = spawn(case, "update" if case != "lenet" else "conv2[3,5,7]", size=size)
    child.expect("update of k" if case != "lenet" else "window 247 of 1,600")
    child.send("q")
    ended(child)
    assert child.exitstatus == 0


ENDINGS = {
    "ctrl-c": (lambda child: child.send("\x03"), 130),
    "q": (lambda child: child.send("q"), 0),
    "SIGTERM": (lambda child: child.kill(signal.SIGTERM), 143),
    "SIGHUP": (lambda child: child.kill(signal.SIGHUP), 129),
    "SIGINT": (lambda child: child.kill(signal.SIGINT), 130),
    "ctrl-c in a question": (lambda child: (child.send("g"), child.expect("go to"), child.send("\x03")), 130),
    "ctrl-c in an overlay": (
        lambda child: (child.send("?"), child.expect("Esc closes"), child.send("\x03")),
        130,
    ),
    "q while why is sought": (lambda child: child.send("wq"), 0),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_terminal_is_restored_however_it_ends(ending):
    child = spawn("lecture-notes")
    before = settings(child)
    child.expect("window 1 of 16")
    assert settings(child) != before
    end, status = ENDINGS[ending]
    end(child)
    child.expect_exact(LEAVES)
    rest = ended(child)
    assert child.exitstatus == status
    assert ENTERS not in rest
    assert SHOWS_CURSOR in rest
    assert "Traceback" not in rest


def test_how_the_terminal_takes_keys_is_as_before():
    """Seen from a shell's side: the settings after the end are those of before the start."""
    child = pexpect.spawn(
        "/bin/sh", encoding="utf-8", timeout=30, env={**os.environ, "TERM": "xterm", "PS1": "$ "}
    )
    child.sendline("stty -a > /dev/null; stty -g; echo one")
    child.expect(r"\n([0-9a-f:]+)\r")
    before = child.match[1]
    child.sendline(f"{sys.executable} -m walkthrough step lecture-notes; echo status=$?; stty -g; echo two")
    child.expect("window 1 of 16")
    child.send("\x03")
    child.expect(r"status=(\d+)")
    assert child.match[1] == "130"
    child.expect(r"\n([0-9a-f:]+)\r")
    assert child.match[1] == before
    child.close()


def test_a_terminal_that_goes_away_ends_it():
    child = spawn("lecture-notes")
    child.expect("window 1 of 16")
    child.ptyproc.fileobj.close()  # hangs up
    ends = time.monotonic() + 20
    while child.ptyproc.isalive() and time.monotonic() < ends:
        time.sleep(0.05)
    assert not child.ptyproc.isalive()


def test_a_failure_is_a_message_and_no_traceback():
    code = (
        "import sys; from walkthrough.stepper.session import Session; "
        "Session._help = lambda self: 1 / 0; sys.argv = ['walkthrough', 'step', 'lecture-notes']; "
        "from walkthrough.cli import main; main()"
    )
    child = pexpect.spawn(
        sys.executable, ["-c", code], env={**os.environ, "TERM": "xterm"}, encoding="utf-8", timeout=30
    )
    child.expect("window 1 of 16")
    child.send("?")
    child.expect_exact(LEAVES)
    rest = ended(child)
    assert child.exitstatus == 2
    assert "this should not have happened" in rest
    assert "Traceback" not in rest


def test_a_dumb_terminal_has_plain_text_on_enter():
    child = spawn("lecture-notes", TERM="dumb")
    child.expect_exact("window 1 of 16, conv[1,1]")
    child.sendline("")
    child.expect_exact("window 2 of 16, conv[1,2]")
    child.sendline("input[2,2] = 7")
    child.expect_exact("changed: it was 255")
    child.sendline("conv[1,1]")
    child.expect_exact("= −227; changed: it was 765")
    child.sendline("conv[9,9]")
    child.expect_exact("lies outside")
    child.sendline("w")
    child.expect_exact("conv[1,1]:")
    child.sendline("q")
    rest = ended(child)
    assert child.exitstatus == 0
    assert "\x1b" not in rest


def test_plain_on_a_terminal_is_ascii_and_ends_at_the_end():
    child = spawn("lecture-notes", "dense.weight.new[4]", "--plain")
    child.expect_exact("number 4 of 4, dense.weight.new[4]")
    child.sendline("")
    child.expect_exact("this was the last line")
    rest = ended(child)
    assert child.exitstatus == 0
    assert (child.before + rest).isascii()


def test_plain_ends_with_130_at_ctrl_c():
    child = spawn("lecture-notes", "--plain")
    child.expect_exact("window 1 of 16")
    child.sendintr()
    ended(child)
    assert child.exitstatus == 130


def test_no_color_paints_no_colour_but_reverse_and_underline():
    child = spawn("lecture-notes", "conv[2,2]", NO_COLOR="1")
    child.expect("window 6 of 16")
    child.expect("quit")
    painted = child.before
    child.send("q")
    ended(child)
    assert "\x1b[38;" not in painted
    assert "\x1b[48;" not in painted
    assert ";7m" in painted or "\x1b[7m" in painted
    assert "\x1b[4m" in painted
