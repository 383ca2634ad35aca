"""The quiz on a terminal, from the first screen until it ends, however it ends."""

from __future__ import annotations

import gc
import os
import sys

from walkthrough.quiz.opening import Sitting


def run(sitting: Sitting, no_color: bool = False) -> int:
    """Asks until it is ended, says the counts, and returns the exit status; the terminal is as it was."""
    if no_color:
        os.environ["NO_COLOR"] = "1"
    from walkthrough.quiz.app import QuizApp

    app = QuizApp(sitting)
    gc.freeze()
    status = app.run() or 0
    if app.failed is not None:
        raise app.failed
    if status == 0:
        for line in app.session.closing():
            sys.stdout.write(line + "\n")
    return status
