"""Opening what a name stands for: a case, or a step of a training, `run.npz#137`.

So a step can be named wherever a case can: on the command line, on worksheets, from Python.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from walkthrough.case import load as load_case
from walkthrough.training.refusal import NoSuchStep

if TYPE_CHECKING:
    from walkthrough.case import Case

_STEP = re.compile(r"(?P<file>.+\.npz)#(?P<step>[0-9]{1,12})", re.DOTALL)


def load(name_or_path: str | Path) -> Case:
    """The case of a shipped name, at a path, or a step of a training: `run.npz#137`; raises CaseError."""
    name = str(name_or_path)
    match = _STEP.fullmatch(name)
    if match is None and not is_run(name):
        return load_case(name_or_path)
    if match is None:
        from walkthrough.training.run_files import read_run

        last = read_run(Path(name), 0).steps
        raise NoSuchStep(
            f"{name}: is a training; say which of its steps, --step 1 to {last}, or {name}#{last}"
        )
    from walkthrough.training.opened_steps import opened

    return opened(Path(match["file"]), int(match["step"])).case


def is_run(name: str) -> bool:
    """Whether a name is that of a training's file."""
    return name.endswith(".npz")


def is_step(name: str) -> bool:
    """Whether a name is that of a step of a training."""
    return _STEP.fullmatch(name) is not None


def file_of(name: str) -> str:
    """The file that a name stands for: of a step, that of its training."""
    match = _STEP.fullmatch(name)
    return name if match is None else match["file"]


def step_name(run: str, step: int) -> str:
    """The name of a step of a training."""
    return f"{run}#{step}"
