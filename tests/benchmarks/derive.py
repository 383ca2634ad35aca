"""How long a derivation takes beside `import sympy`: whole programs, in turn, in one run.

python tests/benchmarks/derive.py [ROUNDS]
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
DERIVE = (
    "from walkthrough.derivations import AskedSizes, derive_command; "
    "print(derive_command('{word}', AskedSizes(input={input}, kernel={kernel}))[0])"
)
RUNS = {
    "import sympy": ("import sympy", 1),
    "conv-input-gradient 6x6, 3x3": (
        DERIVE.format(word="conv-input-gradient", input=(6, 6), kernel=(3, 3)),
        3,
    ),
    "conv-input-gradient 12x12, 5x5": (
        DERIVE.format(word="conv-input-gradient", input=(12, 12), kernel=(5, 5)),
        6,
    ),
    "conv-kernel-gradient 12x12, 5x5": (
        DERIVE.format(word="conv-kernel-gradient", input=(12, 12), kernel=(5, 5)),
        6,
    ),
    "multi-channel-gradients 6x6, 3x3": (
        DERIVE.format(word="multi-channel-gradients", input=(6, 6), kernel=(3, 3)),
        6,
    ),
    "cross-entropy-gradient": (DERIVE.format(word="cross-entropy-gradient", input=None, kernel=None), 6),
    "delta-recursion": (DERIVE.format(word="delta-recursion", input=None, kernel=None), 6),
}


def seconds(program: str) -> float:
    """One run of a Python program, from its start to its end."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main(rounds: int = 5) -> None:
    """The median of every run, and its ratio to the first."""
    taken: dict[str, list[float]] = {name: [] for name in RUNS}
    for _ in range(rounds):
        for name, (program, _) in RUNS.items():
            taken[name].append(seconds(program))
    unit = median(taken["import sympy"])
    for name, (_, most) in RUNS.items():
        print(f"{name:34}{median(taken[name]):7.2f} s{median(taken[name]) / unit:7.2f} ×   at most {most}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
