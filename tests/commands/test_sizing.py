"""`sizes`: text and JSON, and what other commands say of a case without numbers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "walkthrough", *words]
    return subprocess.run(command, capture_output=True, timeout=120, check=False, text=True, encoding="utf-8")


def test_sizes_need_no_numbers(tmp_path: Path) -> None:
    case = tmp_path / "sizes.toml"
    case.write_text(
        "[input]\nshape = [1, 28, 28]\n[[layers]]\ntype = 'conv2d'\nkernel = { shape = [6, 1, 5, 5] }\n"
        "bias = { shape = [6] }\n[claims]\n'conv.shape' = '6x24x24'\n'conv.parameters' = 150\n"
    )
    text = run("sizes", str(case))
    assert text.returncode == 0
    assert "6·(1·5·5) + 6 = 156" in text.stdout
    assert "r = 1 + (5 − 1)·1 = 5" in text.stdout
    found = json.loads(run("sizes", str(case), "--json").stdout)
    (layer,) = found["layers"]
    assert (layer["shape"], layer["parameters"], layer["multiplications"]) == ([6, 24, 24], 156, 86_400)
    assert (layer["receptive_field"], layer["jump"]) == ([5, 5], [1, 1])
    checked = run("check", str(case))
    assert checked.returncode == 1
    assert "Your 150 is what comes out if the biases are not counted." in checked.stdout
    for command in (["show"], ["why"], ["worksheet"], ["blindspots"]):
        other = run(*command, str(case), *(["conv"] if command == ["why"] else []))
        assert other.returncode == 2
        assert "only its size is given" in other.stderr
        assert len(other.stderr.splitlines()) == 1
