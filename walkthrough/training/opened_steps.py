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
from walkthrough.case.grid_files import grid_of_numbers
from walkthrough.case.heading import Arithmetic
from walkthrough.case.reading import read_text
from walkthrough.case.start import Start
from walkthrough.mathematics.notation import Shape
from walkthrough.numbers.grid import Grid
from walkthrough.trace.moves import before
from walkthrough.training.data_set import Floats
from walkthrough.training.refusal import NoRun, NoSuchStep
from walkthrough.training.run import Lessons, Record
from walkthrough.training.run_files import read_run
from walkthrough.training.vectorised_network import Tensors


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


def case_of(record: Record, path: Path) -> Case:
    """The case that was trained, from its text in the file of the training; raises CaseError."""
    folder = Path(record.folder)
    return read_text(record.toml, record.name, f"the case in {path}", folder, None)


def lessons_of(case: Case, record: Record, path: Path) -> Lessons:
    """What it was trained on, if that is still the same; raises NoRun, NoData, CaseError."""
    lessons = Lessons(case, Path(record.folder))
    if lessons.fingerprint != record.data:
        raise NoRun(f"{path}: the data in {record.folder} are no longer those that it was trained on")
    return lessons


def tensors_before(lessons: Lessons, record: Record, step: int, path: Path) -> Tensors:
    """What the steps before this one have left, worked out from the nearest checkpoint; raises NoRun."""
    nearest = max(at for at in record.checkpoints if at < step)
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


def _opened(lessons: Lessons, tensors: Tensors, step: int, record: Record, path: Path) -> OpenedStep:
    chosen = lessons.batches.of(step)
    case, train = lessons.case, lessons.data.train
    output = case.output_shapes(lessons.network.shape)[-1] if case.layers else lessons.network.shape
    samples = tuple(
        Sample(_grid(train.x[at]), _grid(train.targets[at]).reshaped(output)) for at in chosen.tolist()
    )
    kept = {before(name): _grid(tensors[name]) for name in lessons.network.kept}
    made = replace(
        case,
        title=f"{case.title}: step {step} of {record.steps}",
        arithmetic=Arithmetic("float"),
        samples=samples,
        batch=True,
        layers=tuple(_with_parameters(each, tensors) for each in case.layers),
        claims=(),
        formulas=(),
        path=path,
        start=Start(step - 1, kept),
    )
    losses = lessons.step(step, tensors)
    places = tuple(int(at) + 1 for at in chosen)
    return OpenedStep(made, step, record.steps, places, float(record.losses[step - 1]), losses.loss)


def _with_parameters(named: NamedLayer, tensors: Mapping[str, Floats]) -> NamedLayer:
    """The layer with the numbers of the run in the place of those that it began with."""
    new: dict[str, Any] = {}
    for name, array in tensors.items():
        of, _, role = name.partition(".")
        if of == named.name and "." not in role:
            given: Grid = getattr(named.layer, role)
            new[role] = _in_shape(_grid(array), given.shape)
    return replace(named, layer=replace(named.layer, **new)) if new else named  # type: ignore[type-var]


def _grid(array: Floats) -> Grid:
    return grid_of_numbers(array, "a tensor of the run")


def _in_shape(grid: Grid, shape: Shape) -> Grid:
    return grid.reshaped(shape)
