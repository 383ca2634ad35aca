"""What is said of a whole class: which numbers and which slips give trouble, and who needs help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from walkthrough.document import Block, Heading, Prose, Table
from walkthrough.marking.marked_worksheets import RIGHT, Marked, MarkedSheet
from walkthrough.marking.reports.formula_report import FormulaTally, formula_tally
from walkthrough.marking.reports.results import count_right, counts, first_slip, number_counts
from walkthrough.marking.reports.sheet_report import tally
from walkthrough.marking.worksheets.exercises import Exercise
from walkthrough.mathematics.notation import Cell
from walkthrough.words.messages import printable

MOST_STUDENTS = 10_000
_MOST_ON_THE_BOARD = 8
_MOST_CELLS = 60
_MOST_SLIPS = 40


@dataclass(slots=True)
class _CellTally:
    """How one number of the exercise came out, over the class."""

    name: str
    verdicts: Counter[str] = field(default_factory=Counter)
    first: int = 0
    slips: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _CaseTally:
    """One exercise, over the class."""

    title: str
    sheets: int = 0
    cells: dict[tuple[int, Cell], _CellTally] = field(default_factory=dict)

    def merge(self, other: _CaseTally) -> None:
        """Adds the counts over further worksheets."""
        self.sheets += other.sheets
        for key, cell in other.cells.items():
            known = self.cells.setdefault(key, _CellTally(cell.name))
            known.verdicts += cell.verdicts
            known.first += cell.first
            known.slips += cell.slips


class ClassTally:
    """The counts over a class, kept while sheet after sheet is marked; no sheet is kept."""

    def __init__(self, everything: bool = False, hide_answers: bool = False) -> None:
        self.sheets = 0
        self._everything = everything
        self._hide_answers = hide_answers
        self._verdicts: Counter[str] = Counter()
        self._formulas = FormulaTally()
        self._flawless = 0
        self._cases: dict[str, _CaseTally] = {}
        self._slips: Counter[str] = Counter()
        self._slip_cells: dict[str, Counter[str]] = {}
        self._slip_words: dict[tuple[str, str], str] = {}
        self._students: list[tuple[str, ...]] = []
        self._left_out = 0

    def add(self, sheet: MarkedSheet, exercise: Exercise) -> None:
        """Counts a marked sheet."""
        self.sheets += 1
        found = counts(sheet)
        self._verdicts.update(number_counts(sheet) if sheet.formulas else found)
        self._formulas.add(sheet)
        self._flawless += "wrong" not in found
        case = self._cases.setdefault(sheet.worksheet.case, _CaseTally(exercise.case.title))
        case.sheets += 1
        slips: set[str] = set()
        for marked in sheet.claims:
            self._count(marked, case, sheet, exercise, slips)
        self._slips.update(slips)
        self._student(sheet, found)

    def merge(self, other: ClassTally) -> None:
        """Adds the counts over further worksheets."""
        self.sheets += other.sheets
        self._verdicts += other._verdicts
        self._formulas.merge(other._formulas)
        self._flawless += other._flawless
        for name, case in other._cases.items():
            self._cases.setdefault(name, _CaseTally(case.title)).merge(case)
        self._slips += other._slips
        for slip, cells in other._slip_cells.items():
            self._slip_cells.setdefault(slip, Counter()).update(cells)
        self._slip_words = other._slip_words | self._slip_words
        room = max(MOST_STUDENTS - len(self._students), 0) if not self._everything else len(other._students)
        self._students += other._students[:room]
        self._left_out += other._left_out + len(other._students[room:])

    def _count(
        self, marked: Marked, case: _CaseTally, sheet: MarkedSheet, exercise: Exercise, slips: set[str]
    ) -> None:
        claim = marked.claim
        if claim.whole:
            return
        key = (exercise.order[claim.tensor], claim.at)
        cell = case.cells.get(key)
        if cell is None:
            cell = case.cells[key] = _CellTally(exercise.trace.cell_name(claim.tensor, claim.at))
        cell.verdicts[marked.verdict] += 1
        if marked.verdict != "wrong":
            return
        cell.first += claim.cell == sheet.first_wrong
        if marked.slips:
            slip = marked.slips[0].slip
            slips.add(slip)
            cell.slips[slip] += 1
            self._slip_cells.setdefault(slip, Counter())[cell.name] += 1
            self._slip_words.setdefault((slip, cell.name), _what_happened(marked.slips[0].words))

    def _student(self, sheet: MarkedSheet, found: dict[str, int]) -> None:
        """A row for a student, whether anything is wrong or not, as far as there is room."""
        if not self._everything and len(self._students) >= MOST_STUDENTS:
            self._left_out += 1
            return
        row = [
            sheet.worksheet.student or printable(sheet.worksheet.file),
            str(count_right(found)),
            str(found.get("follows", 0)),
            str(found.get("wrong", 0)),
            str(len(sheet.claims) + len(sheet.formulas)),
            sheet.first_wrong or "",
        ]
        self._students.append(tuple(row if self._hide_answers else [*row, first_slip(sheet)]))

    # --- report ----------------------------------------------------------------------------------

    def blocks(self) -> Iterator[Block]:
        """The report on the class: in all, cell by cell, slip by slip, student by student."""
        yield Heading(f"{self.sheets} worksheets", 1)
        if self._verdicts or not self._formulas.verdicts:
            yield Prose(tally({verdict: self._verdicts[verdict] for verdict in self._verdicts}))
        if self._formulas.verdicts:
            yield Prose(formula_tally(self._formulas.verdicts))
        yield Prose(f"On {self._flawless} of {self.sheets} worksheets nothing is wrong.")
        for name, case in self._cases.items():
            if case.cells or not self._formulas.verdicts:
                yield from self._cells(name, case)
        yield from self._formulas.blocks(self._hide_answers)
        yield from self._common_slips()
        yield from self._students_table()

    def _cells(self, name: str, case: _CaseTally) -> Iterator[Block]:
        several = len(self._cases) > 1
        yield Heading(
            f"cell by cell: {printable(name)} ({case.sheets} worksheets)" if several else "cell by cell"
        )
        cells = [case.cells[key] for key in sorted(case.cells)]
        shown = cells if self._everything else [cell for cell in cells if cell.verdicts["wrong"]]
        if not shown:
            yield Prose("No number is wrong on any worksheet.")
            return
        header = ["cell", "right", "follows", "wrong", "first wrong", "unreadable", "blank"]
        rows = [self._cell_row(cell) for cell in (shown if self._everything else shown[:_MOST_CELLS])]
        if not self._hide_answers:
            header.append("most often")
        yield Table(tuple(header), tuple(rows), frozenset(range(1, 7)))
        if len(shown) > len(rows):
            yield Prose(f"{len(shown) - len(rows)} more cells are wrong on some worksheet; --all lists them.")

    def _cell_row(self, cell: _CellTally) -> tuple[str, ...]:
        found = cell.verdicts
        right = sum(found[verdict] for verdict in RIGHT)
        numbers = (right, found["follows"], found["wrong"], cell.first, found["unreadable"], found["blank"])
        row = (cell.name, *map(str, numbers))
        if self._hide_answers:
            return row
        slip, times = cell.slips.most_common(1)[0] if cell.slips else ("", 0)
        return (*row, f"{slip} ({times})" if slip else "")

    def _common_slips(self) -> Iterator[Block]:
        if self._hide_answers or not self._slips:
            return
        yield Heading("slip by slip")
        rows = []
        for slip, sheets in self._slips.most_common(_MOST_SLIPS):
            cells = self._slip_cells[slip]
            where = ", ".join(name for name, _ in cells.most_common(3)) + (" …" if len(cells) > 3 else "")
            rows.append((slip, str(sheets), str(sum(cells.values())), where))
        yield Table(("slip", "worksheets", "numbers", "mostly at"), tuple(rows), frozenset({1, 2}))
        yield Prose("For the board:")
        for slip, sheets in self._slips.most_common(_MOST_ON_THE_BOARD):
            place = self._slip_cells[slip].most_common(1)[0][0]
            words = self._slip_words[slip, place]
            yield Prose(f"{slip}, {sheets} of {self.sheets} worksheets: in {place}, {words}.")

    def _students_table(self) -> Iterator[Block]:
        if not self._students:
            return
        yield Heading("student by student")
        header = ("student", "right", "follows", "wrong", "of", "first wrong")
        whole = header if self._hide_answers else (*header, "likeliest slip")
        yield Table(whole, tuple(self._students), frozenset(range(1, 5)))
        if self._left_out:
            yield Prose(f"{self._left_out} more worksheets; --format csv has a row for each.")


def _what_happened(words: str) -> str:
    """What a slip is, without whose number it gives: `your 7 is what comes out if` … is left out."""
    return (words.partition(" is what comes out if ")[2].strip() or words).rstrip(".")
