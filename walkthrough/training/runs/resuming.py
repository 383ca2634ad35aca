"""Going on with a training that was saved: only with the same case and the same data."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from walkthrough.training.refusal import NoRun
from walkthrough.training.runs.opened_steps import fitting
from walkthrough.training.runs.run import Lessons, RunRecord
from walkthrough.training.runs.run_files import read_run


def resumed(lessons: Lessons, path: Path) -> RunRecord:
    """The record in a file, if it is of this very training; raises NoRun."""
    record = read_run(path)
    try:
        trained = _without_epochs(tomllib.loads(record.toml))
    except (tomllib.TOMLDecodeError, ValueError, RecursionError):
        raise NoRun(f"{path}: the case in it cannot be read") from None
    if trained != _without_epochs(tomllib.loads(lessons.case.toml)):
        said = "is the training of another case, or of this one before it was changed; use another file"
        raise NoRun(f"{path}: {said}")
    if record.data != lessons.fingerprint:
        raise NoRun(f"{path}: the data are no longer those that it was trained on; use another file")
    if record.steps not in record.checkpoints:
        raise NoRun(f"{path}: its last step blew up, and there is no going on from there")
    checkpoints = {step: fitting(lessons, tensors, path) for step, tensors in record.checkpoints.items()}
    return RunRecord(record.toml, record.name, record.folder, record.data, record.losses, checkpoints)


def _without_epochs(table: dict[str, Any]) -> dict[str, Any]:
    """The case without how often its data are gone through, which may be changed to go on for longer."""
    training = table.get("training")
    if not isinstance(training, dict):
        return table
    return {**table, "training": {key: each for key, each in training.items() if key != "epochs"}}
