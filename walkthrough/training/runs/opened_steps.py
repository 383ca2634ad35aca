"""Any step of a training, opened: worked through once more from the checkpoint before it, and made a case.

The steps between are the very ones of the run, with the same batches in the same order, so that the numbers
are the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from walkthrough.case import Case, NamedLayer, Sample
from walkthrough.case.grids.grid_files import grid_of_numbers
from walkthrough.case.heading import ArithmeticKind
from walkthrough.case.reading import read_text
from walkthrough.case.start import Start
from walkthrough.numbers.grid import GivenGrid
from walkthrough.trace.moves import before
from walkthrough.training.data.data_set import Floats
from walkthrough.training.refusal import NoRun, NoSuchStep
from walkthrough.training.runs.run import Lessons, RunRecord
from walkthrough.training.runs.run_files import read_run
from walkthrough.training.runs.step_names import step_name
from walkthrough.training.runs.vectorised_network import Tensors
from walkthrough.words.messages import printable
from walkthrough.words.options import options

_MOST_LISTED = 20
_FARTHEST = 10
"""How many times farther than usual a checkpoint may be: going on from it could take for ever."""


@dataclass(frozen=True)
class OpenedStep:
    """A step of a training as a case of its own: its batch, and the parameters that it started from.

    `samples` says which of the data the batch is, counted from 1; `loss` is the batch's as it was in the run,
    `recomputed` as it is on this machine: the same number, unless its arithmetic is another one.
    """

    case: Case
    step: int
    last: int
    samples: tuple[int, ...]
    loss: float
    recomputed: float


def opened(path: Path, step: int) -> OpenedStep:
    """A step, from 1, of the training in a file. Raises NoRun, NoSuchStep, NoData, CaseError."""
    record = read_run(path, max(step - 1, 0))
    if not 1 <= step <= record.steps:
        last = f"the last one is {record.steps}" if record.steps else "it has made none"
        raise NoSuchStep(f"{path}: there is no step {step}; {last}")
    case = case_of(record, path)
    lessons = lessons_of(case, record, path)
    tensors = tensors_before(lessons, record, step, path)
    return _opened(lessons, tensors, step, record, path)


def ended(path: Path) -> Case:
    """The case with the parameters that the training in a file has come to; raises NoRun, CaseError."""
    record = read_run(path)
    case = case_of(record, path)
    last = record.checkpoints[max(record.checkpoints)]
    return replace(case, layers=_with_parameters(case, last, path), path=path)


def case_of(record: RunRecord, path: Path) -> Case:
    """The case that was trained, from its text in the file of the training; raises CaseError."""
    folder = Path(record.folder)
    return read_text(record.toml, record.name, f"the case in {path}", folder, None)


def lessons_of(case: Case, record: RunRecord, path: Path) -> Lessons:
    """What it was trained on, if that is still the same; raises NoRun, NoData, CaseError."""
    lessons = Lessons(case, Path(record.folder))
    if lessons.fingerprint != record.data:
        raise NoRun(f"{path}: the data in {record.folder} are no longer those that it was trained on")
    return lessons


def tensors_before(lessons: Lessons, record: RunRecord, step: int, path: Path) -> Tensors:
    """What the steps before this one have left, worked out from the nearest checkpoint; raises NoRun."""
    nearest = max(at for at in record.checkpoints if at < step)
    if step - nearest > _FARTHEST * lessons.apart:
        raise NoRun(
            f"{path}: the nearest checkpoint before step {step} is after step {nearest}, too far away"
        )
    tensors = fitting(lessons, record.checkpoints[nearest], path)
    for number in range(nearest + 1, step):
        tensors = lessons.step(number, tensors).after
    return tensors


def fitting(lessons: Lessons, tensors: Tensors, path: Path) -> Tensors:
    """A checkpoint, if it has just the tensors that the network asks for; raises NoRun."""
    wanted = lessons.beginning
    if {name: array.shape for name, array in tensors.items()} != {
        name: array.shape for name, array in wanted.items()
    }:
        raise NoRun(f"{path}: a checkpoint does not have the parameters that its case asks for")
    return {name: tensors[name] for name in wanted}


def _opened(lessons: Lessons, tensors: Tensors, step: int, record: RunRecord, path: Path) -> OpenedStep:
    chosen = lessons.batches.of(step)
    case, train = lessons.case, lessons.data.train
    output = case.output_shapes(lessons.network.shape)[-1] if case.layers else lessons.network.shape
    samples = tuple(
        Sample(_grid(train.x[at]), _grid(train.targets[at]).reshaped(output)) for at in chosen.tolist()
    )
    kept = {before(name): _grid(tensors[name]) for name in lessons.network.kept}
    losses = lessons.step(step, tensors)
    places = tuple(int(at) + 1 for at in chosen)
    made = replace(
        case,
        name=printable(step_name(str(path), step)),
        title=f"{case.title}: step {step} of {record.steps:,}",
        source=_whence(case, places, record, step, losses.loss),
        arithmetic=ArithmeticKind("float"),
        samples=samples,
        batch=True,
        layers=_with_parameters(case, tensors, path),
        claims=(),
        formulas=(),
        path=path,
        start=Start(step - 1, kept, opened=True),
    )
    return OpenedStep(made, step, record.steps, places, float(record.losses[step - 1]), losses.loss)


def _whence(case: Case, places: tuple[int, ...], record: RunRecord, step: int, loss: float) -> str:
    """Where the step's numbers come from; and whether this machine reckons them as the run's did."""
    listed = ", ".join(map(str, places[:_MOST_LISTED])) + (" …" if len(places) > _MOST_LISTED else "")
    said = f"{case.source}; " if case.source else ""
    said += f"this batch is number {listed} of the data"
    recorded = float(record.losses[step - 1])
    if recorded != loss:
        said += f"; its loss was {recorded!r} in the run and is {loss!r} on this machine"
    return said


def _with_parameters(case: Case, tensors: Mapping[str, Floats], path: Path) -> tuple[NamedLayer, ...]:
    """The layers with the numbers of the run in the place of those that they began with."""
    layers = []
    for named in case.layers:
        new: dict[str, Any] = {}
        for role in options(type(named.layer)):
            given, array = getattr(named.layer, role), tensors.get(f"{named.name}.{role}")
            if array is None or not isinstance(given, GivenGrid):
                continue
            if array.size != given.size:
                raise NoRun(f"{path}: {named.name}.{role} is not of the size that its case asks for")
            new[role] = _grid(array).reshaped(given.shape)
        layers.append(replace(named, layer=replace(named.layer, **new)) if new else named)  # type: ignore[type-var]
    return tuple(layers)


def _grid(array: Floats) -> GivenGrid:
    return grid_of_numbers(array, "a tensor of the run")
