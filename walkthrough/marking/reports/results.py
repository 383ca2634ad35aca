"""Marked worksheets for programs: JSON, and a table of all students as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Any

from walkthrough.marking.marked_worksheets import (
    RIGHT,
    VERDICTS,
    Marked,
    MarkedFormula,
    MarkedSheet,
    Slip,
    unit_found,
)
from walkthrough.marking.reports.size_report import size_table
from walkthrough.marking.verdicts.calculation.kept_results import KeptResults
from walkthrough.numbers.shown import Shown
from walkthrough.words.messages import printable
from walkthrough.words.problems import Problem

_CLAIM_COLUMNS = ("cell", "written", "verdict", "expected", "from_yours", "enough_digits", "line", "slip")
_FORMULA_COLUMNS = ("missing", "spare", "misindexed", "instead")
_WRITTEN_OUT = KeptResults()
_verdict_of = attrgetter("verdict")
_as_json = json.JSONEncoder(ensure_ascii=False).encode
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def counts(sheet: MarkedSheet) -> dict[str, int]:
    """How many claims have each verdict, in the contract's order; verdicts that nobody has are left out.

    A formula is `right`, `wrong` or `unreadable`.
    """
    found = number_counts(sheet)
    if not sheet.formulas and not sheet.sizes:
        return found
    both = Counter(found) + Counter(marked.verdict.verdict for marked in sheet.formulas)
    both += Counter(marked.verdict for marked in sheet.sizes)
    return {verdict: both[verdict] for verdict in ("right", *VERDICTS) if both[verdict]}


def number_counts(sheet: MarkedSheet) -> dict[str, int]:
    """The same of the numbers alone."""
    found = Counter(map(_verdict_of, sheet.claims))
    return {verdict: found[verdict] for verdict in VERDICTS if found[verdict]}


def count_right(found: Mapping[str, int]) -> int:
    """How many of these verdicts are right in themselves; what only follows is not among them."""
    return sum(found.get(verdict, 0) for verdict in ("right", *RIGHT))


def sheet_table(sheet: MarkedSheet, hide_answers: bool = False) -> dict[str, Any]:
    """A marked worksheet, as `check --json` has it; without answers only the verdict and its place."""
    claims = [
        *(_claim(marked, hide_answers) for marked in sheet.claims),
        *(formula_table(marked, hide_answers) for marked in sheet.formulas),
        *(size_table(marked, hide_answers) for marked in sheet.sizes),
    ]
    return {**_whose(sheet), "claims": claims, **_in_all(sheet)}


def sheet_as_json(sheet: MarkedSheet, hide_answers: bool = False) -> str:
    """The same as a line of JSON."""
    claims = [_claim_as_json(marked, hide_answers) for marked in sheet.claims]
    claims += [_as_json(formula_table(marked, hide_answers)) for marked in sheet.formulas]
    claims += [_as_json(size_table(marked, hide_answers)) for marked in sheet.sizes]
    first, last = _as_json(_whose(sheet))[:-1], _as_json(_in_all(sheet))[1:]
    return f'{first}, "claims": [{", ".join(claims)}], {last}'


def _whose(sheet: MarkedSheet) -> dict[str, Any]:
    worksheet = sheet.worksheet
    return {
        "file": printable(worksheet.file),
        "case": printable(worksheet.case),
        "student": worksheet.student,
    }


def _in_all(sheet: MarkedSheet) -> dict[str, Any]:
    return {"counts": counts(sheet), "first_wrong": sheet.first_wrong}


def _claim_as_json(marked: Marked, hide_answers: bool) -> str:
    """A claim, from memory if the very same was written out before: in a class most are."""
    key = id(marked), hide_answers
    known: str | None = _WRITTEN_OUT.get(key)
    if known is None:
        known = _as_json(_claim(marked, hide_answers))
        if not marked.slips:
            _WRITTEN_OUT.put(key, marked, known)
    return known


def problem_table(problem: Problem) -> dict[str, Any]:
    """What is wrong with a file, beside the worksheets that could be read."""
    return {
        "file": printable(problem.file),
        "line": problem.line,
        "message": ": ".join(printable(part) for part in (problem.key, problem.message) if part),
    }


def _claim(marked: Marked, hide_answers: bool) -> dict[str, Any]:
    claim = marked.claim
    shown = not hide_answers and not claim.whole
    expected = _plain(marked.expected) if shown else None
    same = marked.from_yours is marked.expected or not shown
    table: dict[str, Any] = {
        "cell": claim.cell,
        "written": printable(claim.written),
        "verdict": marked.verdict,
        "expected": expected,
        "from_yours": expected if same else _plain(marked.from_yours),
        "enough_digits": marked.enough_digits,
        "line": claim.line,
        "slips": [] if hide_answers else [_slip(slip) for slip in marked.slips],
    }
    unit = unit_found(marked)
    if unit is not None:
        table["unit"] = str(unit)
    if claim.problem is not None:
        table["problem"] = printable(claim.problem)
    return table


def _slip(slip: Slip) -> dict[str, Any]:
    gives = slip.gives if isinstance(slip.gives, str) else slip.gives.plain
    return {"slip": slip.slip, "at": slip.at, "gives": gives, "words": slip.words}


def formula_table(marked: MarkedFormula, hide_answers: bool = False) -> dict[str, Any]:
    """A marked formula, as `check --json` has it; without answers only the verdict and its place."""
    verdict = marked.verdict
    table: dict[str, Any] = {
        "cell": printable(marked.cell),
        "written": printable(marked.written),
        "verdict": verdict.verdict,
        "expected": None if hide_answers else verdict.expected or None,
        "from_yours": None,
        "enough_digits": True,
        "line": marked.line,
        **{name: [] if hide_answers else list(getattr(verdict, name)) for name in _FORMULA_COLUMNS},
        "slips": [
            {"slip": slip.slip, "at": slip.at, "gives": slip.gives, "words": slip.words}
            for slip in (() if hide_answers else verdict.slips)
        ],
    }
    if verdict.reason:
        table["problem"] = printable(verdict.reason)
    return table


@lru_cache(maxsize=8_192)
def _plain(number: Shown | None) -> str | None:
    """As programs read it; a class has the same numbers again and again."""
    return None if number is None else number.plain


# --- CSV ---------------------------------------------------------------------------------------


def csv_header(every_claim: bool) -> str:
    """The header of the results of a class: a row per worksheet, or a row per claim."""
    first = ("file", "student", "case")
    if every_claim:
        return _row((*first, *_CLAIM_COLUMNS, *_FORMULA_COLUMNS))
    return _row((*first, "claims", *VERDICTS, "first_wrong", "slip", "right"))


def csv_rows(sheet: MarkedSheet, every_claim: bool, hide_answers: bool = False) -> Iterator[str]:
    """The rows of a worksheet below that header."""
    worksheet = sheet.worksheet
    first = [_harmless(each) for each in (printable(worksheet.file), worksheet.student or "", worksheet.case)]
    if every_claim:
        for marked in sheet.claims:
            table = _claim(marked, hide_answers)
            table["slip"] = marked.slips[0].slip if marked.slips and not hide_answers else ""
            table["enough_digits"] = "yes" if marked.enough_digits else "no"
            if marked.claim.number is None:
                table["written"] = _harmless(table["written"])
            fields = (table[column] for column in _CLAIM_COLUMNS)
            yield _row((*first, *fields, *("" for _ in _FORMULA_COLUMNS)))
        yield from (_row((*first, *_formula_fields(each, hide_answers))) for each in sheet.formulas)
        for size in sheet.sizes:
            table = size_table(size, hide_answers)
            table["slip"] = next((slip["slip"] for slip in table["slips"]), "")
            table["enough_digits"] = "yes"
            table["written"] = _harmless(table["written"])
            fields = (table[column] for column in _CLAIM_COLUMNS)
            yield _row((*first, *fields, *("" for _ in _FORMULA_COLUMNS)))
        return
    found = counts(sheet)
    slip = "" if hide_answers else first_slip(sheet)
    verdicts = (found.get(each, 0) for each in VERDICTS)
    total = len(sheet.claims) + len(sheet.formulas) + len(sheet.sizes)
    yield _row((*first, total, *verdicts, sheet.first_wrong or "", slip, count_right(found)))


def _formula_fields(marked: MarkedFormula, hide_answers: bool) -> Iterator[object]:
    """A formula's fields in a row of its own; several terms are set apart by semicolons."""
    table = formula_table(marked, hide_answers)
    table["slip"] = next((slip["slip"] for slip in table["slips"]), "")
    table["enough_digits"] = ""
    for column in ("written", "expected"):
        table[column] = _harmless(table[column] or "")
    yield from (table[column] for column in _CLAIM_COLUMNS)
    yield from (_harmless("; ".join(table[column])) for column in _FORMULA_COLUMNS)


def first_wrong_formula(sheet: MarkedSheet) -> MarkedFormula | None:
    """The formula with which a worksheet first goes wrong; None if that is a number, or nothing."""
    if not sheet.formulas or any(
        marked.verdict == "wrong" and marked.claim.cell == sheet.first_wrong for marked in sheet.claims
    ):
        return None
    wrong = (marked for marked in sheet.formulas if marked.verdict.verdict == "wrong")
    return next((marked for marked in wrong if marked.cell == sheet.first_wrong), None)


def first_slip(sheet: MarkedSheet) -> str:
    """The likeliest slip of the first wrong step; empty if there is none, or nothing common gives it."""
    formula = first_wrong_formula(sheet)
    if formula is not None:
        return formula.verdict.slips[0].slip if formula.verdict.slips else ""
    size = next((marked for marked in sheet.sizes if marked.verdict == "wrong"), None)
    if size is not None:
        return size.slips[0].slip if size.slips else ""
    first = next((marked for marked in sheet.claims if marked.verdict == "wrong"), None)
    return first.slips[0].slip if first is not None and first.slips else ""


def _harmless(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def _row(fields: tuple[object, ...]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow("" if field is None else field for field in fields)
    return written.getvalue()
