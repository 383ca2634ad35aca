"""How well one slip is told: every slip of the table on small networks, worked out by NumPy alone.

python tests/benchmarks/slips.py [NETWORKS]
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.slips.told_slips import counted


def main() -> None:
    """Prints the shares, and what was missed."""
    networks = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    counts, missed = counted(range(networks))
    for seed, told in missed:
        slip = told.slipped
        cell, written = next(iter(slip.wrong.items()))
        said = [each.slip for _, marked in told.wrong[:1] for each in marked.slips]
        how = "" if told.blamed else ", not blamed"
        print(f"network {seed}: {slip.word} in {slip.tensor}{list(cell)} = {written}{how}: {said}")
    print(f"{counts['slips']} slips, {counts['blamed'] / counts['slips']:.1%} blamed, and nothing else")
    print(
        f"of {counts['telling']} with three digits: {counts['named'] / counts['telling']:.1%} named, "
        f"{counts['first'] / counts['telling']:.1%} first"
    )


if __name__ == "__main__":
    main()
