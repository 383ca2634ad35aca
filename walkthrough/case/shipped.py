"""Finding cases: the shipped ones by name, any other by its path, or from standard input."""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from walkthrough.case.case import Case
from walkthrough.case.reading import read_text
from walkthrough.case.tables.source import LARGEST_FILE, decoded
from walkthrough.words.messages import one_line, printable, suggestion
from walkthrough.words.problems import CaseError, Problem


class Shipped(NamedTuple):
    """A case that comes with the program."""

    name: str
    title: str
    path: Path


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


def list_shipped() -> list[Shipped]:
    """The cases that come with the program, by name, without reading their numbers."""
    paths = sorted(_shipped_folder().glob("*.toml"), key=lambda path: path.stem)
    return [Shipped(path.stem, _title(path), path) for path in paths]


def as_typed(case: Case) -> str:
    """What to type on a command line for a case: its name if it is shipped, else where it stands."""
    if case.path is None or case.path.parent == _shipped_folder():
        return case.name
    return quote(printable(str(case.path)))


def _shipped_folder() -> Path:
    package = Path(__file__).parent.parent
    installed = package / "shipped"
    # an editable install has the repository's own folder beside the package
    return installed if installed.is_dir() else package.parent / "cases"


def _path(name_or_path: str | Path) -> Path:
    name = str(name_or_path)
    separators = {"/", os.sep, os.altsep or os.sep}
    if isinstance(name_or_path, Path) or name.endswith(".toml") or any(each in name for each in separators):
        return Path(name)
    shipped = [path.stem for path in _shipped_folder().glob("*.toml")]
    if name in shipped:
        return _shipped_folder() / f"{name}.toml"
    try:
        if Path(name).is_file():
            return Path(name)
    except (OSError, ValueError):
        pass  # a name that no file can have
    said = f"is neither a shipped case nor a file; {suggestion(name, sorted(shipped))}"
    raise CaseError([Problem(name, None, "", said)])


def _title(path: Path) -> str:
    """The title, from the lines before the first table."""
    lines = []
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for line in file:
            if line.startswith("["):
                break
            lines.append(line)
    try:
        title = tomllib.loads("".join(lines)).get("title", "")
    except tomllib.TOMLDecodeError:
        title = ""
    return one_line(title) if isinstance(title, str) and title else printable(path.stem)
