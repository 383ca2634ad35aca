"""The witnesses at work beside the screen: in a process of their own, so that no key has to wait for them.

The child reads a case on its standard input and says what each witness found, a line of JSON each.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Verified:
    """What the witnesses have said so far; `ended` once they have said all, `failed` if they could not."""

    checks: dict[str, list[tuple[str, int, bool, bool]]] = field(default_factory=dict)
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
    """A child process that verifies a case; `told` is called whenever it has said something."""

    def __init__(self, told: Callable[[], None]) -> None:
        self.verified = Verified()
        self._told = told
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, toml: str, folder: Path, arithmetic: str) -> None:
        """Begins with a case, and forgets the one before."""
        self.stop()
        task = asyncio.get_running_loop().create_task(self._follow(toml, folder, arithmetic))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        """No more of it: the child is ended too."""
        for task in self._tasks:
            task.cancel()
        self.verified = Verified()

    async def close(self) -> None:
        """No more of it, and no child left behind."""
        self.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _follow(self, toml: str, folder: Path, arithmetic: str) -> None:
        verified = self.verified
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "walkthrough.stepper.verifying", str(folder), arithmetic),
            stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(toml.encode())
            child.stdin.close()
            while line := await child.stdout.readline():
                tensor, witness, cells, agrees, exactly = json.loads(line)
                verified.checks.setdefault(tensor, []).append((witness, cells, agrees, exactly))
                self._told()
            verified.ended = await child.wait() == 0
        except (OSError, ValueError):
            return
        finally:
            if child.returncode is None:
                child.kill()
                await child.communicate()
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
