"""Standard output: a terminal in colour, or a pipe; how wide it is, what it can say, whether it takes it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from walkthrough.words.messages import printable

_STYLES = {"title": "1", "stage": "1;36", "aside": "2"}


def width() -> int:
    """The columns of the terminal, or 100 where there is none."""
    if "COLUMNS" in os.environ or sys.stdout.isatty():
        import shutil  # with all that it can pack and unpack

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


def signs(plain: bool) -> Callable[[str], str]:
    """What becomes of a text: as it is, or if `plain` in ASCII."""
    if not plain:
        return str
    from walkthrough.formats.text import ascii_only

    return ascii_only


def encodable(json_pieces: Iterable[str]) -> Iterable[str]:
    """JSON that standard output can say: where it cannot say −, everything beyond ASCII as \\uXXXX."""
    if not needs_ascii():
        return json_pieces
    import json

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


def write(pieces: Iterable[str]) -> None:
    """The pieces to standard output."""
    for piece in pieces:
        sys.stdout.write(piece)
    sys.stdout.flush()


def open_closed_streams() -> None:
    """Puts something in the place of standard streams that whoever started the program had closed.

    A file that is opened later would otherwise get their number, and the output or a message with it. The
    place of standard output can only be read, so that writing to it fails as it should.
    """
    for number, way in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, way)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def give_up(stream: IO[str]) -> None:
    """What a stream still holds goes nowhere: Python would try once more at the end, and complain."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
