"""`derive` on the command line: its options, its formats, its refusals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def derive(*arguments: str, columns: int = 80) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"COLUMNS": str(columns), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "walkthrough", "derive", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_an_option_that_a_rule_does_not_know_is_refused() -> None:
    ran = derive("dense-gradient", "--kernel", "3")
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr == ("walkthrough: dense-gradient knows no --kernel; it takes --input, --outputs\n")
    assert derive("--outputs", "3").returncode == 2


def test_sizes_as_in_the_contract() -> None:
    asked = [
        "--input",
        "5x4",
        "--kernel",
        "2x3",
        "--stride",
        "2x1",
        "--padding",
        "1x0",
        "--channels",
        "2",
        "--filters",
        "3",
        "--flip",
    ]
    ran = derive("conv-input-gradient", *asked, "--json")
    assert ran.returncode == 0
    lefts = {line["left"] for line in json.loads(ran.stdout)["lines"]}
    assert "Derivative(L, x[2,5,4])" in lefts
    assert "Derivative(L, x[3,1,1])" not in lefts
    dense = json.loads(derive("dense-gradient", "--input", "4", "--outputs", "2", "--json").stdout)
    assert "Derivative(L, w[2,4])" in {line["left"] for line in dense["lines"]}
    pool = json.loads(derive("average-pool-gradient", "--input", "3x3", "--kernel", "3", "--json").stdout)
    assert {
        "left": "",
        "right": "1/9*g[1,1]",
        "because": "its share in each",
        "proved": True,
        "how": "terms",
    } in (pool["lines"])


def test_plain_is_ascii_and_stays_within_the_width() -> None:
    ran = derive("delta-recursion", "--plain", columns=60)
    assert ran.stdout.isascii()
    assert "?" not in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 60
    listing = derive("--json", "--plain")
    assert {each["rule"] for each in json.loads(listing.stdout)["rules"]} >= {"conv-output", "dense-gradient"}
