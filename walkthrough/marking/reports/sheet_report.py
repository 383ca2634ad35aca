"""What is said of a marked worksheet: where it first went wrong, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from walkthrough.case import as_typed
from walkthrough.document import Block, Compared, Grid, Heading, Prose, Table, Working
from walkthrough.marking.diagnosis.examiner import Examiner, SecondLook
from walkthrough.marking.marked_worksheets import RIGHT, Marked, MarkedSheet, VerdictWord, unit_found
from walkthrough.marking.reports.formula_report import formula_blocks, formula_summary
from walkthrough.marking.reports.own_lines import line_of, own_line
from walkthrough.marking.reports.results import counts, number_counts
from walkthrough.marking.reports.size_report import size_blocks, size_summary
from walkthrough.marking.reports.slip_sentences import as_before_the_update, look_again, slip_sentences
from walkthrough.marking.worksheets.exercises import Exercise
from walkthrough.mathematics.notation import Cell, Tensor
from walkthrough.numbers.written import MINUS
from walkthrough.page.lines.narration import Narration
from walkthrough.trace.steps.kinds import Ref
from walkthrough.trace.steps.steps import Steps
from walkthrough.words.messages import printable
from walkthrough.workbook.operands import Own

VERDICT_MARKS: dict[VerdictWord, tuple[str, str]] = {
    "wrong": ("!", "wrong"),
    "follows": (">", "right from your own earlier number, which was wrong"),
    "lucky": ("*", "the true value, but not what your own earlier numbers give"),
    "no-evidence": ("~", "agrees, but nearly any earlier number would have given it"),
    "unreadable": ("x", "cannot be read"),
}
"""What stands beside a number in a grid, and what it means; nothing stands beside a right one."""

_WIDEST = 14
_MOST_NAMED = 12
_LONGEST_WRITTEN = 40
_MOST_DETAILED = 10


@dataclass(frozen=True, slots=True)
class SheetReport:
    """How a marked worksheet is laid out.

    `everything` lists every claim; `hide_answers` says verdict and place only; `digits` are the significant
    digits of numbers that do not end.
    """

    everything: bool = False
    hide_answers: bool = False
    digits: int = 10

    def blocks(self, sheet: MarkedSheet, exercise: Exercise, examiner: Examiner) -> Iterator[Block]:
        """The whole report, the summary first; `examiner` looks again at what is wrong."""
        yield from self.summary(sheet, exercise)
        yield from self._grids(sheet, exercise)
        wrong = [marked for marked in sheet.claims if marked.verdict == "wrong"]
        if self.hide_answers:
            yield from self._places(sheet)
        else:
            yield from self._findings(wrong, sheet, exercise, examiner)
            yield from self._remarks(sheet)
        if self.everything and sheet.claims:
            yield Heading("every number")
            yield self._table(sheet.claims)
        yield from formula_blocks(sheet.formulas, self.everything, self.hide_answers)
        yield from size_blocks(sheet.sizes, self.everything, self.hide_answers)

    # --- summary ---------------------------------------------------------------------------------

    def summary(self, sheet: MarkedSheet, exercise: Exercise) -> Iterator[Block]:
        """Whose it is, how many claims are right, and the first wrong step."""
        worksheet = sheet.worksheet
        yield Heading(exercise.case.title, 1)
        of = [f"{printable(worksheet.file)}" if worksheet.file else "", worksheet.student or ""]
        if any(of):
            yield Prose(": ".join(each for each in of if each))
        if sheet.claims or not (sheet.formulas or sheet.sizes):
            yield Prose(tally(number_counts(sheet)))
        yield from formula_summary(sheet)
        yield from size_summary(sheet)
        first = next((marked for marked in sheet.claims if marked.verdict == "wrong"), None)
        if first is not None and first.claim.cell == sheet.first_wrong:
            yield Prose(
                f"First wrong: {first.claim.cell} = {written_number(first)} (line {first.claim.line})."
            )
        elif sheet.first_wrong is None and any(v not in ("blank", "unreadable") for v in counts(sheet)):
            yield Prose("Nothing is wrong.")
        few = [marked.claim.cell for marked in sheet.claims if not marked.enough_digits]
        if few:
            yield Prose(
                f"Written with too few digits to tell much (two significant ones would do): {_names(few)}."
            )

        same = [marked for marked in sheet.claims if as_before_the_update(marked, exercise.trace)]
        for marked in same[:_MOST_NAMED]:
            yield Prose(
                f"{marked.claim.cell} = {written_number(marked)} is also what it was before the update: "
                "with more digits it would show."
            )

    def _grids(self, sheet: MarkedSheet, exercise: Exercise) -> Iterator[Block]:
        """Each map with a claim that is not right, its numbers as written, with marks."""
        used: set[VerdictWord] = set()
        for tensor, group in groupby(sheet.claims, key=lambda marked: marked.claim.tensor):
            claims = [marked for marked in group if not marked.claim.whole]
            shape = exercise.shapes[tensor]
            here = {marked.verdict for marked in claims} & VERDICT_MARKS.keys()
            if len(claims) < 2 or not here or not shape or shape[-1] > _WIDEST:
                continue
            used |= here
            at = {marked.claim.at: marked for marked in claims}
            outer = shape[:-2] if len(shape) > 1 else ()
            for place in Tensor("", outer).cells():
                if any(at[cell].verdict in VERDICT_MARKS for cell in at if cell[: len(outer)] == place):
                    index = ",".join(str(position + 1) for position in place)
                    name = f"{tensor}[{index}]" if index and max(outer) > 1 else tensor
                    yield _grid(name, at, place, shape)
        if used:
            yield Prose(
                ";  ".join(f"{mark} {words}" for word, (mark, words) in VERDICT_MARKS.items() if word in used)
                + "."
            )

    # --- findings --------------------------------------------------------------------------------

    def _findings(
        self, wrong: Sequence[Marked], sheet: MarkedSheet, exercise: Exercise, examiner: Examiner
    ) -> Iterator[Block]:
        """The wrong steps in order; a slip over a whole layer is one finding."""
        findings = _alike(wrong, sheet)
        detailed, others = findings[:_MOST_DETAILED], findings[_MOST_DETAILED:]
        doubtful = frozenset(first.claim.cell for _, (first, *_) in detailed if len(first.slips) > 1)
        again = examiner.look_again(sheet.worksheet, doubtful) if wrong else SecondLook()
        for words, alike in detailed:
            shown = line_of(alike[0], sheet, exercise)
            yield from self._finding(words, alike, shown, exercise, again.own)
            cell = again.telling.get(alike[0].claim.cell)
            if cell is not None and not words:
                yield Prose(f"What you have for {cell} would tell them apart.")
        if others:
            yield Heading(f"{len(others)} more wrong steps", 3)
            yield self._table([marked for _, alike in others for marked in alike])

    def _finding(
        self, words: str, alike: Sequence[Marked], shown: Marked, exercise: Exercise, own: Own | None
    ) -> Iterator[Block]:
        """A wrong step: the number, its line (of what is `shown`), and the slips that give it."""
        first = alike[0]
        claim = first.claim
        yield Heading(f"{claim.cell} = {written_number(first)} is wrong", 3, f"line {claim.line}")
        steps = Steps(exercise.trace)
        line = Narration(steps, self.digits).line(steps.step(shown.claim.tensor, shown.claim.at))
        yours = None if own is None else own_line(shown, own, exercise, self.digits)
        yield from _beside(
            line, yours, "δ is the negative of it." if shown.claim.tensor != claim.tensor else ""
        )
        if yours is None and first.from_yours is None:
            yield Prose("Your own earlier numbers give nothing here.")
        yield from slip_sentences(first, words)
        yield Prose(look_again(steps, Ref(shown.claim.tensor, shown.claim.at), as_typed(exercise.case)))
        if len(alike) > 1:
            yield self._table(alike[1:])

    def _remarks(self, sheet: MarkedSheet) -> Iterator[Block]:
        """What is neither right nor wrong: where own errors were carried, luck, what cannot be read."""
        of = {verdict: [m for m in sheet.claims if m.verdict == verdict] for verdict in VERDICT_MARKS}
        if of["wrong"] and sum(map(len, of.values())) > len(of["wrong"]):
            yield Heading("besides", 3)
        if of["follows"]:
            names = _names([marked.claim.cell for marked in of["follows"]])
            yield Prose(f"Right from your own earlier numbers, the error is only carried on: {names}.")
        for marked in of["lucky"][:_MOST_NAMED]:
            instead = f", which is {marked.from_yours.text}" if marked.from_yours is not None else ""
            yield Prose(
                f"{marked.claim.cell} = {written_number(marked)} is the true value, but not what your own "
                f"earlier numbers give{instead} (line {marked.claim.line})."
            )
        if len(of["lucky"]) > _MOST_NAMED:
            more = len(of["lucky"]) - _MOST_NAMED
            yield Prose(f"{more} more are true, but not from your own earlier numbers.")
        if of["no-evidence"]:
            names = _names([marked.claim.cell for marked in of["no-evidence"]])
            yield Prose(f"Agrees, but nearly any earlier number would have given it: {names}.")
        if sheet.shortened is not None:
            claim, used = sheet.shortened.claim, sheet.shortened.used.text
            written = claim.written.strip().replace("-", MINUS)
            names = _names(sheet.shortened.explains)
            yield Prose(f"You wrote {claim.cell} = {written} and went on with {used}: that gives {names}.")
        yield from _unreadable(of["unreadable"])

    def _places(self, sheet: MarkedSheet) -> Iterator[Block]:
        """Verdict and place of what is not right, and no number but those written."""
        claims = [
            m for m in sheet.claims if m.verdict not in RIGHT and m.verdict not in ("blank", "unreadable")
        ]
        if claims and not self.everything:
            yield self._table(claims)
        yield from _unreadable([marked for marked in sheet.claims if marked.verdict == "unreadable"])

    def _table(self, claims: Sequence[Marked]) -> Table:
        """Claims, a row each."""
        header = ["cell", "written", "verdict", "line"]
        if not self.hide_answers:
            header[3:3] = ["right", "from yours"]
        rows = []
        for marked in claims:
            unit = unit_found(marked)
            verdict = marked.verdict if unit is None else f"{marked.verdict}, to the {_place(unit)}"
            row = [marked.claim.cell, written_number(marked), verdict, str(marked.claim.line)]
            if not self.hide_answers:
                whole = marked.claim.whole
                row[3:3] = [
                    "" if each is None or whole else each.text
                    for each in (marked.expected, marked.from_yours)
                ]
            rows.append(tuple(row))
        return Table(tuple(header), tuple(rows), frozenset(range(1, len(header))) - {2})


def tally(found: dict[str, int]) -> str:
    """The counts as a sentence: `58 of 61 numbers are right (40 exact, 18 rounded), 1 is wrong …`."""
    total = sum(found.values())
    right = sum(found.get(verdict, 0) for verdict in RIGHT)
    kinds = ", ".join(f"{found[verdict]} {verdict}" for verdict in found if verdict in RIGHT)
    text = f"{right} of {total} numbers {'is' if right == 1 else 'are'} right" + (
        f" ({kinds})" if kinds else ""
    )
    others = [
        f"{found[verdict]} {words}"
        for verdict, words in (
            ("follows", "right from your own earlier numbers"),
            ("wrong", "wrong"),
            ("lucky", "lucky"),
            ("no-evidence", "without evidence"),
            ("unreadable", "unreadable"),
            ("blank", "not filled in"),
        )
        if found.get(verdict)
    ]
    return "; ".join([text, *others]) + "."


def written_number(marked: Marked) -> str:
    """What stands on the worksheet, with a true minus, shortened if it is long."""
    text = printable(" ".join(marked.claim.written.split()))
    if len(text) > _LONGEST_WRITTEN:
        text = text[: _LONGEST_WRITTEN - 1] + "…"
    return text.replace("-", MINUS) if marked.claim.number is not None else text or "?"


def _beside(right: Working, own: Working | None, said: str) -> Iterator[Block]:
    """The right line, and beside it that with one's own numbers, unless something is said between them."""
    words = "With your own earlier numbers:"
    if right.sides and own is not None and not said:
        yield Compared(right, words, own)
        return
    if right.sides:
        yield right
    if said:
        yield Prose(said)
    if own is not None:
        yield from (Prose(words), own)


