"""Finding a case: a shipped one by name, any other by its path, or from standard input."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from walkthrough.case.case import Case
from walkthrough.case.reading import read_text
from walkthrough.case.shipped import shipped_paths
from walkthrough.case.tables.source import LARGEST_FILE, decoded
from walkthrough.words.messages import suggestion
from walkthrough.words.problems import CaseError, Problem


def load(name_or_path: str | Path) -> Case:
    """The case of a shipped name, at a path, or from standard input for `-`; raises CaseError."""
    if str(name_or_path) == "-":
        return read_text(_standard_input(), "standard-input", "standard input", Path(), None)
    path = _path(name_or_path)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise CaseError([Problem(str(path), None, "", f"cannot be read: {said}")]) from None
    return read_text(decoded(content, str(path)), path.stem, str(path), path.parent, path)


def _standard_input() -> str:
    # a program that was started without one, or with it closed, has None here
    if sys.stdin is None or sys.stdin.closed:
        raise CaseError([Problem("standard input", None, "", "is closed; there is no case to read")])
    return decoded(sys.stdin.buffer.read(LARGEST_FILE + 1), "standard input")


def _path(name_or_path: str | Path) -> Path:
    name = str(name_or_path)
    separators = {"/", os.sep, os.altsep or os.sep}
    if isinstance(name_or_path, Path) or name.endswith(".toml") or any(each in name for each in separators):
        return Path(name)
    shipped = shipped_paths()
    if name in shipped:
        return shipped[name]
    try:
        if Path(name).is_file():
            return Path(name)
    except (OSError, ValueError):
        pass  # a name that no file can have
    said = f"is neither a shipped case nor a file; {suggestion(name, shipped)}"
    raise CaseError([Problem(name, None, "", said)])
