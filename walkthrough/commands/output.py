"""Where the output goes: a terminal in colour, a pipe, or a file that is written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from walkthrough.words.messages import printable

_STYLES = {"title": "1", "stage": "1;36", "aside": "2"}


class CannotWrite(OSError):
    """A file that cannot be written, or must not be."""


def width() -> int:
    """The columns of the terminal, or 100 where there is none."""
    if "COLUMNS" in os.environ or sys.stdout.isatty():
        return max(40, min(shutil.get_terminal_size((100, 24)).columns, 160))
    return 100


def colourful(no_color: bool, file: Path | None) -> bool:
    """Whether the output is in colour: on a terminal that has it, unless somebody does not want it."""
    if no_color or file is not None or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") not in ("dumb", None)


def painted(style: str, text: str) -> str:
    """A text in its style."""
    code = _STYLES.get(style)
    return f"\x1b[{code}m{text}\x1b[0m" if code and text else text


def needs_ascii() -> bool:
    """Whether standard output cannot say − and ₁ (an old code page)."""
    try:
        "−·≈₁∂Σ█├".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return True
    return False


def encodable(json_pieces: Iterable[str]) -> Iterable[str]:
    """JSON that standard output can say: where it cannot say −, everything beyond ASCII as \\uXXXX."""
    if not needs_ascii():
        return json_pieces
    return (
        "".join(sign if sign.isascii() else json.dumps(sign)[1:-1] for sign in piece) for piece in json_pieces
    )


def watched(pieces: Iterable[str], words: str) -> Iterator[str]:
    """The pieces as they come; on a terminal, long work says that it goes on, and how much is done."""
    if not sys.stderr.isatty():
        yield from pieces
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task, size = progress.add_task(printable(words), total=None), 0
        for piece in pieces:
            size += len(piece)
            progress.update(task, description=f"{printable(words)}: {size / 1e6:.1f} MB")
            yield piece


def write(pieces: Iterable[str], file: Path | None, read: Iterable[Path] = ()) -> None:
    """The pieces to standard output, or to a file: whole or not at all, never onto one that was read."""
    if file is None:
        for piece in pieces:
            sys.stdout.write(piece)
        sys.stdout.flush()
        return
    if file.exists() and any(each.exists() and file.samefile(each) for each in read):
        raise CannotWrite(f"{file} is what this command reads; choose another file for the output")
    with _replacing(file) as target:
        for piece in pieces:
            target.write(piece)


@contextmanager
def _replacing(file: Path) -> Iterator[IO[str]]:
    """A file beside the wanted one, which takes its place once it is complete."""
    import tempfile  # only who writes a file waits for it

    if file.is_dir():
        raise CannotWrite(f"{file} is a folder; give the name of a file")
    try:
        handle, beside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name[:50]}.")
    except OSError as problem:
        raise CannotWrite(f"{file} cannot be written: {problem.strerror or problem}") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as target:
            yield target
        os.chmod(beside, _mode(file))
        os.replace(beside, file)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _mode(file: Path) -> int:
    """The rights of the file that is replaced, or those of any new file."""
    if file.exists():
        return file.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
