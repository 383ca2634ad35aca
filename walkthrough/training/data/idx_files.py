"""MNIST's IDX files, gzipped or not, read with every byte accounted for.

A file is a magic number (two zero bytes, 8 for unsigned bytes, the number of axes), the length of each axis
as four bytes, high ones first, and then the bytes. Source: Y. LeCun and others, The MNIST database.
"""

from __future__ import annotations

import gzip
import zlib
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from walkthrough.training.refusal import NoData
from walkthrough.words.messages import printable

Bytes = NDArray[np.uint8]

LARGEST = 200_000_000
"""Bytes of a file, unpacked; MNIST's largest has 47 million."""
NAMES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
_UNSIGNED_BYTES = 8
_WHERE = (
    "nothing is downloaded; MNIST's four files are usually had from "
    "https://ossci-datasets.s3.amazonaws.com/mnist/ or as torchvision's or Keras's copy"
)


def read_pair(folder: Path, part: str) -> tuple[Bytes, Bytes]:
    """The images and the labels of "train" or "test"; raises NoData."""
    images, labels = (
        read_idx(find(folder, name), axes) for name, axes in zip(NAMES[part], (3, 1), strict=True)
    )
    if len(images) != len(labels):
        raise NoData(
            f"{_said(folder)}: {len(images)} images and {len(labels)} labels of the {part} part "
            "do not go together"
        )
    return images, labels


def find(folder: Path, name: str) -> Path:
    """The file of this name in a folder, gzipped or not, with a dot or a dash before its last word."""
    dotted = name.replace("-idx", ".idx")
    for each in (name, f"{name}.gz", dotted, f"{dotted}.gz"):
        try:
            if (folder / each).is_file():
                return folder / each
        except (OSError, ValueError):
            break  # a name that no file can have
    raise NoData(f"{_said(folder)}: {name} (or {name}.gz) is not there; {_WHERE}")


def read_idx(path: Path, axes: int) -> Bytes:
    """The bytes of a file with so many axes; raises NoData."""
    content, said = _content(path), _said(path)
    start = 4 + 4 * axes
    if len(content) < start:
        raise NoData(f"{said}: has {len(content)} bytes, and its head alone has {start}; it is cut off")
    zero, kind, count = int.from_bytes(content[:2], "big"), content[2], content[3]
    if zero or kind != _UNSIGNED_BYTES or count != axes:
        raise NoData(
            f"{said}: begins with {content[:4].hex(' ')}; expected 00 00 08 {axes:02x}, "
            f"the magic number of unsigned bytes along {axes} axis(es)"
        )
    shape = tuple(int.from_bytes(content[at : at + 4], "big") for at in range(4, start, 4))
    wanted = start + prod(shape)
    if wanted > LARGEST:
        raise NoData(f"{said}: says that it is {'×'.join(map(str, shape))}, more than is read")
    if len(content) != wanted:
        what = "missing at its end" if len(content) < wanted else "too many at its end"
        raise NoData(
            f"{said}: says that it is {'×'.join(map(str, shape))}, {wanted} bytes in all; "
            f"{abs(wanted - len(content))} are {what}"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise NoData(f"{_said(path)}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(content) > LARGEST:
        raise NoData(f"{_said(path)}: has over {LARGEST:,} bytes, the most that are read")
    return content


def _said(path: Path) -> str:
    return printable(str(path))
