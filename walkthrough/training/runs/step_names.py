"""Names of the steps of a training: `run.npz#137` is a case like others, wherever a case can be named."""

from __future__ import annotations

import re

_STEP = re.compile(r"(?P<file>.+\.npz)#(?P<step>-?[0-9]{1,18})", re.DOTALL)


def is_run(name: str) -> bool:
    """Whether a name is that of a training's file."""
    return name.endswith(".npz")


def step_name(run: str, step: int) -> str:
    """The name of a step of a training."""
    return f"{run}#{step}"


def parts(name: str) -> tuple[str, int] | None:
    """The file and the step in the name of a step; None if it is no such name."""
    match = _STEP.fullmatch(name)
    return None if match is None else (match["file"], int(match["step"]))


def file_of(name: str) -> str:
    """The file that a name stands for: of a step, that of its training."""
    found = parts(name)
    return name if found is None else found[0]
