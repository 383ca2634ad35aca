"""Verdicts on claimed formulas: each is compared with the equation that it should be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from walkthrough.case.cells import NoSuchCell, cell_name, resolve
from walkthrough.case.claims import Claim
from walkthrough.case.tables.values import found
from walkthrough.marking.marked_worksheets import MarkedFormula, MarkedSheet
from walkthrough.marking.worksheets.order_of_computation import order_of_computation
from walkthrough.mathematics.notation import Cell
from walkthrough.trace.places import Place
from walkthrough.trace.trace import Trace


def with_formulas(sheet: MarkedSheet, trace: Trace) -> MarkedSheet:
    """The marked worksheet, its formulas marked too, in the order of computation."""
    raw = sheet.worksheet.formulas
    if not raw:
        return sheet
    places = order_of_computation(trace)
    order = {name: at for at, name in enumerate(places)}
    shapes = {name: place.shape for name, place in places.items()}

    def placed(each: Claim) -> tuple[str, Cell | None]:
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


def _marked(raw: Claim, tensor: str, at: Cell | None, trace: Trace) -> MarkedFormula:
    from walkthrough.formulas import FormulaVerdict, check_formula

    text = _text(raw.written)
    place = trace.everything.get(tensor)
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
    if place.name in trace.on_the_way:
        return f"{place.name} is a number on the way; claim a formula for what it leads to"
    if place.local in ("input", "target") or place.local in network.parameters:
        return f"{place.name} is given; a formula says how something is worked out"
    if place.local.endswith(".new"):
        return "formulas are for outputs and gradients, not for what a parameter is after the update"
    if place.sample is None and len(trace.case.samples) > 1:
        one = cell_name(f"{place.local}@1", at, place.shape)
        return f"{place.name} is the mean over the samples; claim a formula for one of them, such as {one}"
    return ""
