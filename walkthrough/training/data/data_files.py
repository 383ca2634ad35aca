"""Samples in a file of one's own: a `.npz` with arrays x and y, or a `.csv` with a row for each sample.

Numbers are taken as they stand. A target is a row of numbers, or a whole number that names a class.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from walkthrough.case.grids.numpy_files import array_names, opened_archive, read_member
from walkthrough.case.tables.values import Misread
from walkthrough.numbers.grid import GridTooLarge
from walkthrough.training.data.data_set import Floats
from walkthrough.training.refusal import NoData
from walkthrough.words.messages import printable, quoted

LARGEST = 500_000_000
"""Bytes of a file."""
MOST_NUMBERS = 60_000_000
"""As many as MNIST has, and some."""
_TARGETS = ("y", "target", "label", "class", "digit")


def read_arrays(path: Path) -> dict[str, Floats]:
    """The arrays x and y (and x_test and y_test, if there are any), samples first; raises NoData."""
    said = printable(str(path))
    try:
        if not path.is_file():
            what = "is not a file" if path.exists() else "is not there"
            raise NoData(f"{said}: {what}; it is looked for in the folder of the case file")
        if path.stat().st_size > LARGEST:
            raise NoData(f"{said}: has over {LARGEST:,} bytes, the most that are read")
        with path.open("rb") as file:
            if path.suffix == ".csv":
                return _from_rows(file.read().decode("utf-8-sig"), said)
            with opened_archive(file, path.name) as archive:
                names = array_names(archive)
                wanted = [name for name in ("x", "y", "x_test", "y_test") if name in names]
                _refuse_missing(said, names)
                several = {name: read_member(archive, name, path.name, MOST_NUMBERS) for name in wanted}
    except (Misread, GridTooLarge) as problem:
        raise NoData(f"{said}: {problem}") from None
    except (OSError, ValueError) as problem:
        raise NoData(f"{said}: cannot be read: {getattr(problem, 'strerror', None) or problem}") from None
    return _checked(said, {name: array.astype(np.float64) for name, array in several.items()})


def _refuse_missing(said: str, names: list[str]) -> None:
    for name in ("x", "y"):
        if name not in names:
            listed = ", ".join(quoted(each) for each in names[:20]) or "none"
            raise NoData(f"{said}: has no array {name}; expected x, the inputs, and y; there are {listed}")
    if ("x_test" in names) != ("y_test" in names):
        raise NoData(f"{said}: has one of x_test and y_test; expected both, or neither")


def _checked(said: str, several: dict[str, Floats]) -> dict[str, Floats]:
    for name, array in several.items():
        if not np.isfinite(array).all():
            raise NoData(f"{said}: {name} has a number that is not finite")
    for x, y in (("x", "y"), ("x_test", "y_test")):
        if x in several and len(several[x]) != len(several[y]):
            inputs, targets = f"{len(several[x])} inputs in {x}", f"{len(several[y])} targets in {y}"
            raise NoData(f"{said}: {inputs} and {targets} do not go together")
    return several


def _from_rows(text: str, said: str) -> dict[str, Floats]:
    """Columns named y, target, label, class or digit (or y1, y2 …) are targets, the others the input."""
    rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    targets = [at for at, name in enumerate(header) if name.rstrip("0123456789_") in _TARGETS]
    if not targets or len(targets) == len(header):
        listed = ", ".join(_TARGETS)
        raise NoData(
            f"{said}:1: expected a first line with a name for each column, of which those named {listed} (or "
            "y1, y2 …) are targets and the others the input"
        )
    if len(rows) < 2:
        raise NoData(f"{said}: has no rows under its first line")
    numbers = np.empty((len(rows) - 1, len(header)))
    for at, row in enumerate(rows[1:]):
        if len(row) != len(header):
            raise NoData(f"{said}: row {at + 2} has {len(row)} cells and the first has {len(header)}")
        for column, cell in enumerate(row):
            numbers[at, column] = _number(cell, f"{said}: row {at + 2}, column {quoted(header[column])}")
    inputs = [at for at in range(len(header)) if at not in targets]
    y = numbers[:, targets]
    return {"x": numbers[:, inputs], "y": y[:, 0] if len(targets) == 1 else y}


def _number(cell: str, where: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        raise NoData(f"{where}: found {quoted(cell)}; expected a number") from None
    if not np.isfinite(number):
        raise NoData(f"{where}: found {quoted(cell)}; expected a finite number")
    return number
