"""Formulas that somebody claims on a worksheet: read with their places, judged, and told to programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from walkthrough.case.cells import NoSuchCell, cell_name, resolve
from walkthrough.case.claims import Claim as RawClaim
from walkthrough.case.values import found
from walkthrough.marking.model import MarkedFormula, MarkedSheet
from walkthrough.marking.worksheets.exercises import Exercise
from walkthrough.mathematics.notation import Cell
from walkthrough.trace.places import Place
from walkthrough.trace.trace import Trace
from walkthrough.words.messages import printable
from walkthrough.words.problems import CaseError, Problem

MOST_FORMULAS = 2_000
_ENOUGH_PROBLEMS = 50
_TERMS = ("missing", "spare", "misindexed", "instead")


# --- reading -----------------------------------------------------------------------------------


def read_formulas(raw: Sequence[RawClaim], exercise: Exercise, file: str) -> tuple[RawClaim, ...]:
    """The claimed formulas as they stand; raises CaseError for cells that are not there, or there twice."""
    if len(raw) > MOST_FORMULAS:
        message = f"has {len(raw):,} formulas; at most {MOST_FORMULAS:,} are marked"
        raise CaseError([Problem(file, raw[MOST_FORMULAS].line, "formulas", message)])
    problems: list[Problem] = []
    seen: dict[tuple[str, Cell | None], RawClaim] = {}
    for each in raw:
        key = f'formulas."{each.cell[:80]}"'
        try:
            place = exercise.place(each.cell)
        except NoSuchCell as error:
            problems.append(Problem(file, each.line, key, str(error)))
        else:
            first = seen.setdefault((place.tensor, place.at), each)
            if first is not each:
                message = f"is claimed twice, the other time in line {first.line}; leave one of them out"
                problems.append(Problem(file, each.line, key, message))
        if len(problems) >= _ENOUGH_PROBLEMS:
            break
    if problems:
        raise CaseError(problems)
    return tuple(raw)


# --- marking -----------------------------------------------------------------------------------


def with_formulas(sheet: MarkedSheet, trace: Trace) -> MarkedSheet:
    """The marked worksheet, its formulas marked too, in the order of computation."""
    raw = sheet.worksheet.formulas
    if not raw:
        return sheet
    order = {name: at for at, name in enumerate(trace.places)}
    shapes = {name: place.shape for name, place in trace.places.items()}

    def placed(each: RawClaim) -> tuple[str, Cell | None]:
        try:
            return resolve(each.cell, shapes)
        except NoSuchCell:  # a worksheet from Python, whose names nobody has looked at
            return "", None

    marked = [_marked(each, *placed(each), trace) for each in raw]
    marked.sort(key=lambda each: (order.get(each.tensor, len(order)), each.at))
    wrong = [
        *((order[m.claim.tensor], m.claim.at, m.claim.cell) for m in sheet.claims if m.verdict == "wrong"),
        *((order.get(m.tensor, 0), m.at, m.cell) for m in marked if m.verdict.verdict == "wrong"),
    ]
    first = min(wrong, key=lambda each: each[:2])[2] if wrong else None
    return replace(sheet, formulas=tuple(marked), first_wrong=first)


def _marked(raw: RawClaim, tensor: str, at: Cell | None, trace: Trace) -> MarkedFormula:
    from walkthrough.formulas import FormulaVerdict, check_formula

    text = _text(raw.written)
    place = trace.places.get(tensor)
    if text is None:
        reason = f"found {found(raw.written)}; expected a formula in quotation marks"
        text = str(raw.written) if isinstance(raw.written, list) else ""
    elif text.strip() in ("", "?"):
        reason = "no formula is filled in"
    else:
        reason = "" if place is None or at is None else _without_formula(place, at, trace)
    name = "".join(raw.cell.split())
    verdict = FormulaVerdict("unreadable", reason=reason) if reason else None
    return MarkedFormula(
        name, tensor, at or (), text, raw.line, verdict or check_formula(trace.network, raw.cell, text)
    )


def _text(written: Any) -> str | None:
    """The formula as a text; None if it is nothing that a formula could be."""
    if isinstance(written, int) and not isinstance(written, bool):
        return str(written) if written.bit_length() < 200 else None
    return written if isinstance(written, str) else None


def _without_formula(place: Place, at: Cell, trace: Trace) -> str:
    """Why no formula can be claimed for a tensor; empty if one can."""
    network = trace.network
    if place.local in ("input", "target") or place.local in network.parameters:
        return f"{place.name} is given; a formula says how something is worked out"
    if place.local.endswith(".new"):
        return "formulas are for outputs and gradients, not for what a parameter is after the update"
    if place.sample is None and len(trace.case.samples) > 1:
        one = cell_name(f"{place.local}@1", at, place.shape)
        return f"{place.name} is the mean over the samples; claim a formula for one of them, such as {one}"
    return ""


# --- for programs ------------------------------------------------------------------------------


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
        **{name: [] if hide_answers else list(getattr(verdict, name)) for name in _TERMS},
        "slips": [
            {"slip": slip.slip, "at": slip.at, "gives": slip.gives, "words": slip.words}
            for slip in (() if hide_answers else verdict.slips)
        ],
    }
    if verdict.reason:
        table["problem"] = printable(verdict.reason)
    return table
