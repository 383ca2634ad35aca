"""The file in which a training is kept: a `.npz` without pickles, whole or not there, read with suspicion.

`format`, `case_toml`, `steps`, `loss` (one for each step), `checkpoint/<step>/<layer>.<role>` after so many
steps, `kept/<step>/<layer>.<role>.<word>` for what an update rule keeps beside them; `case_name`, `folder`
(of the case) and `data` (a fingerprint of what was trained on).
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from walkthrough.case.grids.numpy_files import array_names, opened_archive, read_member, read_words
from walkthrough.case.grids.numpy_files import packed as packed_arrays
from walkthrough.case.tables.source import LARGEST_FILE
from walkthrough.case.tables.values import Misread
from walkthrough.numbers.grid import GridTooLarge
from walkthrough.training.refusal import NoRun
from walkthrough.training.runs.run import RunRecord
from walkthrough.training.runs.vectorised_network import Tensors
from walkthrough.words.messages import shortened

FORMAT = "walkthrough training 1"
LARGEST = 4_000_000_000
"""Bytes of a file."""
MOST_STEPS = 50_000_000
_LONGEST_WORD = 10_000
_GROUPS = ("checkpoint", "kept")


def packed(record: RunRecord) -> bytes:
    """A record as the bytes of a `.npz` file, the same for the same record."""
    arrays: dict[str, Any] = {
        "format": np.array(FORMAT),
        "case_toml": np.array(record.toml),
        "case_name": np.array(record.name),
        "folder": np.array(record.folder),
        "data": np.array(record.data),
        "steps": np.array(record.steps),
        "loss": record.losses,
    }
    for step in sorted(record.checkpoints):
        for name, array in record.checkpoints[step].items():
            arrays[f"{_GROUPS[name.count('.') > 1]}/{step}/{name}"] = array
    return packed_arrays(arrays)


def read_run(path: Path, before: int | None = None) -> RunRecord:
    """The record in a file, with all its checkpoints, or the last one at or before a step; raises NoRun."""
    said = shortened(str(path))
    try:
        if path.is_file() and path.stat().st_size > LARGEST:
            raise NoRun(f"{said}: has over {LARGEST:,} bytes, the most that are read")
        if path.exists() and not path.is_file():
            raise NoRun(f"{said}: is not a file")
        with path.open("rb") as file, opened_archive(file, path.name) as archive:
            return _record(archive, said, before)
    except (Misread, GridTooLarge) as problem:
        raise NoRun(f"{said}: {problem}") from None
    except (OSError, ValueError, KeyError) as problem:
        raise NoRun(f"{said}: cannot be read: {getattr(problem, 'strerror', None) or problem}") from None


def _record(archive: zipfile.ZipFile, said: str, before: int | None) -> RunRecord:
    names = array_names(archive)
    for name in ("format", "case_toml", "case_name", "folder", "data", "steps", "loss"):
        if name not in names:
            raise NoRun(
                f"{said}: is no file of a training: it has no {name}; `train CASE --save` writes them"
            )
    found = _words(archive, "format", _LONGEST_WORD)
    if found != FORMAT:
        raise NoRun(f'{said}: has the format "{shortened(found)}"; expected "{FORMAT}"')
    losses = _losses(archive, said)
    return RunRecord(
        toml=_words(archive, "case_toml", LARGEST_FILE),
        name=_words(archive, "case_name", _LONGEST_WORD),
        folder=_words(archive, "folder", _LONGEST_WORD),
        data=_words(archive, "data", _LONGEST_WORD),
        losses=losses,
        checkpoints=_checkpoints(archive, names, len(losses), said, before),
    )


def _words(archive: zipfile.ZipFile, name: str, most: int) -> str:
    with archive.open(f"{name}.npy") as member:
        return read_words(member, name, most)


def _losses(archive: zipfile.ZipFile, said: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    steps = read_member(archive, "steps", "steps")
    losses = read_member(archive, "loss", "loss", MOST_STEPS, least=0)
    if losses.dtype != np.float64 or losses.ndim != 1 or steps.ndim or int(steps) != len(losses):
        raise NoRun(f"{said}: loss has to be one float64 number for each of its steps")
    return losses


def _checkpoints(
    archive: zipfile.ZipFile, names: list[str], steps: int, said: str, before: int | None
) -> Mapping[int, Tensors]:
    placed: dict[int, list[str]] = {}
    for name in names:
        group, _, rest = name.partition("/")
        step, _, tensor = rest.partition("/")
        if group in _GROUPS and tensor and step.isascii() and step.isdigit() and len(step) < 12:
            if int(step) > steps:
                raise NoRun(f"{said}: has a checkpoint after step {int(step)}, and its last step is {steps}")
            placed.setdefault(int(step), []).append(name)
    if 0 not in placed:
        raise NoRun(f"{said}: has no checkpoint of where the training began")
    if before is not None:
        nearest = max(step for step in placed if step <= before)
        placed = {nearest: placed[nearest]}
    return {step: _tensors(archive, several, said) for step, several in placed.items()}


def _tensors(archive: zipfile.ZipFile, names: list[str], said: str) -> Tensors:
    found: Tensors = {}
    for name in names:
        array = read_member(archive, name, shortened(name))
        if array.dtype != np.float64 or not np.isfinite(array).all():
            raise NoRun(f"{said}: {shortened(name)} has to be finite float64 numbers")
        found[name.split("/", 2)[2]] = array
    return found
