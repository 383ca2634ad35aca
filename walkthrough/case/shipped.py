"""The cases that come with the program: their names and titles, without their numbers."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from walkthrough.words.messages import one_line, printable

if TYPE_CHECKING:
    from walkthrough.case.case import Case


class Shipped(NamedTuple):
    """A case that comes with the program."""

    name: str
    title: str
    path: Path


def list_shipped() -> list[Shipped]:
    """The cases that come with the program, by name, without reading their numbers."""
    return [Shipped(name, _title(path), path) for name, path in shipped_paths().items()]


def shipped_paths() -> dict[str, Path]:
    """Their files by their names, in the order of these."""
    paths = {path.stem: path for path in _shipped_folder().glob("*.toml")}
    return dict(sorted(paths.items()))


def as_typed(case: Case) -> str:
    """What to type on a command line for a case: its name if it is shipped, else where it stands."""
    if case.path is None or case.path.parent == _shipped_folder():
        return case.name
    from shlex import quote

    return quote(printable(str(case.path)))


def _shipped_folder() -> Path:
    package = Path(__file__).parent.parent
    installed = package / "shipped"
    # an editable install has the repository's own folder beside the package
    return installed if installed.is_dir() else package.parent / "cases"


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
