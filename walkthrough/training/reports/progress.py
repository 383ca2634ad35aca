"""How far a training is: a bar with loss, accuracy and the time that is left, on a terminal."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING

from walkthrough.training.reports.results import confusion, percent
from walkthrough.training.reports.symptoms import said
from walkthrough.training.runs.run import TrainingRun

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_SECONDS_BETWEEN = 0.1
_SHARE = 0.02
"""What looking may cost: accuracy is found anew only as often as that allows."""


class Progress:
    """A bar on standard error that goes away in the end; nothing where there is no terminal."""

    def __init__(self, run: TrainingRun, last: int, terminal: bool) -> None:
        self._run = run
        self._last = last
        self._terminal = terminal
        self._bar: tuple[Bar, TaskID] | None = None
        self._next = 0.0
        self._next_accuracy = 0.0
        self._accuracy = ""

    def __enter__(self) -> Progress:
        if self._terminal:
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("{task.description}"), BarColumn(bar_width=20), TimeRemainingColumn())
            bar = Bar(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
            bar.start()
            self._bar = bar, bar.add_task("", total=self._last, completed=self._run.steps)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar[0].stop()

    def show(self) -> None:
        """The step at hand, if it is time for it."""
        if self._bar is None or time.monotonic() < self._next:
            return
        run, now = self._run, time.monotonic()
        if now >= self._next_accuracy:
            part = run.lessons.data.test or run.lessons.data.train
            found = confusion(run.lessons, run.tensors, part)
            self._accuracy = "" if found is None else f"  accuracy {percent(found.accuracy)} %"
            took = time.monotonic() - now
            self._next_accuracy = now + max(0.5, took / _SHARE)
        recent = run.losses[-run.lessons.batches.in_an_epoch :][-50:]
        loss = said(sum(recent) / len(recent))
        bar, task = self._bar
        words = f"epoch {run.epochs}, step {run.steps:,}  loss {loss}{self._accuracy}"
        bar.update(task, description=words, completed=run.steps, refresh=True)
        self._next = time.monotonic() + _SECONDS_BETWEEN
