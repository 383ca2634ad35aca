"""The quiz on a real pseudo-terminal: what is painted, how it ends, and what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import sys
import termios

import pexpect
import pytest

LEAVES = "\x1b[?1049l"


def spawn(*arguments: str, **environment: str) -> pexpect.spawn:
    """`walkthrough quiz` on a terminal."""
    settings = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    settings |= {"TERM": "xterm-256color", "COLUMNS": "", "LINES": "", **environment}
    return pexpect.spawn(
        sys.executable, ["-m", "walkthrough", "quiz", *arguments],
        env=settings, dimensions=(24, 80), encoding="utf-8", timeout=30,
    )  # fmt: skip


def ended(child: pexpect.spawn) -> str:
    """All that comes until it has ended."""
    child.expect(pexpect.EOF)
    child.close()
    return child.before


def test_it_asks_marks_and_ends_with_the_counts(tmp_path):
    file = tmp_path / "mine.json"
    child = spawn("four-by-four", "--save", str(file))
    child.expect("an example")
    child.send("\r")
    child.expect_exact("conv[1,2] = ?")
    child.send("1\r")
    child.expect("right")
    assert json.loads(file.read_text())["turns"][0]["tries"][0]["written"] == "1"
    child.send("q\r")
    child.expect_exact(LEAVES)
    rest = ended(child)
    assert child.exitstatus == 0
    assert "1 of 1 right at once" in rest


ENDINGS = {
    "ctrl-c": (lambda child: child.send("\x03"), 130),
    "SIGTERM": (lambda child: child.kill(signal.SIGTERM), 143),
    "SIGHUP": (lambda child: child.kill(signal.SIGHUP), 129),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_terminal_is_restored_however_it_ends(ending):
    child = spawn("max-pooling")
    before = termios.tcgetattr(child.child_fd)[:4]
    child.expect_exact("pool[1] = ?")
    assert termios.tcgetattr(child.child_fd)[:4] != before
    end, status = ENDINGS[ending]
    end(child)
    child.expect_exact(LEAVES)
    rest = ended(child)
    assert child.exitstatus == status
    assert "\x1b[?25h" in rest
    assert "Traceback" not in rest


def test_a_dumb_terminal_is_asked_in_plain_text():
    child = spawn("max-pooling", TERM="dumb")
    child.expect_exact("pool[1] = ?")
    child.sendline("2.5")
    child.expect_exact("wrong: your 2.5 is what comes out if the mean of the window is taken")
    child.expect_exact("pool[1] = ?")
    child.sendline("4")
    child.expect_exact("right")
    child.sendline("q")
    rest = ended(child)
    assert "1 after another try" in rest
    assert "\x1b" not in rest
    assert child.exitstatus == 0


def test_ctrl_c_in_plain_text_is_130():
    child = spawn("max-pooling", "--plain")
    child.expect_exact("pool[1] = ?")
    child.sendintr()
    rest = ended(child)
    assert child.exitstatus == 130
    assert "Traceback" not in rest
