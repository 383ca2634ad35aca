"""The exercise that a worksheet is about: its case, opened once for a whole class."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from walkthrough.case import Case, list_shipped
from walkthrough.case.cells import NoSuchCell, cell_name, resolve
from walkthrough.case.claims import refuse_unknown
from walkthrough.marking.worksheets.order_of_computation import order_of_computation
from walkthrough.mathematics.notation import Cell, Shape
from walkthrough.trace.linked import linked
from walkthrough.trace.network import network
from walkthrough.trace.trace import CannotReplay, Trace
from walkthrough.training.runs.opening import load
from walkthrough.training.runs.step_names import file_of
from walkthrough.words.messages import printable, quoted, suggestion
from walkthrough.words.problems import CaseError, Problem

if TYPE_CHECKING:
    from walkthrough.trace.extents.sizes import Sizes

# a class is about one case or a few, and a folder from strangers may name thousands
_MOST_OPEN = 32
_MOST_NAMES = 50_000
_MOST_NEIGHBOURS = 1_000


@dataclass(frozen=True, slots=True)
class NamedCells:
    """What a name on a worksheet stands for: a cell counted from 0, or a whole tensor (`at` is None)."""

    tensor: str
    at: Cell | None
    name: str


class Exercise:
    """A case and the names of everything in it that can be claimed; numbers are shown to so many digits."""

    def __init__(self, case: Case, digits: int = 10, trace: Trace | None = None) -> None:
        self.case = case
        self.digits = digits
        self.trace = trace or Trace(case, network(case))
        self._longer: dict[tuple[int, bool], Exercise] = {}
        self._places: dict[str, NamedCells] = {}
        self._cells: dict[str, tuple[tuple[str, Cell], ...]] = {}

    @property
    def layer_names(self) -> tuple[str, ...]:
        """The names of its layers."""
        return tuple(layer.name for layer in self.case.layers)

    @cached_property
    def sizes(self) -> Sizes:
        """How large its layers are."""
        from walkthrough.trace.extents.sizes import sizes

        return sizes(self.case)

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """The shape of every tensor, by its full name."""
        return {name: place.shape for name, place in order_of_computation(self.trace).items()}

    @cached_property
    def order(self) -> dict[str, int]:
        """The tensors' places in the order of computation."""
        return {name: at for at, name in enumerate(self.shapes)}

    def of_steps(self, count: int) -> Exercise:
        """The same exercise in so many steps; raises NoSuchCell if there are none."""
        trace = linked(self.trace, steps=count)
        return self if trace is self.trace else Exercise(self.case, self.digits, trace)

    def through(self, names: Iterable[str]) -> Exercise:
        """The same exercise, in as many steps as these names need: `conv[1,1]#3` needs three."""
        try:
            trace = linked(self.trace, names)
        except NoSuchCell:
            return self  # where the name stands there is more to be said of it
        if trace is self.trace:
            return self
        return self._longer.setdefault((trace.step, trace.back), Exercise(self.case, self.digits, trace))

    def place(self, name: str) -> NamedCells:
        """What a name stands for, kept as it was written; raises NoSuchCell."""
        known = self._places.get(name)
        if known is None:
            tensor, at = resolve(name, self.shapes)
            known = NamedCells(tensor, at, "".join(name.split()))
            if len(self._places) < _MOST_NAMES and len(name) < 200:
                self._places[name] = known
        return known

    def has(self, name: str) -> bool:
        """Whether a name is that of a cell or a tensor."""
        if self.surely_unknown(name):
            return False
        try:
            self.place(name)
        except NoSuchCell:
            return False
        return True

    def surely_unknown(self, name: str) -> bool:
        """Whether a name is that of no tensor here, told at once: the nearest right one is not looked for."""
        return name.partition("[")[0].partition("@")[0].strip() not in self._bases

    @cached_property
    def _bases(self) -> frozenset[str]:
        return frozenset(name.partition("@")[0] for name in self.shapes)

    def cells(self, tensor: str) -> tuple[tuple[str, Cell], ...]:
        """The cells of a tensor in reading order, each with its name."""
        if tensor not in self._cells:
            shape = self.shapes[tensor]
            cells = product(*map(range, shape))
            self._cells[tensor] = tuple((cell_name(tensor, cell, shape), cell) for cell in cells)
        return self._cells[tensor]


class Exercises:
    """The exercises that worksheets name, each opened once."""

    def __init__(self, digits: int = 10) -> None:
        self._digits = digits
        self._opened: OrderedDict[str, Exercise | CaseError] = OrderedDict()
        self._shipped = {each.name: each.path for each in list_shipped()}

    def named(self, said: str, folder: Path) -> Exercise:
        """The exercise of a shipped name, or at a path relative to the folder, or a step of a training there.

        Raises CaseError.
        """
        if said in self._shipped:
            return self._open(said, said)
        path = folder / said
        try:
            there = (folder / file_of(said)).is_file()
        except (OSError, ValueError):
            there = False  # a name that no file can have
        if not there:
            raise CaseError([Problem(said, None, "", self._missing(said, folder))])
        return self._open(str(path), path)

    @property
    def shipped(self) -> frozenset[str]:
        """The names of the cases that come with the program."""
        return frozenset(self._shipped)

    def is_shipped(self, name: str) -> bool:
        """Whether a case of this name comes with the program."""
        return name in self._shipped

    def of(self, case: Case) -> Exercise:
        """The exercise of a case that has been read already."""
        key = case.name if case.path is None else str(case.path)
        known = self._opened.get(key)
        if isinstance(known, Exercise) and known.case is case:
            return known
        opened = _opened(case, self._digits)
        self._keep(key, opened)
        return opened

    def _open(self, key: str, name_or_path: str | Path) -> Exercise:
        known = self._opened.get(key)
        if known is None:
            try:
                known = _opened(case := load(name_or_path), self._digits)
                find = known.through(claim.cell for claim in case.claims).place
                refuse_unknown(case.claims, case.formulas, case.file, find, known.layer_names)
            except CaseError as error:
                known = error
            self._keep(key, known)
        else:
            self._opened.move_to_end(key)
        if isinstance(known, CaseError):
            raise known
        return known

    def _keep(self, key: str, known: Exercise | CaseError) -> None:
        self._opened[key] = known
        if len(self._opened) > _MOST_OPEN:
            self._opened.popitem(last=False)

    def _missing(self, said: str, folder: Path) -> str:
        known = sorted(self._shipped)
        try:
            # a file beside the worksheet is as likely meant as a shipped case
            beside = (
                each.name for each, _ in zip(folder.glob("*.toml"), range(_MOST_NEIGHBOURS), strict=False)
            )
            known += [printable(name) for name in beside]
        except (OSError, ValueError):
            pass
        near = suggestion(said, known)
        return f"{quoted(said)} is neither a shipped case nor a file beside the worksheet; {near}"


def _opened(case: Case, digits: int) -> Exercise:
    """The case, replayed once, so that a case without an answer is found before any sheet is marked."""
    file = printable(case.name if case.path is None else str(case.path))
    if not case.samples:
        raise CaseError([Problem(file, None, "", "has no [input]: there is nothing to work out by hand")])
    exercise = Exercise(case, digits)
    if case.by_size:
        return exercise  # it has sizes that can be claimed, and no numbers
    try:
        exercise.trace.run()
    except CannotReplay as error:
        raise CaseError([error.problem]) from None
    return exercise
