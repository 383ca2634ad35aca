"""A case: one worked example, with its numbers, its layers, its loss, and what its source claims."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from walkthrough.layers import Conventions
from walkthrough.losses import Loss
from walkthrough.notation import Shape
from walkthrough.numbers.written import Written
from walkthrough.problems import CaseError, Problem
from walkthrough.reading.claims import Claim, read_claims
from walkthrough.reading.grids import exact
from walkthrough.reading.heading import (
    Arithmetic,
    read_arithmetic,
    read_conventions,
    read_training,
    read_words,
)
from walkthrough.reading.layers import NamedLayer, output_shapes, read_layers, read_loss
from walkthrough.reading.reader import Reader
from walkthrough.reading.samples import Sample, fit, read_samples
from walkthrough.reading.source import LARGEST_FILE, Source, decoded
from walkthrough.wording import one_line, printable, quoted, suggestion

__all__ = [
    "Arithmetic",
    "Case",
    "CaseError",
    "Claim",
    "NamedLayer",
    "Sample",
    "Shipped",
    "list_shipped",
    "load",
    "read_case",
]

_KEYS = (
    "title",
    "source",
    "arithmetic",
    "learning_rate",
    "conventions",
    "input",
    "samples",
    "layers",
    "loss",
    "claims",
    "formulas",
    "training",
)


@dataclass(frozen=True)
class Case:
    """One worked example, read and validated.

    `samples` is empty if it is trained on other data; `batch` says that they were written as
    `[[samples]]`. `claims`, `formulas` and `training` are as they stand in the file. `title` and
    `source` are on one line and printable; `toml` is the whole file, unchanged.
    """

    name: str
    title: str
    source: str
    arithmetic: Arithmetic
    learning_rate: Written | None
    conventions: Conventions
    samples: tuple[Sample, ...]
    batch: bool
    layers: tuple[NamedLayer, ...]
    loss: Loss | None
    loss_type: str
    claims: tuple[Claim, ...] = field(hash=False)
    training: Mapping[str, Any] | None = field(hash=False)
    path: Path | None
    toml: str = field(repr=False)
    formulas: tuple[Claim, ...] = field(default=(), hash=False)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that it was read from: its own, and those of its grids."""
        if self.path is None:
            return ()
        named = _named_files(tomllib.loads(self.toml))
        return (self.path, *(self.path.parent / name for name in named))

    def output_shapes(self, shape: Shape | None = None) -> tuple[Shape, ...]:
        """What comes out of each layer, for an input of this shape (the first sample's, if none is given).

        Raises LayerDoesNotFit, a ValueError.
        """
        return tuple(output_shapes(self.layers, self.samples[0].input.shape if shape is None else shape))


def _named_files(value: Any) -> Iterator[str]:
    """Every `file = …` in a case, wherever it stands."""
    if isinstance(value, dict):
        if isinstance(value.get("file"), str):
            yield value["file"]
        for each in value.values():
            yield from _named_files(each)
    elif isinstance(value, list):
        for each in value:
            yield from _named_files(each)


class Shipped(NamedTuple):
    """A case that comes with the program."""

    name: str
    title: str
    path: Path


def load(name_or_path: str | Path) -> Case:
    """The case of a shipped name, at a path, or from standard input for `-`; raises CaseError."""
    if str(name_or_path) == "-":
        return _read(_standard_input(), "standard-input", "standard input", Path(), None)
    path = _path(name_or_path)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise CaseError([Problem(str(path), None, "", f"cannot be read: {said}")]) from None
    return _read(decoded(content, str(path)), path.stem, str(path), path.parent, path)


def read_case(text: str, name: str = "case", folder: Path | str = ".") -> Case:
    """The case that a TOML text describes; grids in files are looked for in `folder`; raises CaseError."""
    return _read(text, name, name, Path(folder), None)


def _standard_input() -> str:
    # a program that was started without one, or with it closed, has None here
    if sys.stdin is None or sys.stdin.closed:
        raise CaseError([Problem("standard input", None, "", "is closed; there is no case to read")])
    return decoded(sys.stdin.buffer.read(LARGEST_FILE + 1), "standard input")


def list_shipped() -> list[Shipped]:
    """The cases that come with the program, by name, without reading their numbers."""
    return [Shipped(path.stem, _title(path), path) for path in sorted(_shipped_folder().glob("*.toml"))]


# --- finding -----------------------------------------------------------------------------------


def _shipped_folder() -> Path:
    package = Path(__file__).parent
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
    raise CaseError([Problem(name[:100], None, "", said)])


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


# --- reading -----------------------------------------------------------------------------------


def _read(text: str, name: str, file: str, folder: Path, path: Path | None) -> Case:
    """The case in a text; every mistake in it is in the CaseError that is raised."""
    if len(text) > LARGEST_FILE:
        raise CaseError([Problem(file, None, "", "is over 20 MB, the most that is read")])
    source = Source(file, text)
    if "case" in source.table and "layers" not in source.table:
        message = f"is a worksheet for {quoted(str(source.table['case']))}, not a case: it has no [[layers]]"
        raise CaseError([Problem(file, source.line(("case",)), "case", message)])
    reader = Reader(source, folder)
    table = reader.table((), source.table, _KEYS)

    def said(key: str, read: Callable[[Any], Any], default: Any) -> Any:
        return reader.read((key,), read, table[key]) if key in table else default

    training = read_training(reader, table["training"]) if "training" in table else None
    loss_type, loss = read_loss(reader, table["loss"]) if "loss" in table else ("", None)
    layers = read_layers(reader, table.get("layers"))
    case = Case(
        name=printable(name),
        title=said("title", read_words, "") or printable(name),
        source=said("source", read_words, ""),
        arithmetic=said("arithmetic", read_arithmetic, Arithmetic()),
        learning_rate=said("learning_rate", exact, None),
        conventions=read_conventions(reader, table.get("conventions", {})),
        samples=tuple(_samples(reader, table, layers, loss, training)),
        batch="samples" in table,
        layers=tuple(each for each in layers if each is not None),
        loss=loss,
        loss_type=loss_type,
        claims=tuple(_claims(reader, "claims", table.get("claims", {}))),
        formulas=tuple(_claims(reader, "formulas", table.get("formulas", {}))),
        training=training,
        path=path,
        toml=text,
    )
    reader.done()
    return case


def _claims(reader: Reader, key: str, value: Any) -> Iterator[Claim]:
    if isinstance(value, dict):
        return read_claims(reader.source, value, (key,))
    reader.table((key,), value, [])
    return iter(())


def _samples(
    reader: Reader,
    table: dict[str, Any],
    layers: list[NamedLayer | None],
    loss: Loss | None,
    training: dict[str, Any] | None,
) -> list[Sample]:
    placed = read_samples(reader, table)
    trained = training is not None and training.get("data") is not None
    if not placed and not trained and "samples" not in table:
        reader.refuse(("input",), "is missing; a case needs an [input], [[samples]] or [training] with data")
    known = [each for each in layers if each is not None]
    # with a layer or the loss missing, what does not fit would only follow from that
    if len(known) < len(layers) or not known or ("loss" in table and loss is None):
        return []
    return fit(reader, placed, known, loss, trained)
