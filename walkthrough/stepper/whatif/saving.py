"""A changed case as a new file: the text of the old one, with the changed numbers in their places."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from walkthrough.case import Case, CaseError
from walkthrough.case.reading import read_text
from walkthrough.stepper.places.opened import Opened
from walkthrough.stepper.whatif.changes import CaseChange
from walkthrough.stepper.whatif.places import Grids, grids_of
from walkthrough.stepper.whatif.text import CannotPlace, with_files, with_grids
from walkthrough.words.messages import one_line, quoted


class CannotSave(OSError):
    """A name that cannot be used, or a file that cannot be written; str() says why."""


def saved_text(opened: Opened, changes: tuple[CaseChange, ...], folder: Path) -> str:
    """The case as the text of a file in this folder: comments stay, changed numbers stand where they stood.

    Raises CannotSave where reading the text again would not give the changed case.
    """
    case = opened.case
    last: dict[tuple[str, tuple[int, ...]], CaseChange] = {(c.ref.tensor, c.ref.cell): c for c in changes}
    said = ", ".join(f"{opened.name(change.ref)} = {change.number.shown}" for change in last.values())
    grids: Mapping[str, Grids] = grids_of(opened, tuple(last.values()))
    try:
        text = with_files(case.toml, case.path.parent if case.path else Path(), folder)
        text = with_grids(text, grids)
    except CannotPlace as problem:
        raise CannotSave(str(problem)) from None
    if said:
        text = f"# what if, from {one_line(case.name)}: {one_line(said)[:200]}\n{text}"
    _refuse_another(case, text, folder)
    return text


def _refuse_another(case: Case, text: str, folder: Path) -> None:
    """What has been put together is read once more, and must be the case that is on the screen."""
    try:
        again = read_text(text, case.name, case.name, folder, None)
    except CaseError as problem:
        raise CannotSave(f"the changed case cannot be written as a file: {problem}") from None
    same = (again.samples, again.layers, again.loss, again.learning_rate, again.conventions) == (
        case.samples,
        case.layers,
        case.loss,
        case.learning_rate,
        case.conventions,
    )
    if not same:
        raise CannotSave("the changed case cannot be written as a file that gives the same numbers")


def save(opened: Opened, changes: tuple[CaseChange, ...], name: str) -> Path:
    """Writes the changed case: whole or not at all, and never over a file that is there.

    `name` is relative to the current folder; `.toml` is added. Raises CannotSave.
    """
    name = name.strip()
    if not name or "\0" in name:
        raise CannotSave("a file needs a name")
    path = Path(name).expanduser()
    if path.suffix.lower() != ".toml":
        path = path.with_name(path.name + ".toml")
    if os.path.lexists(path):
        raise CannotSave(f"{quoted(str(path))} is there already; choose another name")
    if not path.parent.is_dir():
        raise CannotSave(f"there is no folder {quoted(str(path.parent))}")
    text = saved_text(opened, changes, path.parent)
    try:
        _write(path, text)
    except FileExistsError:
        raise CannotSave(f"{quoted(str(path))} is there already; choose another name") from None
    except OSError as problem:
        raise CannotSave(f"{quoted(str(path))} cannot be written: {problem.strerror or problem}") from None
    return path


def _write(path: Path, text: str) -> None:
    """A file beside it, which takes the name only if nothing has it."""
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".walkthrough.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as target:
            target.write(text)
            target.flush()
            os.fsync(target.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(beside, 0o666 & ~mask)
        try:
            os.link(beside, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            with open(path, "x", encoding="utf-8", newline="\n") as target:
                target.write(text)
    finally:
        Path(beside).unlink(missing_ok=True)