def _alike(wrong: Sequence[Marked], sheet: MarkedSheet) -> list[tuple[str, list[Marked]]]:
    """Wrong claims in findings, with what is said of several that have one slip in common."""
    layers = {id(claim): at for at, slip in enumerate(sheet.layer_slips) for claim in slip.claims}
    groups: dict[int, list[Marked]] = {}
    findings: list[tuple[str, list[Marked]]] = []
    for marked in wrong:
        layer = layers.get(id(marked.claim))
        if layer is None:
            findings.append(("", [marked]))
        elif layer in groups:
            groups[layer].append(marked)
        else:
            groups[layer] = [marked]
            findings.append((sheet.layer_slips[layer].words, groups[layer]))
    return findings


def _unreadable(claims: Sequence[Marked]) -> Iterator[Block]:
    for marked in claims[:_MOST_NAMED]:
        claim = marked.claim
        yield Prose(f"{claim.cell} cannot be read (line {claim.line}): {printable(claim.problem or '')}.")
        for slip in marked.slips[:1]:
            yield Prose(f"{slip.words}.")
    if len(claims) > _MOST_NAMED:
        yield Prose(f"{len(claims) - _MOST_NAMED} more numbers cannot be read.")


def _names(cells: Sequence[str]) -> str:
    more = f" and {len(cells) - _MOST_NAMED} more" if len(cells) > _MOST_NAMED + 1 else ""
    return ", ".join(cells[:_MOST_NAMED] if more else cells) + more


def _grid(name: str, at: dict[Cell, Marked], place: Cell, shape: tuple[int, ...]) -> Grid:
    """The numbers as written, with a mark beside what is not right."""
    height = shape[-2] if len(shape) > 1 else 1
    rows, marks = [], []
    for row in range(height):
        cells = [(*place, row, column) if len(shape) > 1 else (column,) for column in range(shape[-1])]
        found = [at.get(cell) for cell in cells]
        rows.append(tuple("" if marked is None else _short(marked) for marked in found))
        marks.append(
            tuple(" " if marked is None else VERDICT_MARKS.get(marked.verdict, (" ",))[0] for marked in found)
        )
    return Grid(name, tuple(rows), tuple(marks))


def _short(marked: Marked) -> str:
    text = written_number(marked)
    return text if len(text) <= 12 else text[:11] + "…"


def _place(unit: Fraction) -> str:
    """units, tens, hundreds; beyond that 1,000s."""
    named = {1: "units", 10: "tens", 100: "hundreds", 1000: "thousands"}
    return named.get(int(unit), f"{int(unit):,}s")
