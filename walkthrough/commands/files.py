"""A file as the place of the output: written whole or not at all, never onto one that was read."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from walkthrough.words.messages import shortened


class CannotWrite(OSError):
    """A place that cannot be written to, or must not be."""


_DESCRIPTOR = re.compile(
    r"/dev/(?P<word>stdin|stdout|stderr)|(?:/dev/fd|/proc/(?:self|thread-self|[0-9]+)/fd)/(?P<number>[0-9]{1,6})"
)

Read = Callable[[], Iterable[Path]]
"""The files that the command has read so far."""
Piece = str | bytes
"""Text goes into a file in UTF-8."""


def write_file(pieces: Iterable[Piece], file: Path, read: Read) -> None:
    """The pieces to a file: it appears whole, or the old one stays.

    A symbolic link is followed. What is no regular file (a device, a pipe) is written to as it is, and
    so is a descriptor of this program's own (`/dev/stdout`, `/dev/fd/3`), whatever stands behind it.
    """
    number = _own_descriptor(file)
    if number is not None:
        _write_into(lambda: os.dup(number), file, pieces)
        return
    target = _followed(file)
    found = _found(target, file)
    if found is not None and stat.S_ISDIR(found.st_mode):
        raise CannotWrite(f"{_said(file)} is a folder; give the name of a file")
    if found is not None and not stat.S_ISREG(found.st_mode):
        _write_into(lambda: os.open(target, os.O_WRONLY), file, pieces)
        return
    # nobody, root included, writes over what was made read-only
    if found is not None and not (found.st_mode & 0o222 and os.access(target, os.W_OK)):
        raise CannotWrite(f"{_said(file)} is read-only; choose another file, or make it writable")
    _refuse_read(target, file, read)
    with _replacing(target, file, found) as put:
        for piece in pieces:
            put(piece)
        # what was read may be known only now
        _refuse_read(target, file, read)


def _followed(file: Path) -> Path:
    """The file behind symbolic links, whether it is there or not."""
    try:
        return Path(os.path.realpath(file))
    except (OSError, ValueError) as problem:
        raise _cannot(file, problem) from None


def _found(target: Path, file: Path) -> os.stat_result | None:
    """What is there already; None if nothing is."""
    try:
        return os.stat(target)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as problem:
        raise _cannot(file, problem) from None


def _own_descriptor(file: Path) -> int | None:
    """The descriptor of this program that a name stands for: a new file in its place would be lost."""
    name = _DESCRIPTOR.fullmatch(os.path.abspath(file))
    if name is None:
        return None
    return {"stdin": 0, "stdout": 1, "stderr": 2}.get(name["word"]) if name["word"] else int(name["number"])


def _refuse_read(target: Path, file: Path, read: Read) -> None:
    """Raises CannotWrite if the target is a file that the command reads."""
    if target.exists() and any(_same(target, each) for each in read()):
        raise CannotWrite(f"{_said(file)} is what this command reads; choose another file for the output")


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False


def _write_into(opened: Callable[[], int], file: Path, pieces: Iterable[Piece]) -> None:
    """Into what is there: a device, a pipe, a descriptor."""
    try:
        target = open(opened(), "wb")  # noqa: SIM115  # closed below
    except OSError as problem:
        raise _cannot(file, problem) from None
    try:
        for piece in pieces:
            _put(target, piece, file)
        _finish(target, file)
    finally:
        # what could not be written has been told already
        with suppress(OSError):
            target.close()


@contextmanager
def _replacing(target: Path, file: Path, found: os.stat_result | None) -> Iterator[Callable[[Piece], None]]:
    """A file beside the wanted one, which takes its place once it is complete."""
    import tempfile  # only who writes a file waits for it

    try:
        handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:50]}.")
    except OSError as problem:
        raise _cannot(file, problem) from None
    try:
        with open(handle, "wb") as new:
            yield lambda piece: _put(new, piece, file)
            _finish(new, file)
        os.chmod(beside, _mode(found))
        try:
            os.replace(beside, target)
        except OSError as problem:
            raise _cannot(file, problem) from None
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _put(target: IO[bytes], piece: Piece, file: Path) -> None:
    try:
        target.write(piece.encode() if isinstance(piece, str) else piece)
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise _cannot(file, problem) from None


def _finish(new: IO[bytes], file: Path) -> None:
    try:
        new.flush()
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise _cannot(file, problem) from None


def _mode(found: os.stat_result | None) -> int:
    """The rights of the file that is replaced, or those of any new file."""
    if found is not None:
        return stat.S_IMODE(found.st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _cannot(file: Path, problem: Exception) -> CannotWrite:
    said = getattr(problem, "strerror", None) or str(problem)
    return CannotWrite(f"{_said(file)} cannot be written: {said}")


def _said(file: Path) -> str:
    return shortened(str(file))
