"""How long commands take beside importing what they stand on, side by side in one run.

    python tests/benchmarks/commands.py

Prints ratios; asserts nothing.
"""

from __future__ import annotations

import subprocess
import sys
import time

PAIRS = [
    (["show", "lecture-notes"], "import numpy, sympy, rich.console"),
    (["show", "lecture-notes", "conv[2,3]"], "import numpy, rich.console"),
    (["--help"], "import click"),
]


def spent(arguments: list[str]) -> float:
    """The time of one fresh interpreter, in seconds."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Print a ratio for each command: the shortest of nine runs, taken in turn."""
    for command, imports in PAIRS:
        own, reference = [], []
        for _ in range(9):
            own.append(spent(["-m", "walkthrough", *command]))
            reference.append(spent(["-c", imports]))
        ratio = min(own) / min(reference)
        print(f"{' '.join(command):<30} {min(own):6.3f} s   {ratio:5.2f} × python -c '{imports}'")


if __name__ == "__main__":
    main()
