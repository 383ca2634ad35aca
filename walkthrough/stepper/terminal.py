"""Whether there is a terminal that the stepper can be shown on."""

from __future__ import annotations

import os
import sys


def is_interactive() -> bool:
    """Whether keys can be read and the whole screen be written.

    Without one Textual hangs, or ends with nothing said.
    """
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return os.environ.get("TERM") not in ("dumb", "", None) and all(
        each is not None and not each.closed and each.isatty() for each in streams
    )


def is_asked() -> bool:
    """Whether somebody can press Enter, though the screen is plain."""
    return all(each is not None and not each.closed and each.isatty() for each in (sys.stdin, sys.stdout))
