"""What commands take in this checkout beside another one: whole programs, in turn, in one run.

    python tests/benchmarks/before_and_after.py ANOTHER_CHECKOUT [ROUNDS [WORD]]

Prints the processor time of each and the ratio of the two, the shortest of all rounds; WORD picks the
commands that it stands in. Asserts nothing.
"""

from __future__ import annotations

import compileall
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
SHEET = """
case = "lecture-notes"

[claims]
"conv" = "765 -510 765 255; 1020 0 1275 1020; 765 -255 1020 ?; 0 0 1275 -255"
"dense" = "{dense}"
"sigmoid" = "0.92757"
"dense.weight.new[1,1]" = "-94.59"
"""
COMMANDS = [
    "",
    "--help",
    "list",
    "show lecture-notes conv[2,3]",
    "show lecture-notes",
    "show sigmoid-network",
    "show two-conv-network",
    "show two-conv-network --json",
    "show lenet -o {folder}/page.txt",
    "why lecture-notes conv[2,3]",
    "why two-conv-network loss",
    "check {folder}/right.toml",
    "check {folder}/wrong.toml",
    "derive",
    "derive conv-output",
    "derive conv-kernel-gradient",
    "derive conv-input-gradient",
    "derive conv-input-gradient --input 12 --kernel 5",
    "derive multi-channel-gradients",
    "derive max-pool-gradient",
    "derive sigmoid-derivative",
    "derive softmax-jacobian",
    "derive cross-entropy-gradient",
    "derive delta-recursion",
    "derive sigmoid-network",
]


def spent(checkout: Path, command: str) -> float:
    """The processor time of one fresh program, in seconds."""
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    program = [sys.executable, "-m", "walkthrough", *command.split()]
    child = os.fork()
    if child == 0:  # a pool of its own for each: what the children of this program took is told of all
        os.chdir(checkout)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os.execve(sys.executable, program, environment)
    used = os.wait4(child, 0)[2]
    return used.ru_utime + used.ru_stime


def main(other: Path, rounds: int = 7, word: str = "") -> None:
    """A line for each command."""
    for checkout in (other, HERE):
        compileall.compile_dir(checkout / "walkthrough", quiet=1)
    print(f"{'':<62}{'before':>9}{'after':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for name, dense in (("right", "2.55"), ("wrong", "-2.55")):
            Path(folder, f"{name}.toml").write_text(SHEET.format(dense=dense))
        for command in (each for each in COMMANDS if word in each):
            typed = command.format(folder=folder)
            times = [(spent(other, typed), spent(HERE, typed)) for _ in range(rounds)]
            before, after = (min(each) for each in zip(*times, strict=True))
            said = command.replace("{folder}/", "")
            print(
                f"{'walkthrough ' + said:<50}{before:7.3f} s{after:7.3f} s{after / before:7.2f} ×", flush=True
            )


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main(Path(sys.argv[1]).resolve(), *map(int, sys.argv[2:3]), *sys.argv[3:4])
