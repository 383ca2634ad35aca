"""Grids that stand in a file of their own: `.npy`, `.npz`, `.csv`, relative to the case file.

A float in a NumPy file stands for the shortest decimal that is read back as the same float, which is
what Python prints: the float nearest to 0.1 is the number 0.1, not 0.1000000000000000055….
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from walkthrough.case.grids.grid_text import read_text
from walkthrough.case.grids.numpy_files import array_names, opened_archive, read_array, read_member
from walkthrough.case.tables.source import LARGEST_FILE
from walkthrough.case.tables.values import Misread, found
from walkthrough.numbers.grid import MOST_DIGITS_IN_ALL, GivenGrid, GridTooLarge
from walkthrough.words.messages import quoted, suggestion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from walkthrough.mathematics.notation import Shape

_SUFFIXES = (".npy", ".npz", ".csv")


def read_file(table: dict[str, Any], folder: Path) -> GivenGrid:
    """The grid in the file that `{ file = "image.npy" }` names; raises Misread."""
    name = table["file"]
    if not isinstance(name, str) or not name.endswith(_SUFFIXES):
        raise Misread(f"found {found(name)}; expected the name of a .npy, .npz or .csv file", ("file",))
    if "array" in table and not (name.endswith(".npz") and isinstance(table["array"], str)):
        raise Misread("names the array to take out of a .npz file, and only of such a file", ("array",))
    path = folder / name
    try:
        _refuse_file(path, name)
        with path.open("rb") as file:
            if name.endswith(".csv"):
                return _csv(file.read(LARGEST_FILE + 1), name)
            array = read_array(file, name) if name.endswith(".npy") else _npz(file, name, table.get("array"))
        return grid_of_numbers(array, name)
    except OSError as error:
        raise Misread(f"{quoted(name)} cannot be read: {error.strerror or error}", ("file",)) from None
    except GridTooLarge as error:
        raise Misread(f"{quoted(name)}: {error}", ("file",)) from None


def _refuse_file(path: Path, name: str) -> None:
    # a device or a pipe could give bytes for ever
    if not path.is_file():
        what = "is not a file" if path.exists() else "is not there"
        raise Misread(f"{quoted(name)} {what}; it is looked for in the folder of the case file", ("file",))
    if path.stat().st_size > LARGEST_FILE:
        raise Misread(f"{quoted(name)} is over 20 MB, the most that is read", ("file",))


def _csv(content: bytes, name: str) -> GivenGrid:
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").replace('"', " ")
        # spreadsheets that write decimal commas separate by semicolons: those commas are then named
        if ";" in text and "," not in text:
            text = text.replace(";", ",")
        return read_text(text, row_mark="")
    except UnicodeDecodeError:
        raise Misread(f"{quoted(name)} is not text in UTF-8", ("file",)) from None
    except Misread as error:
        line = f" line {error.row + 1}" if error.row is not None else ""
        raise Misread(f"{quoted(name)}{line}: {error}", ("file",)) from None


def _npz(file: IO[bytes], name: str, wanted: str | None) -> NDArray[Any]:
    """The array of an archive; raises Misread if it has several and none was named."""
    with opened_archive(file, name) as archive:
        return read_member(archive, _chosen(array_names(archive), name, wanted), name)


def _chosen(arrays: list[str], name: str, wanted: str | None) -> str:
    if wanted is None and len(arrays) != 1:
        listed = ", ".join(map(quoted, arrays[:20])) or "none"
        raise Misread(
            f"{quoted(name)} has {len(arrays)} arrays ({listed}); "
            'expected one, or say which: { file = "…", array = "…" }',
            ("file",),
        )
    if wanted is not None and wanted not in arrays:
        raise Misread(f"{quoted(wanted)} is not in {quoted(name)}; {suggestion(wanted, arrays)}", ("array",))
    return arrays[0] if wanted is None else wanted


def grid_of_numbers(array: NDArray[Any], name: str) -> GivenGrid:
    """The exact numbers that an array's whole numbers or floats stand for; raises Misread."""
    import numpy as np

    shape = tuple(int(extent) for extent in array.shape) or (1,)
    flat = array.reshape(-1)
    if flat.dtype.kind != "f":
        return GivenGrid.over([int(number) for number in flat.tolist()], 1, shape)
    if not np.isfinite(flat).all():
        place = int(np.argmin(np.isfinite(flat)))
        raise Misread(
            f"{quoted(name)}: number {place + 1} is {flat[place]}; expected finite numbers", ("file",)
        )
    quick = _few_decimals(flat)
    if quick is not None:
        return GivenGrid.over(quick[0], quick[1], shape)
    return _from_decimals(flat, shape)


def _from_decimals(flat: NDArray[Any], shape: Shape) -> GivenGrid:
    """The floats as the shortest decimals that Python prints for them."""
    import numpy as np

    # pixels and quantised weights repeat
    different, places = np.unique(flat, return_inverse=True)
    exact = [_decimal(text) for text in different.astype(str).tolist()]
    decimals = max(0, *(-power for _, power in exact))
    longest = max(len(str(number)) + power for number, power in exact) + decimals
    if longest * flat.size > MOST_DIGITS_IN_ALL:
        raise GridTooLarge(f"over {MOST_DIGITS_IN_ALL:,} digits, brought to one common denominator")
    numerators = [number * 10 ** (power + decimals) for number, power in exact]
    return GivenGrid.over([numerators[place] for place in places.tolist()], 10**decimals, shape)


def _decimal(text: str) -> tuple[int, int]:
    """`-2.5e-07` is -25 times 10 to the power of -8."""
    digits, _, power = text.partition("e")
    whole, _, decimals = digits.partition(".")
    return int(whole + decimals), int(power or 0) - len(decimals)


def _few_decimals(flat: NDArray[Any]) -> tuple[list[int], int] | None:
    """The numbers over a power of ten, if all of them have few digits: then no text is needed.

    A decimal of up to 15 digits is the only one that short which is read as its float, so it is
    also the shortest.
    """
    import numpy as np

    if flat.dtype != np.float64:
        return None
    if np.abs(flat).max() >= 1e15:
        return None
    for decimals in range(7):
        scaled = np.rint(flat * 10.0**decimals)
        if np.abs(scaled).max() >= 1e15:
            return None
        if (scaled / 10.0**decimals == flat).all():
            return scaled.astype(np.int64).tolist(), 10**decimals
    return None
