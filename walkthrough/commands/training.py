"""`train`: repeated steps over a data set, each of which can be opened."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from walkthrough.commands.printing import blocks_in, format_of, printing, write

if TYPE_CHECKING:
    from walkthrough.case import Case
    from walkthrough.training.runs.run import TrainingRun

_SAVED_FOR = 20
"""Saving waits for so many times as long as the last time took: it costs a twentieth at most."""
_SECONDS_BETWEEN = 1.0


@click.command()
@click.argument("case")
@click.option("--epochs", type=click.IntRange(1, 1_000_000), help="Instead of the case's own number.")
@click.option("--save", type=click.Path(path_type=Path), help="Keep the training in this .npz file.")
@click.option("--resume", is_flag=True, help="Go on from where the file of --save ends.")
@click.option("--pictures", is_flag=True, help="Filters and feature maps, before and after.")
@click.option("--check-gradients", is_flag=True, help="Central differences instead of a training.")
@printing("text", "json", "markdown", "latex", "html")
def train(
    case: str,
    epochs: int | None,
    save: Path | None,
    resume: bool,
    pictures: bool,
    check_gradients: bool,
    **how: Any,
) -> None:
    """Train CASE on its data, step after step; with --save any step can be opened afterwards."""
    from walkthrough.case import load
    from walkthrough.training.reports.report import TrainingReport

    if check_gradients:
        _check_gradients(load(case), how)
        return
    if resume and save is None:
        raise click.UsageError("--resume goes on from the file of --save; give it, too")
    if save is not None and save.suffix != ".npz":
        raise click.UsageError(f"--save {save}: expected a name that ends with .npz")
    run = _begun(load(case), save if resume else None)
    begin = time.perf_counter()
    interrupted = _trained(run, epochs, save)
    if interrupted:
        kept = f"; {save} has the first {run.steps:,}, go on with --resume" if save else ""
        sys.stderr.write(f"walkthrough: interrupted after step {run.steps:,}{kept}\n")
        sys.exit(130)
    report = TrainingReport(run, time.perf_counter() - begin)
    if format_of(how) == "json":
        import json

        pieces: Any = [json.dumps(report.record(), ensure_ascii=False) + "\n"]
    else:
        pieces = blocks_in(report.blocks(None if save is None else str(save), pictures), how)
    read = [save] if save is not None else []
    write(pieces, how, run.lessons.case, lambda: read)
    if run.blown_up:
        sys.exit(2)


def _check_gradients(case: Case, how: dict[str, Any]) -> None:
    """Prints what central differences say of the first step's gradients."""
    from dataclasses import asdict

    from walkthrough.training.reports.gradient_check import gradient_check
    from walkthrough.training.reports.report import checked_gradients

    run = _begun(case, None)
    checks = gradient_check(run.lessons)
    if format_of(how) == "json":
        import json

        pieces: Any = [json.dumps({"gradients": [asdict(each) for each in checks]}) + "\n"]
    else:
        pieces = blocks_in(checked_gradients(case.title, checks), how)
    write(pieces, how, case)
    if not all(each.agrees for each in checks):
        sys.exit(1)


def _begun(case: Case, save: Path | None) -> TrainingRun:
    """A training from its beginning, or from where the record in a file ends."""
    from walkthrough.training.runs.resuming import resumed
    from walkthrough.training.runs.run import Lessons, TrainingRun

    folder = case.path.parent if case.path is not None else Path()
    lessons = Lessons(case, folder)
    if save is None or not save.exists():
        return TrainingRun(lessons, folder)
    return TrainingRun(lessons, folder, resumed(lessons, save))


def _trained(run: TrainingRun, epochs: int | None, save: Path | None) -> bool:
    """Makes the steps that are missing, and saves them; whether somebody has interrupted it."""
    from walkthrough.training.reports.progress import Progress

    training = run.lessons.batches.training
    last = (epochs or training.epochs) * run.lessons.batches.in_an_epoch
    keep = _Keeping(save, run)
    keep.now()
    with _interruptible() as asked, Progress(run, last, sys.stderr.isatty()) as progress:
        while run.steps < last and not run.blown_up and not asked():
            run.advance()
            keep.now_and_then()
            progress.show()
    keep.now()
    return asked()


class _Keeping:
    """The file of a training, replaced whole now and then."""

    def __init__(self, file: Path | None, run: TrainingRun) -> None:
        self._file = file
        self._run = run
        self._next = 0.0

    def now_and_then(self) -> None:
        if self._file is not None and time.monotonic() >= self._next:
            self.now()

    def now(self) -> None:
        if self._file is None:
            return
        from walkthrough.commands.files import write_file
        from walkthrough.training.runs.run_files import packed

        begin = time.monotonic()
        case = self._run.lessons.case
        write_file([packed(self._run.record())], self._file, lambda: case.files)
        end = time.monotonic()
        self._next = end + max(_SECONDS_BETWEEN, _SAVED_FOR * (end - begin))


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Ctrl-C ends the training after the step at hand, so that what is saved is whole; twice, at once."""
    asked: list[int] = []

    def note(number: int, _: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)
