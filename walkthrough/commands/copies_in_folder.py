"""A folder of new files: all of them are new, or none is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from walkthrough.commands.files import CannotWrite, write_file
from walkthrough.words.messages import shortened


def refuse_taken(names: Iterable[str], folder: Path) -> None:
    """Raises CannotWrite if one of these files is there already, or the folder is none."""
    said = shortened(str(folder))
    if folder.exists() and not folder.is_dir():
        raise CannotWrite(f"{said} is a file; the copies need a folder")
    there = [name for name in names if (folder / name).exists() or (folder / name).is_symlink()]
    if there:
        more = f" and {len(there) - 1} more" if there[1:] else ""
        raise CannotWrite(f"{said} has {there[0]}{more} already; nothing was written, choose another folder")


def write_new(files: Mapping[str, Iterable[str]], folder: Path, read: Iterable[Path]) -> None:
    """The files, by name, into a folder that is made if it is not there.

    Raises CannotWrite, before anything is written, if one of them is there already.
    """
    refuse_taken(files, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        said = shortened(str(folder))
        raise CannotWrite(f"{said} cannot be made: {problem.strerror or problem}") from None
    for name, pieces in files.items():
        write_file(pieces, folder / name, lambda: read)
