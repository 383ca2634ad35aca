"""The README's commands run as they are printed, and its Python says what it says it does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("walkthrough")]


def test_commands_run_as_printed(tmp_path: Path) -> None:
    """One after the other in one folder, as a newcomer would type them."""
    assert len(COMMANDS) > 15
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for command in COMMANDS:
        ended = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ended.returncode == 0, f"{command}\n{ended.stderr}"
        assert "Traceback" not in ended.stderr
    assert (tmp_path / "mine.toml").exists()
    assert (tmp_path / "four-by-four.json").exists()


def test_excerpt_is_what_is_printed() -> None:
    """Every line of working in the excerpt stands on the page."""
    ended = subprocess.run(
        [sys.executable, "-m", "walkthrough", "show", "lecture-notes"],
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    page = ended.stdout.splitlines()
    excerpt = [line for line in blocks("text")[0].splitlines() if line.strip()]
    assert len(excerpt) > 12
    for line in excerpt:
        assert line in page, line


def test_python_says_what_it_does() -> None:
    """Each `expression  # value` of the Python block."""
    (block,) = blocks("python")
    names: dict[str, object] = {}
    checked = 0
    for line in block.splitlines():
        match = re.fullmatch(r"(\w.*?)\s+# ('.*')", line)
        if match:
            assert repr(eval(match[1], names)) == match[2]  # our own README, not anybody's input
            checked += 1
        else:
            exec(line, names)
    assert checked == 3


def test_case_in_the_readme_is_a_case() -> None:
    from walkthrough import replay
    from walkthrough.case import read_case

    text = next(block for block in blocks("toml") if "[[layers]]" in block)
    assert replay(read_case(text)).value("dense[1]") == "-1"  # 0.1·3 − 0.3·5 + 0.2·(−3) + 0.4·2


@pytest.mark.parametrize("name", ["walkthrough show lecture-notes", "python -m pytest"])
def test_two_commands_for_a_fresh_machine(name: str) -> None:
    lines = [
        line for block in blocks("sh") for line in block.splitlines() if line.startswith("python3 -m venv")
    ]
    assert len(lines) == 2
    assert any(name in line for line in lines)
