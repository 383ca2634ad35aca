"""The stepper on a terminal, from the first screen until it ends, however it ends."""

from __future__ import annotations

import gc
import os

from walkthrough.stepper.walk import Walk


def run(walk: Walk, no_color: bool = False) -> int:
    """Shows a walk until it is ended, and returns the exit status; the terminal is as it was before."""
    if no_color:
        os.environ["NO_COLOR"] = "1"
    from walkthrough.stepper.app import Stepper

    app = Stepper(walk)
    # what a case has laid out stays until the end; looking through all of it again would hold up a key
    gc.freeze()
    status = app.run()
    if app.failed is not None:
        raise app.failed
    return status or 0
