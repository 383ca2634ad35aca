"""How fast the stepper answers, on a real terminal: from the key to the end of the painted frame.

    python tests/benchmarks/stepping.py [--presses 200]

A pseudo-terminal plays the terminal and says that it can paint whole frames at once, so that the program
marks the end of each. Prints the median and the worst of so many key presses on lecture-notes and lenet, the
first screen beside `import numpy, textual.app`, and an edit on lenet.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import random
import select
import signal
import statistics
import struct
import subprocess
import sys
import termios
import time

_FRAME = b"\x1b[?2026l"
_ASKED = b"\x1b[?2026$p"
_ANSWER = b"\x1b[?2026;2$y"
_KEYS = {
    "right": b"\x1b[C", "left": b"\x1b[D", "down": b"\x1b[B", "up": b"\x1b[A", "page down": b"\x1b[6~",
    "page up": b"\x1b[5~", "home": b"\x1b[H", "end": b"\x1b[F", "enter": b"\r", "escape": b"\x1b",
}  # fmt: skip
_WALK = ["right"] * 14 + ["enter"] + ["right"] * 3 + ["left", "down", "up", "page down", "right", "down"]


class Terminal:
    """A program on a pseudo-terminal of this size."""

    def __init__(self, command: list[str], columns: int, rows: int) -> None:
        self.began = time.perf_counter()
        self.child, self.file = pty.fork()
        if not self.child:
            os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.execv(command[0], command)
        fcntl.ioctl(self.file, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.seen = b""

    def until(self, wanted: bytes, seconds: float = 30.0) -> float:
        """Reads until this has come, and says when it did."""
        ends = time.perf_counter() + seconds
        while wanted not in self.seen:
            ready, _, _ = select.select([self.file], [], [], max(ends - time.perf_counter(), 0))
            if not ready:
                raise TimeoutError(f"{wanted!r} did not come")
            self._read()
        at = time.perf_counter()
        self.seen = self.seen[self.seen.index(wanted) + len(wanted) :]
        return at

    def _read(self) -> None:
        text = os.read(self.file, 65_536)
        if _ASKED in text:
            os.write(self.file, _ANSWER)
        self.seen += text

    def settle(self, quiet: float) -> None:
        """Reads until nothing has come for a while, or until it has been long enough."""
        ends = time.perf_counter() + 10 * quiet + 1
        while time.perf_counter() < ends and select.select([self.file], [], [], quiet)[0]:
            self._read()
        self.seen = b""

    def press(self, keys: bytes, quiet: float = 0.06) -> float:
        """Seconds from a key to the end of the frame that answers it."""
        self.settle(quiet)
        began = time.perf_counter()
        os.write(self.file, keys)
        return self.until(_FRAME) - began

    def end(self) -> None:
        """Ends it."""
        os.kill(self.child, signal.SIGTERM)
        os.waitpid(self.child, 0)
        os.close(self.file)


def stepper(case: str, columns: int, rows: int) -> Terminal:
    """The stepper with a case."""
    return Terminal([sys.executable, "-m", "walkthrough", "step", case], columns, rows)


def first_screen(case: str, title: bytes, times: int) -> float:
    """Seconds from the start until the first screen is painted: the best of a few."""
    found = []
    for _ in range(times):
        terminal = stepper(case, 80, 24)
        terminal.until(title)
        found.append(terminal.until(_FRAME) - terminal.began)
        terminal.end()
    return min(found)


def imports(times: int) -> float:
    """Seconds that the two libraries alone take."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import numpy, textual.app"], check=True)
        found.append(time.perf_counter() - began)
    return min(found)


def presses(case: str, count: int, columns: int, rows: int) -> list[tuple[float, str]]:
    """The seconds of so many key presses, the slowest last; places all over the case are jumped to."""
    terminal = stepper(case, columns, rows)
    terminal.until(_FRAME)
    terminal.settle(4.0)  # the witnesses work in a process of their own, but there are few processors
    chance = random.Random(1)
    found = []
    for number in range(count):
        key = chance.choice(_WALK)
        if number % 60 == 59:
            key = "home"
        found.append((terminal.press(_KEYS[key]), key))
    terminal.end()
    return sorted(found)


def edit() -> list[float]:
    """The seconds of some edits on lenet, from Enter to the painted screen."""
    terminal = stepper("lenet", 80, 24)
    terminal.until(_FRAME)
    terminal.settle(4.0)
    found = []
    for cell in (
        "input[14,14]",
        "conv1.kernel[2,1,3,3]",
        "dense1.weight[5,6]",
        "dense3.bias[4]",
        "input[1,1]",
    ):
        terminal.press(b"e")
        terminal.press(f"{cell} = 0.625".encode())
        terminal.settle(0.5)
        began = time.perf_counter()
        os.write(terminal.file, b"\r")
        terminal.until(b"what if:")
        found.append(terminal.until(_FRAME) - began)
        terminal.settle(1.0)
    terminal.end()
    return found


def main() -> None:
    """All numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presses", type=int, default=200)
    parser.add_argument("--times", type=int, default=5)
    asked = parser.parse_args()
    count, times = asked.presses, asked.times
    base = imports(times)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"import numpy, textual.app      {base:6.3f} s")
    for case, title in (("lecture-notes", b"One 3"), ("lenet", b"LeNet-5")):
        seconds = first_screen(case, title, times)
        print(f"first screen of {case:14} {seconds:6.3f} s   {seconds / base:4.2f} times")
    for case, columns, rows in (
        ("lecture-notes", 80, 24),
        ("lecture-notes", 160, 50),
        ("lenet", 80, 24),
        ("lenet", 160, 50),
    ):
        found = presses(case, count, columns, rows)
        median = statistics.median(seconds for seconds, _ in found)
        worst = ", ".join(f"{1000 * seconds:.0f} ({key})" for seconds, key in found[:-4:-1])
        print(f"{count} keys on {case} {columns}×{rows}: median {1000 * median:.0f} ms, worst {worst}")
    print("edits on lenet: " + ", ".join(f"{1000 * seconds:.0f} ms" for seconds in edit()))


if __name__ == "__main__":
    main()
