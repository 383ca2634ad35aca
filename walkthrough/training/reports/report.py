"""The end of a training, said: its loss, how often it is right, what it takes for what."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Any

from walkthrough.document import Block, Curve, Heading, Lines, Prose, Table
from walkthrough.training.reports.gradient_check import GradientCheck
from walkthrough.training.reports.pictures import pictures
from walkthrough.training.reports.results import Confusion, confusion, percent
from walkthrough.training.reports.symptoms import norm, said, symptoms
from walkthrough.training.runs.run import TrainingRun

_DIGITS = 4


class TrainingReport:
    """What is said when a training ends, as blocks or as JSON; `seconds` is how long it has taken."""

    def __init__(self, run: TrainingRun, seconds: float) -> None:
        self.run = run
        self._seconds = seconds
        data, tensors = run.lessons.data, run.tensors
        self.train = confusion(run.lessons, tensors, data.train)
        self.test = confusion(run.lessons, tensors, data.test)
        self._symptoms = symptoms(run)
        self._first = norm(run.lessons.step(1, run.checkpoints[0]).gradients)
        self._last = norm(run.lessons.step(run.steps + 1, tensors).gradients)

    def blocks(self, saved: str | None, drawn: bool = False) -> Iterator[Block]:
        """The report; `saved` is the file in which the training is kept, `drawn` asks for pictures."""
        run = self.run
        yield Heading(f"Training: {run.lessons.case.title}", 1)
        yield Prose(self._what())
        losses = run.losses
        if len(losses) > 1:
            yield curve("loss of each step's batch", losses)
        yield from self._measured()
        if drawn:
            yield from pictures(run)
        yield from map(Prose, self._symptoms)
        yield from self._closing(saved)

    def record(self) -> dict[str, Any]:
        """The same for programs."""
        run = self.run
        several = self.test or self.train
        return {
            "steps": run.steps,
            "epochs": run.epochs,
            "loss": [loss if isfinite(loss) else None for loss in run.losses],
            "accuracy": {
                "train": None if self.train is None else float(self.train.accuracy),
                "test": None if self.test is None else float(self.test.accuracy),
            },
            "confusion": None if several is None else several.counts,
            "classes": run.lessons.data.names,
            "warnings": self._symptoms,
            "seconds": round(self._seconds, 3),
        }

    def _what(self) -> str:
        run, lessons = self.run, self.run.lessons
        batches = lessons.batches
        parameters = sum(array.size for array in lessons.network.given.values())
        test = f", {len(lessons.data.test)} to be tested on" if lessons.data.test else ""
        rule = lessons.case.updating.type
        assert lessons.case.learning_rate is not None
        return (
            f"{parameters:,} parameters; {count(batches.samples, 'sample')} to learn from{test}; "
            f"{count(run.epochs, 'epoch')} of {count(batches.in_an_epoch, 'step')}, "
            f"{count(batches.size, 'sample')} in a batch; {rule}, α = {lessons.case.learning_rate.shown}."
        )

    def _measured(self) -> Iterator[Block]:
        losses = self.run.losses
        if losses:
            first, last = said(losses[0], _DIGITS), said(losses[-1], _DIGITS)
            yield Prose(f"loss of the first batch {first}, of the last {last}")
            first, last = said(self._first), said(self._last)
            yield Prose(f"length of the gradient at the beginning {first}, at the end {last}")
        for name, found in (("train", self.train), ("test", self.test)):
            if found is not None:
                yield Prose(f"{name} accuracy {percent(found.accuracy)} %")
        several, part = (self.test, "test") if self.test else (self.train, "train")
        if several is not None:
            yield Prose(f"What the network takes for what, in the {part} part:")
            yield _table(several, self.run.lessons.data.names)

    def _closing(self, saved: str | None) -> Iterator[Block]:
        took = f"{count(self.run.steps, 'step')} in {said(max(self._seconds, 0.001), 2)} s"
        if saved is None:
            yield Prose(f"{took}. With --save run.npz it is kept, and any step can be opened.")
            return
        yield Prose(f"{took}. Any of them can be opened:")
        yield Lines((f"   walkthrough show {saved} --step {max(1, self.run.steps // 2)}",))


def curve(name: str, values: list[float]) -> Curve:
    """How a number moves from step to step, on an axis that begins at 0 if nothing is below."""
    finite = [value if isfinite(value) else None for value in values]
    known = [value for value in finite if value is not None] or [0.0]
    low, high = min(0.0, *known), max(known)
    room = high - low or 1.0
    # a number beyond float64 is drawn at the top
    shares = tuple(1.0 if value is None else (value - low) / room for value in finite)
    return Curve(name, shares, "step", said(low, 3), said(high, 3))


def checked_gradients(title: str, checks: list[GradientCheck]) -> Iterator[Block]:
    """What central differences say of each parameter's gradient."""
    yield Heading(f"Gradient check: {title}", 1)
    yield Prose("(L(w + h) − L(w − h))/2h beside ∂L/∂w, over the first batch and before any update.")
    header = ("parameter", "entries", "at a kink", "largest gradient", "largest difference", "")
    rows = tuple(
        (
            each.parameter,
            str(each.entries),
            str(each.kinks or "–"),
            said(each.largest_gradient),
            said(each.largest_difference, 2),
            "agrees" if each.agrees else "DISAGREES",
        )
        for each in checks
    )
    yield Table(header, rows, frozenset({1, 2, 3, 4}))
    if any(each.kinks for each in checks):
        yield Prose(
            "At a kink (a ReLU at exactly 0, a tie in a max pool) the loss has two slopes; which of them "
            "counts is a convention, and no difference can tell."
        )
    wrong = ", ".join(each.parameter for each in checks if not each.agrees)
    if wrong:
        yield Prose(f"The gradients of {wrong} are not what the loss does. Do not trust them.")
    else:
        yield Prose("The gradients are what the loss really does.")


def _table(found: Confusion, names: tuple[str, ...]) -> Table:
    rows = [(f"is {name}", *map(str, row)) for name, row in zip(names, found.counts, strict=True)]
    header = ("", *(f"says {name}" for name in names))
    return Table(header, tuple(rows), frozenset(range(1, len(header))))


def count(number: int, of: str) -> str:
    """`1 step`, `1,280 steps`."""
    return f"{number:,} {of}" + ("" if number == 1 else "s")
