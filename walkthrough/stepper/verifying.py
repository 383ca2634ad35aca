"""The witnesses at work beside the screen: in a process of their own, so that no key has to wait for them.

The child reads a case on its standard input and says what each witness found, a line of JSON each.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Verified:
    """What the witnesses have said so far; `ended` once they have said all, `failed` if they could not."""

    checks: dict[str, tuple[tuple[str, int, bool, bool], ...]] = field(default_factory=dict)
    ended: bool = False

    def said(self, tensor: str) -> str:
        """What they said of a tensor, in a few words."""
        checks = self.checks.get(tensor)
        if checks is None:
            return f"no witness follows {tensor}" if self.ended else "the witnesses are still at work"
        wrong = [witness for witness, _, agrees, _ in checks if not agrees]
        if wrong:
            return f"! the {' and the '.join(wrong)} witness DISAGREES about {tensor}: do not trust it"
        names = ", ".join(witness for witness, *_ in checks)
        cells = checks[0][1]
        exactly = "exactly" if all(exact for *_, exact in checks) else "to all digits compared"
        of = f"{tensor}" if cells == 1 else f"all {cells:,} of {tensor}"
        return f"✓ verified {exactly}: {of} ({names})"


class Witnesses:
    """A child process that verifies a case; `told` is called, by another thread, when it says something."""

    def __init__(self, told: Callable[[], None]) -> None:
        self.verified = Verified()
        self._told = told
        self._reader: _Reader | None = None

    def start(self, toml: str, folder: Path, arithmetic: str) -> None:
        """Begins with a case, and forgets the one before."""
        self.stop()
        self._reader = _Reader(toml, [str(folder), arithmetic], self.verified, self._told)
        self._reader.start()

    def stop(self) -> None:
        """No more of it: the child is ended too."""
        if self._reader is not None:
            self._reader.end()
        self._reader, self.verified = None, Verified()


class _Reader(threading.Thread):
    """Hands the child its case, and notes what it says, until it ends or is ended."""

    def __init__(self, toml: str, arguments: list[str], verified: Verified, told: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._toml, self._arguments = toml, arguments
        self._verified, self._told = verified, told
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._over = False

    def end(self) -> None:
        """Ends the child, or sees to it that none is begun."""
        with self._lock:
            self._over = True
            if self._child is not None:
                self._child.kill()

    def run(self) -> None:
        """The thread."""
        with self._lock:
            if self._over:
                return
            self._child = child = subprocess.Popen(
                [sys.executable, "-m", "walkthrough.stepper.verifying", *self._arguments],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        with child, suppress(OSError, ValueError):
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(self._toml.encode())
            child.stdin.close()
            for line in child.stdout:
                tensor, witness, cells, agrees, exactly = json.loads(line)
                said = self._verified.checks.get(tensor, ())
                self._verified.checks[tensor] = (*said, (witness, cells, agrees, exactly))
                self._tell()
        self._verified.ended = child.returncode == 0
        self._tell()

    def _tell(self) -> None:
        if not self._over:
            self._told()


def main(folder: str, arithmetic: str) -> None:
    """The child: verifies the case on standard input."""
    from dataclasses import replace

    from walkthrough.case.heading import read_arithmetic
    from walkthrough.case.reading import read_text
    from walkthrough.trace.trace import replay
    from walkthrough.trace.verification import Verification

    case = read_text(sys.stdin.buffer.read().decode(), "case", "case", Path(folder), None)
    case = replace(case, arithmetic=read_arithmetic(arithmetic))
    for check in Verification(replay(case)).checks():
        said = [check.tensor, check.witness, check.cells, check.agrees, not check.largest_difference]
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])
