"""Arrays in NumPy's files, read so that a hostile one can neither run anything nor fill the memory.

A header is judged before anything is allocated, nothing in it is executed, and pickles are refused.
"""

from __future__ import annotations

import io
import lzma
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from typing import IO, TYPE_CHECKING, Any

from walkthrough.case.tables.values import Misread
from walkthrough.mathematics.windows import times
from walkthrough.numbers.grid import MOST_NUMBERS, refuse_too_many
from walkthrough.words.messages import printable, quoted

if TYPE_CHECKING:
    from numpy import dtype
    from numpy.typing import NDArray

    from walkthrough.mathematics.notation import Shape

_HIGHEST_RANK = 4
_EPOCH = (1980, 1, 1, 0, 0, 0)


@contextmanager
def opened_archive(file: IO[bytes], name: str) -> Iterator[zipfile.ZipFile]:
    """A `.npz` file; whatever is wrong with it as an archive becomes Misread, also while it is read."""
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        RuntimeError,
        NotImplementedError,
    ) as error:
        said = printable(str(error)[:200])
        raise Misread(f"{quoted(name)} is no .npz file that can be read: {said}", ("file",)) from None


def array_names(archive: zipfile.ZipFile) -> list[str]:
    """The names of the arrays in a `.npz` file."""
    return [each.removesuffix(".npy") for each in archive.namelist() if each.endswith(".npy")]


def read_member(
    archive: zipfile.ZipFile, array: str, name: str, most: int = MOST_NUMBERS, least: int = 1
) -> NDArray[Any]:
    """An array of a `.npz` file; raises Misread, GridTooLarge."""
    with archive.open(f"{array}.npy") as member:
        return read_array(member, name, most, least)


def read_array(file: IO[bytes], name: str, most: int = MOST_NUMBERS, least: int = 1) -> NDArray[Any]:
    """The numbers of a `.npy` file, at most so many, along each axis at least `least`.

    Raises Misread, GridTooLarge.
    """
    import numpy as np

    shape, column_major, kind = _header(file, name)
    if kind.kind not in "biuf" or kind.itemsize > 8:
        raise Misread(f"{quoted(name)} holds {kind}; expected whole numbers or floats", ("file",))
    if len(shape) > _HIGHEST_RANK:
        raise Misread(f"{quoted(name)} has {len(shape)} axes; expected at most {_HIGHEST_RANK}", ("file",))
    if any(extent < least for extent in shape):
        raise Misread(f"{quoted(name)} has no numbers in it ({times(shape)})", ("file",))
    refuse_too_many(shape, most)
    content = _content(file, prod(shape) * kind.itemsize, f"the {prod(shape)} numbers", name)
    return np.frombuffer(content, dtype=kind).reshape(shape, order="F" if column_major else "C")


def packed(arrays: Mapping[str, Any]) -> bytes:
    """Arrays as the bytes of a `.npz` file, the same for the same arrays: no time of writing is in it."""
    import numpy as np

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            with archive.open(entry, "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)
    return content.getvalue()


def read_words(file: IO[bytes], name: str, most: int) -> str:
    """The single text, of at most so many characters, that a `.npy` file holds; raises Misread."""
    import numpy as np

    shape, _, kind = _header(file, name)
    if kind.kind != "U" or shape or kind.itemsize > 4 * most:
        raise Misread(
            f"{quoted(name)} holds {kind} {times(shape)}; expected one text of at most {most:,} characters",
            ("file",),
        )
    content = _content(file, kind.itemsize, "the text", name)
    try:
        return str(np.frombuffer(content, dtype=kind)[0]) if kind.itemsize else ""
    except (UnicodeError, ValueError):
        raise Misread(f"{quoted(name)} holds a text that is none", ("file",)) from None


def _content(file: IO[bytes], size: int, what: str, name: str) -> bytes:
    content = file.read(size)
    if len(content) < size:
        raise Misread(f"{quoted(name)} ends before {what} that it announces", ("file",))
    return content


def _header(file: IO[bytes], name: str) -> tuple[Shape, bool, dtype[Any]]:
    import numpy as np

    try:
        # a header that old Pythons wrote is read as well, and that is nothing to warn about
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if np.lib.format.read_magic(file) == (1, 0):
                return np.lib.format.read_array_header_1_0(file)
            return np.lib.format.read_array_header_2_0(file)
    except Exception as error:  # whatever parsing a hostile header as Python's literals may raise
        said = printable(str(error)[:100])
        raise Misread(f"{quoted(name)} is no .npy array that can be read: {said}", ("file",)) from None
