"""Reading a case: from a TOML text to exact numbers, layers and samples, with every mistake in its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from walkthrough.case.case import Case
from walkthrough.case.claims import Claim, read_claims
from walkthrough.case.heading import (
    ArithmeticKind,
    read_arithmetic,
    read_conventions,
    read_words,
)
from walkthrough.case.layers import NamedLayer, read_layers, read_loss
from walkthrough.case.samples import Sample, fit, read_samples
from walkthrough.case.tables.reader import Reader
from walkthrough.case.tables.source import LARGEST_FILE, Source
from walkthrough.case.tables.values import exact
from walkthrough.case.updates import Updating, read_update
from walkthrough.losses import Loss
from walkthrough.numbers.written import Written
from walkthrough.words.messages import printable, quoted
from walkthrough.words.problems import CaseError, Problem

if TYPE_CHECKING:
    from walkthrough.case.training import ReadTraining, Training

_KEYS = (
    "title",
    "source",
    "arithmetic",
    "learning_rate",
    "update",
    "conventions",
    "input",
    "samples",
    "layers",
    "loss",
    "claims",
    "formulas",
    "training",
)


def read_case(text: str, name: str = "case", folder: Path | str = ".") -> Case:
    """The case that a TOML text describes; grids in files are looked for in `folder`; raises CaseError."""
    return read_text(text, name, name, Path(folder), None)


def read_text(text: str, name: str, file: str, folder: Path, path: Path | None) -> Case:
    """The case in a text; every mistake in it is in the CaseError that is raised."""
    if len(text) > LARGEST_FILE:
        raise CaseError([Problem(file, None, "", "is over 20 MB, the most that is read")])
    source = Source(file, text)
    if "case" in source.table and not {"layers", "loss"} & source.table.keys():
        message = f"is a worksheet for {quoted(str(source.table['case']))}, not a case: it has no [[layers]]"
        raise CaseError([Problem(file, source.line(("case",)), "case", message)])
    reader = Reader(source, folder)
    table = reader.table((), source.table, _KEYS)

    def said(key: str, read: Callable[[Any], Any], default: Any) -> Any:
        return reader.read((key,), read, table[key]) if key in table else default

    training = _read_training(reader, table)
    loss_type, loss = read_loss(reader, table["loss"]) if "loss" in table else ("", None)
    layers = read_layers(reader, table.get("layers"), "loss" in table)
    rate = said("learning_rate", exact, None)
    case = Case(
        name=printable(name),
        title=said("title", read_words, "") or printable(name),
        source=said("source", read_words, ""),
        arithmetic=said("arithmetic", read_arithmetic, ArithmeticKind()),
        learning_rate=rate,
        conventions=read_conventions(reader, table.get("conventions", {})),
        samples=tuple(_samples(reader, table, layers, loss, training)),
        batch="samples" in table,
        layers=tuple(each for each in layers if each is not None),
        loss=loss,
        loss_type=loss_type,
        claims=tuple(_claims(reader, "claims", table.get("claims", {}))),
        formulas=tuple(_claims(reader, "formulas", table.get("formulas", {}))),
        training=_training(reader, training, layers, loss),
        path=path,
        toml=text,
        updating=_updating(reader, table, rate, layers),
        file=file,
        by_size=tuple(sorted(reader.sizes, key=lambda each: each.line or 0)),
    )
    reader.done()
    return case


def _claims(reader: Reader, key: str, value: Any) -> Iterator[Claim]:
    if isinstance(value, dict):
        return read_claims(reader.source, value, (key,))
    reader.table((key,), value, [])
    return iter(())


def _updating(
    reader: Reader, table: dict[str, Any], rate: Written | None, layers: list[NamedLayer | None]
) -> Updating:
    if "update" not in table:
        return Updating()
    return read_update(reader, table["update"], rate, [each for each in layers if each is not None])


def _read_training(reader: Reader, table: dict[str, Any]) -> ReadTraining | None:
    if "training" not in table:
        return None
    from walkthrough.case.training import read_training  # few cases are trained

    return read_training(reader, table["training"])


def _training(
    reader: Reader, read: ReadTraining | None, layers: list[NamedLayer | None], loss: Loss | None
) -> Training | None:
    if read is None or any(each is None for each in layers):
        return None
    from walkthrough.case.training import fitted

    return fitted(reader, read, [each for each in layers if each is not None], loss)


def _samples(
    reader: Reader,
    table: dict[str, Any],
    layers: list[NamedLayer | None],
    loss: Loss | None,
    training: ReadTraining | None,
) -> list[Sample]:
    placed = read_samples(reader, table)
    trained = training is not None and training.other
    if not placed and not trained and "samples" not in table:
        reader.refuse(("input",), "is missing; a case needs an [input], [[samples]] or [training] with data")
    known = [each for each in layers if each is not None]
    # with a layer or the loss missing, what does not fit would only follow from that
    if len(known) < len(layers) or ("loss" in table and loss is None) or not (known or loss):
        return []
    return fit(reader, placed, known, loss, trained)
