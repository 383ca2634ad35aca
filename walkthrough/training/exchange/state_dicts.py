"""A state_dict in files that can be read safely: `.npz`, a folder of `.npy`, or `.safetensors`.

A `.pt` or `.pth` is a pickle: reading one runs what stands in it, and so it is refused.
"""

from __future__ import annotations

import json
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from walkthrough.case.grids.numpy_files import array_names, opened_archive, read_array, read_member
from walkthrough.case.tables.values import Misread
from walkthrough.numbers.grid import MOST_NUMBERS, GridTooLarge
from walkthrough.training.refusal import NoWeights
from walkthrough.words.messages import quoted, shortened

StateDict = dict[str, NDArray[Any]]

MOST_ARRAYS = 10_000
_LONGEST_HEADER = 10_000_000
_PICKLES = (".pt", ".pth", ".bin", ".pkl", ".ckpt")
_KINDS = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U8": "u1",
}
_SAFE = (
    'in Python: numpy.savez("weights.npz", **{name: each.numpy() for name, each in '
    "model.state_dict().items()})"
)


def read_state_dict(path: Path) -> StateDict:
    """The arrays by name; raises NoWeights."""
    said = shortened(str(path))
    if path.suffix in _PICKLES:
        raise NoWeights(f"{said}: is a pickle, and those are never read; write the weights anew, {_SAFE}")
    try:
        if path.is_dir():
            found = _in_folder(path)
        elif not path.is_file():
            raise NoWeights(f"{said}: is not there; expected .npz, .safetensors or a folder of .npy")
        elif path.suffix == ".npz":
            with path.open("rb") as file, opened_archive(file, path.name) as archive:
                names = _few(array_names(archive), said)
                found = {name: read_member(archive, name, name, least=0) for name in names}
        elif path.suffix == ".safetensors":
            with path.open("rb") as file:
                found = _safetensors(file, said)
        else:
            raise NoWeights(f"{said}: expected .npz, .safetensors or a folder of .npy")
    except (Misread, GridTooLarge) as problem:
        raise NoWeights(f"{said}: {problem}") from None
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise NoWeights(f"{said}: cannot be read: {getattr(problem, 'strerror', None) or problem}") from None
    if not found:
        raise NoWeights(f"{said}: has no arrays in it")
    return found


def _in_folder(path: Path) -> StateDict:
    found: StateDict = {}
    for file in sorted(path.glob("*.npy"))[: MOST_ARRAYS + 1]:
        with file.open("rb") as opened:
            found[file.stem] = read_array(opened, file.name, least=0)
    _few(list(found), shortened(str(path)))
    return found


def _few(names: list[str], said: str) -> list[str]:
    if len(names) > MOST_ARRAYS:
        raise NoWeights(f"{said}: has over {MOST_ARRAYS:,} arrays, the most that are read")
    return names


def _safetensors(file: IO[bytes], said: str) -> StateDict:
    """Eight bytes with the length of a JSON header, the header, and the numbers, row after row.

    Source: https://github.com/huggingface/safetensors#format.
    """
    size = int.from_bytes(file.read(8), "little")
    if size > _LONGEST_HEADER:
        raise NoWeights(f"{said}: announces a header of {size:,} bytes; it is no .safetensors file")
    try:
        header = json.loads(file.read(size))
    except (ValueError, RecursionError):
        raise NoWeights(f"{said}: its header is no JSON; it is no .safetensors file") from None
    if not isinstance(header, dict):
        raise NoWeights(f"{said}: its header is no table; it is no .safetensors file")
    names = _few([name for name in header if name != "__metadata__"], said)
    return {name: _tensor(file, 8 + size, name, header[name], said) for name in names}


def _tensor(file: IO[bytes], begin: int, name: str, entry: Any, said: str) -> NDArray[Any]:
    shape, kind, (first, last) = tuple(entry["shape"]), entry["dtype"], entry["data_offsets"]
    if kind not in _KINDS:
        raise NoWeights(f"{said}: {quoted(name)} holds {shortened(str(kind))}; expected {', '.join(_KINDS)}")
    whole = all(isinstance(each, int) and each >= 0 for each in (*shape, first, last))
    bytes_ = np.dtype(_KINDS[kind]).itemsize * prod(shape) if whole else -1
    if not whole or prod(shape) > MOST_NUMBERS or last - first != bytes_ or len(shape) > 4:
        wrong = f"a shape that does not fit its place, or over {MOST_NUMBERS:,} numbers"
        raise NoWeights(f"{said}: {quoted(name)} has {wrong}")
    file.seek(begin + first)
    content = file.read(bytes_)
    if len(content) < bytes_:
        raise NoWeights(f"{said}: ends before the numbers of {quoted(name)}")
    return np.frombuffer(content, _KINDS[kind]).reshape(shape)


def as_safetensors(arrays: StateDict) -> bytes:
    """Arrays of float64 as a `.safetensors` file."""
    header: dict[str, Any] = {}
    at = 0
    for name, array in arrays.items():
        header[name] = {"dtype": "F64", "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    numbers = b"".join(np.ascontiguousarray(array, "<f8").tobytes() for array in arrays.values())
    return len(text).to_bytes(8, "little") + text + numbers
