"""The table `[training]` of a case file: how often its data are gone through, and where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from walkthrough.case.layers import NamedLayer
from walkthrough.case.samples import Placed, Sample, fit, read_listed
from walkthrough.case.tables.reader import Reader
from walkthrough.case.tables.values import KeyPath, Misread, found, whole
from walkthrough.losses import Loss
from walkthrough.words.messages import quoted, suggestion

MOST_EPOCHS = 1_000_000
MOST_IN_A_BATCH = 1_000_000
_LARGEST_SEED = 2**63 - 1
_KEYS = ("epochs", "batch_size", "seed", "shuffle", "data")
_DATA: KeyPath = ("training", "data")
DRAWN_DIGITS = "drawn-digits"
_FORMS = (
    f'expected "{DRAWN_DIGITS}", {{ mnist = "folder", digits = [0, 1] }}, {{ file = "data.npz" }} (or .csv), '
    "or [[training.data]] with an input and a target each; without it the case's own samples are trained on"
)


@dataclass(frozen=True, slots=True)
class DrawnDigits:
    """Digits 0 and 1 that the program draws itself."""


@dataclass(frozen=True, slots=True)
class MnistFolder:
    """MNIST's IDX files in a folder, which of the digits, and how many images at most."""

    folder: str
    digits: tuple[int, ...] = tuple(range(10))
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class DataFile:
    """A `.npz` with arrays x and y, or a `.csv` with a row for each sample."""

    file: str


Listed: TypeAlias = tuple[Sample, ...]
Origin: TypeAlias = DrawnDigits | MnistFolder | DataFile | Listed


@dataclass(frozen=True, slots=True)
class Training:
    """How a case is trained: epochs, samples in a batch, their order, and where they come from.

    `data` is None if the case's own samples are trained on.
    """

    epochs: int = 20
    batch_size: int = 8
    seed: int = 1
    shuffle: bool = True
    data: Origin | None = None


@dataclass(frozen=True, slots=True)
class ReadTraining:
    """The table as it was read; a list of samples still has to be fitted to the layers."""

    training: Training
    listed: tuple[Placed, ...] = ()
    other: bool = False
    """Whether there are data beside the case's own samples, even if they cannot be read."""


def read_training(reader: Reader, value: Any) -> ReadTraining:
    """The table `[training]`; what is wrong with it is noted."""
    table = reader.table(("training",), value, _KEYS)
    usual = Training()

    def whole_number(key: str, least: int, most: int) -> int:
        default: int = getattr(usual, key)
        read = reader.read(("training", key), whole, table.get(key, default), least, most)
        return default if read is None else read

    shuffle = reader.read(("training", "shuffle"), _flag, table.get("shuffle", usual.shuffle))
    training = Training(
        epochs=whole_number("epochs", 1, MOST_EPOCHS),
        batch_size=whole_number("batch_size", 1, MOST_IN_A_BATCH),
        seed=whole_number("seed", 0, _LARGEST_SEED),
        shuffle=shuffle is not False,
    )
    data = table.get("data")
    if data is None:
        return ReadTraining(training)
    if isinstance(data, list):
        return ReadTraining(training, tuple(read_listed(reader, _DATA, data)), True)
    return ReadTraining(replace(training, data=_origin(reader, data)), (), True)


def fitted(reader: Reader, read: ReadTraining, layers: Sequence[NamedLayer], loss: Loss | None) -> Training:
    """The training with its listed samples in the shapes that the layers ask for."""
    if not read.listed:
        return read.training
    return replace(read.training, data=tuple(fit(reader, read.listed, layers, loss, trained=False)))


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Misread(f"found {found(value)}; expected true or false")
    return value


def _origin(reader: Reader, value: Any) -> Origin | None:
    if isinstance(value, str) and value == DRAWN_DIGITS:
        return DrawnDigits()
    if isinstance(value, dict) and "mnist" in value:
        table = reader.table(_DATA, value, ("mnist", "digits", "limit"))
        folder = reader.read((*_DATA, "mnist"), _name, table["mnist"], "folder")
        digits = reader.read((*_DATA, "digits"), _digits, table.get("digits", list(range(10))))
        limit = reader.read((*_DATA, "limit"), whole, table["limit"], 1, 10**9) if "limit" in table else None
        return MnistFolder(folder or "", digits or (), limit)
    if isinstance(value, dict) and "file" in value:
        table = reader.table(_DATA, value, ("file",))
        name = reader.read((*_DATA, "file"), _data_file, table["file"])
        return DataFile(name or "")
    if isinstance(value, dict):
        reader.table(_DATA, value, ("mnist", "digits", "limit", "file"))
    near = f"; {suggestion(value, [DRAWN_DIGITS])}" if isinstance(value, str) else f"; {_FORMS}"
    reader.refuse(_DATA, f"found {found(value)}{near}")
    return None


def _name(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Misread(f"found {found(value)}; expected the name of a {what}")
    return value


def _data_file(value: Any) -> str:
    name = _name(value, "file")
    if not name.endswith((".npz", ".csv")):
        raise Misread(f"found {quoted(name)}; expected a .npz with arrays x and y, or a .csv")
    return name


def _digits(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) < 2:
        raise Misread(f"found {found(value)}; expected a list of at least two digits, such as [0, 1]")
    digits = tuple(whole(each, 0, 9) for each in value)
    if len(set(digits)) < len(digits):
        raise Misread("names a digit twice; each is a class of its own")
    return digits
