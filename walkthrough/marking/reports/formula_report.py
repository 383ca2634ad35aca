"""What is said of claimed formulas: yours, the right one, and which terms make the difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from walkthrough.document import Block, Heading, Prose, Table, Working
from walkthrough.marking.marked_worksheets import MarkedFormula, MarkedSheet
from walkthrough.marking.reports.results import first_wrong_formula
from walkthrough.numbers.written import MINUS
from walkthrough.words.messages import printable

_LONGEST_WRITTEN = 1_000
_LONGEST_IN_TABLE = 60
_MOST_DETAILED = 20
_MOST_TERMS = 12
_MOST_CELLS = 60


def formula_tally(found: Mapping[str, int]) -> str:
    """The counts as a sentence: `12 of 13 formulas are right; 1 is wrong.`"""
    right, total = found.get("right", 0), sum(found.values())
    said = [
        f"{right} of {total} formula{' is' if total == 1 else 's is' if right == 1 else 's are'} right",
        *(f"{found[verdict]} {verdict}" for verdict in ("wrong", "unreadable") if found.get(verdict)),
    ]
    return "; ".join(said) + "."


def formula_summary(sheet: MarkedSheet) -> Iterator[Block]:
    """How many formulas are right, and the one with which the worksheet first goes wrong."""
    if sheet.formulas:
        yield Prose(formula_tally(Counter(marked.verdict.verdict for marked in sheet.formulas)))
    first = first_wrong_formula(sheet)
    if first is not None:
        yield Prose(f"First wrong: the formula for {first.cell} (line {first.line}).")


def formula_blocks(
    formulas: Sequence[MarkedFormula], everything: bool = False, hide_answers: bool = False
) -> Iterator[Block]:
    """The wrong formulas one by one, those that cannot be read, and with `everything` a list of all."""
    wrong = [marked for marked in formulas if marked.verdict.verdict == "wrong"]
    detailed = [] if hide_answers else wrong if everything else wrong[:_MOST_DETAILED]
    for marked in detailed:
        yield from _finding(marked)
    if wrong[len(detailed) :] and not everything:
        yield Heading(f"{len(wrong) - len(detailed)} {'more ' if detailed else ''}wrong formulas", 3)
        yield _table(wrong[len(detailed) :])
    unreadable = [marked for marked in formulas if marked.verdict.verdict == "unreadable"]
    if unreadable and wrong:
        yield Heading("besides", 3)
    for marked in unreadable[:_MOST_TERMS]:
        reason = printable(marked.verdict.reason)
        yield Prose(f"The formula for {marked.cell} cannot be read (line {marked.line}): {reason}.")
    if unreadable[_MOST_TERMS:]:
        yield Prose(f"{len(unreadable) - _MOST_TERMS} more formulas cannot be read.")
    if everything and formulas:
        yield Heading("every formula")
        yield _table(formulas)


def _finding(marked: MarkedFormula) -> Iterator[Block]:
    """A wrong formula: yours, the right one, in words what is wrong with it, and the slips."""
    verdict = marked.verdict
    yield Heading(f"The formula for {marked.cell} is wrong", 3, f"line {marked.line}")
    yield Working("", "yours", (("=", _written(marked, _LONGEST_WRITTEN)),))
    yield Working("", "right", (("=", _signs(verdict.expected)),))
    yield from _listed("Missing", map(_signs, verdict.missing))
    yield from _listed("Spare", map(_signs, verdict.spare))
    pairs = zip(verdict.misindexed, verdict.instead, strict=True)
    yield from _listed("Mis-indexed", (f"{_signs(was)} for {_signs(should)}" for was, should in pairs))
    for slip in verdict.slips:
        yield Prose(f"Yours is what comes out if {slip.words}.")


def _listed(what: str, terms: Iterator[str]) -> Iterator[Block]:
    """`Missing: g[1,1]*x[2,1], g[1,2]*x[2,2].`"""
    several = list(terms)
    if several:
        more = f" and {len(several) - _MOST_TERMS} more" if len(several) > _MOST_TERMS else ""
        yield Prose(f"{what}: {', '.join(several[:_MOST_TERMS])}{more}.")


def _table(formulas: Sequence[MarkedFormula]) -> Table:
    """Formulas, a row each; what would be right stands with the wrong ones only."""
    rows = [
        (marked.cell, _written(marked, _LONGEST_IN_TABLE), marked.verdict.verdict, str(marked.line))
        for marked in formulas
    ]
    return Table(("cell", "formula", "verdict", "line"), tuple(rows), frozenset({3}))


def _written(marked: MarkedFormula, longest: int) -> str:
    """What stands on the worksheet, on one line, shortened if it is very long."""
    text = printable(" ".join(marked.written[: 2 * longest].split()))
    return _signs(text if len(text) <= longest else text[: longest - 1] + "…") or "?"


def _signs(formula: str) -> str:
    """With a true minus."""
    return formula.replace("-", MINUS)


class FormulaTally:
    """The formulas of a class, counted while sheet after sheet is marked."""

    def __init__(self) -> None:
        self.verdicts: Counter[str] = Counter()
        self._cells: dict[str, Counter[str]] = {}
        self._slips: dict[str, Counter[str]] = {}

    def add(self, sheet: MarkedSheet) -> None:
        """Counts the formulas of a worksheet."""
        for marked in sheet.formulas:
            verdict = marked.verdict
            self.verdicts[verdict.verdict] += 1
            self._cells.setdefault(marked.cell, Counter())[verdict.verdict] += 1
            for slip in verdict.slips[:1]:
                self._slips.setdefault(marked.cell, Counter())[slip.slip] += 1

    def merge(self, other: FormulaTally) -> None:
        """Adds the formulas of further worksheets."""
        self.verdicts += other.verdicts
        for cells, more in ((self._cells, other._cells), (self._slips, other._slips)):
            for name, found in more.items():
                cells.setdefault(name, Counter()).update(found)

    def blocks(self, hide_answers: bool) -> Iterator[Block]:
        """The cells whose formula is wrong on some worksheet."""
        wrong = {name: found for name, found in self._cells.items() if found["wrong"]}
        if not wrong:
            return
        yield Heading("formula by formula")
        header = ("cell", "right", "wrong", "unreadable")
        rows = []
        for name, found in list(wrong.items())[:_MOST_CELLS]:
            row = (name, *(str(found[verdict]) for verdict in header[1:]))
            often = self._slips.get(name, Counter()).most_common(1)
            said = f"{often[0][0]} ({often[0][1]})" if often else ""
            rows.append(row if hide_answers else (*row, said))
        whole = header if hide_answers else (*header, "most often")
        yield Table(whole, tuple(rows), frozenset({1, 2, 3}))
        if len(wrong) > _MOST_CELLS:
            yield Prose(f"{len(wrong) - _MOST_CELLS} more formulas are wrong on some worksheet.")
