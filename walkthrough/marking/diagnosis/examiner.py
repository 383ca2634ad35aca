"""Examining a worksheet: a verdict on every claim, and for the wrong ones the slips that explain them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from walkthrough.marking.diagnosis.other_shapes import with_shapes_explained
from walkthrough.marking.marked_worksheets import RIGHT, Marked, MarkedSheet, Slip, Worksheet
from walkthrough.marking.verdicts.claimed_formulas import with_formulas
from walkthrough.marking.verdicts.marker import Marker, WrongStep
from walkthrough.marking.verdicts.turned_claims import of_negative
from walkthrough.marking.worksheets.exercises import Exercise
from walkthrough.trace.trace import Trace

if TYPE_CHECKING:
    from walkthrough.marking.diagnosis.findings import OwnNumbers
    from walkthrough.marking.diagnosis.remembered_diagnoses import Explanation
    from walkthrough.workbook.operands import Own
    from walkthrough.workbook.workbook import Workbook


class Examiner:
    """Whoever examines the worksheets on one case; numbers are shown to so many significant digits."""

    def __init__(self, trace: Trace, digits: int = 10) -> None:
        self._trace = trace
        self._digits = digits

    @cached_property
    def marker(self) -> Marker:
        """Whoever gives the verdicts on numbers."""
        return Marker(self._trace, self._digits)

    @cached_property
    def _book(self) -> Workbook:
        # a right sheet waits for nothing that explains what is wrong
        from walkthrough.workbook.workbook import Workbook

        return Workbook(self.marker.calculation.steps)

    def mark(self, worksheet: Worksheet) -> MarkedSheet:
        """The worksheet with its verdicts and slips, the formulas and the sizes too."""
        if worksheet.sizes:
            only = not worksheet.claims and not worksheet.formulas
            rest = MarkedSheet(worksheet, (), None) if only else self._marked(worksheet)
            from walkthrough.marking.verdicts.size_claims import with_sizes
            from walkthrough.trace.extents.sizes import sizes

            return with_sizes(rest, sizes(self._trace.case))
        return self._marked(worksheet)

    def _marked(self, worksheet: Worksheet) -> MarkedSheet:
        numbers = with_shapes_explained(self._numbers(worksheet), self._trace)
        return with_formulas(numbers, self._trace)

    def _numbers(self, worksheet: Worksheet) -> MarkedSheet:
        """The verdicts on the numbers; one cause of several wrong ones stands first at each of them."""
        numbers: list[OwnNumbers] = []
        steps: dict[int, tuple[WrongStep, Explanation]] = {}  # by the claim as it stands on the sheet

        def slips(step: WrongStep) -> tuple[Slip, ...]:
            from walkthrough.marking.diagnosis.remembered_diagnoses import explained

            if not numbers:
                numbers.append(_own(step))
            found = explained(step.claim, self._book, numbers[0])
            steps[id(step.written)] = step, found
            return found.likeliest

        sheet = self.marker.mark(worksheet, slips)
        if not steps:
            return sheet
        from walkthrough.marking.diagnosis.common_causes import CommonCauses, Diagnosed

        others = [marked.claim for marked in sheet.claims if marked.verdict in (*RIGHT, "follows")]
        wrong = [Diagnosed(step.claim, found, found.likeliest) for step, found in steps.values()]
        layer_slips, diagnosed = CommonCauses(others, self._book, numbers[0]).found(wrong)
        slips_of = {id(each.claim): each.slips for each in diagnosed}

        def with_cause(marked: Marked) -> Marked:
            if marked.verdict != "wrong":
                return marked
            step, _ = steps[id(marked.claim)]
            return marked.explained_by(_as_written(step, slips_of[id(step.claim)]))

        written = {id(step.claim): step.written for step, _ in steps.values()}
        layer_slips = tuple(
            replace(each, claims=tuple(written[id(claim)] for claim in each.claims)) for each in layer_slips
        )
        return replace(sheet, claims=tuple(map(with_cause, sheet.claims)), layer_slips=layer_slips)

    def look_again(self, worksheet: Worksheet, doubtful: frozenset[str]) -> SecondLook:
        """A wrong worksheet once more, to explain it at length; `doubtful` claims have several slips."""
        from walkthrough.marking.diagnosis.likeliest_slips import undecided

        found = SecondLook()

        def look(step: WrongStep) -> tuple[Slip, ...]:
            found.own = step.own
            if step.claim.cell in doubtful:
                name = undecided(step.claim, self._book, _own(step))
                if name is not None:
                    found.telling[step.claim.cell] = name
            return ()

        self.marker.mark(worksheet, look)
        return found


class Examiners:
    """Whoever examines the worksheets on each exercise: one examiner, for as long as it is open."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Exercise, Examiner] = WeakKeyDictionary()

    def of(self, exercise: Exercise) -> Examiner:
        """The examiner of an exercise."""
        examiner = self._known.get(exercise)
        if examiner is None:
            examiner = self._known[exercise] = Examiner(exercise.trace, exercise.digits)
        return examiner


@dataclass(slots=True)
class SecondLook:
    """What else can be said of a wrong worksheet.

    `own` is what its writer has for any number; `telling` the cells that are not on the sheet and would tell
    the likeliest slips of a claim apart.
    """

    own: Own | None = None
    telling: dict[str, str] = field(default_factory=dict)


def _own(step: WrongStep) -> OwnNumbers:
    from walkthrough.marking.diagnosis.findings import OwnNumbers

    return OwnNumbers(step.page, step.own, step.unrounded)


def _as_written(step: WrongStep, slips: tuple[Slip, ...]) -> tuple[Slip, ...]:
    """The slips of a step, of −∂L/∂z for whoever wrote that."""
    if step.claim is step.written:
        return slips
    return tuple(of_negative(slip, step.written) for slip in slips)
