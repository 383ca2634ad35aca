"""Opening what a name stands for: a case, or a step of a training, `run.npz#137`.

So a step can be named wherever a case can: on the command line, on worksheets, from Python.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from walkthrough.case import load as load_case
from walkthrough.training.refusal import NoSuchStep
from walkthrough.training.runs.step_names import is_run, parts

if TYPE_CHECKING:
    from walkthrough.case import Case


def load(name_or_path: str | Path) -> Case:
    """The case of a shipped name, at a path, or a step of a training: `run.npz#137`; raises CaseError."""
    name = str(name_or_path)
    step = parts(name)
    if step is not None:
        from walkthrough.training.runs.opened_steps import opened

        return opened(Path(step[0]), step[1]).case
    if not is_run(name):
        return load_case(name_or_path)
    from walkthrough.training.runs.run_files import read_run

    last = read_run(Path(name), 0).steps
    raise NoSuchStep(f"{name}: is a training; say which of its steps, --step 1 to {last}, or {name}#{last}")
