"""Formulas and lines of working as MathML: z₁₁ = x₁₁k₁₁ with real subscripts, selectable and zoomable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

from walkthrough.document import Relation, Side, Sum, Window
from walkthrough.formats._arranged_sides import signed

_BELOW = str.maketrans("₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₙₛ", "0123456789ijkns")
_ABOVE = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾", "0123456789−()")
_FUNCTIONS = frozenset({"ln", "tanh", "max", "exp", "softplus"})
_WORDS = frozenset({"if", "to", "is", "of", "or", "in", "by"})
"""Words of two letters; any other two are two symbols side by side."""

_TOKEN = re.compile(
    r"(?P<number>[0-9]+(?:[.,][0-9]+)?)|(?P<below>[₀-₉ᵢⱼₖₙₛ]+|(?<=[a-z])_[a-z](?![a-z]))"
    r"|(?P<both>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾]+[₀-₉ᵢⱼₖₙₛ]+)|(?P<above>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾]+)"
    r"|(?P<index>(?<=[A-Za-zα-ω₀-₉\u0302])\[[^\]]*\])|(?P<power>e\^(?=[−A-Za-z(]))"
    r"|(?P<letter>[A-Za-zα-ωϕ]\u0302?'*(?![A-Za-z]))"
    r"|(?P<word>[A-Za-z]+(?:'s)?(?:,? [A-Za-z]{2,}(?:'s)?)*)|(?P<space>\s+)|(?P<sign>.)",
    re.DOTALL,
)
_DERIVATIVE = re.compile(r"∂(\w)/∂(\w\u0302?(?:\[[^\]]*\]|[₀-₉]+)?)")
_OPERAND = re.compile(r"[\w)\]⟩½¼¾⅓%]\s*$")
"""What a sign stands behind if it adds or subtracts; anywhere else it belongs to the number after it."""
_BREAKS = re.compile(r" (?=[+−=≈←] )")
_LONG = 36
"""Characters of a formula that may be broken before a sign."""


def mathml(text: str, display: bool = False) -> Markup:
    """A formula as one `<math>`; a formula that stands by itself has its derivatives as fractions."""
    inner = _fractions(text) if display else _row(text)
    kind = Markup(' display="block"') if display else Markup("")
    return Markup("<math{}>{}</math>").format(kind, inner)


def pieces(relation: Relation | str, side: Side) -> Iterator[Markup]:
    """A side after its relation: one `<math>`, or several between which a line may break."""
    match side:
        case Sum(rows, before, after) if len(rows) > 1:
            yield _laid(relation, rows, "+", before, after)
        case Window(rows) if len(rows) > 1:
            yield _laid(relation, rows, "", "max(", ")")
        case Window(rows):
            yield mathml(f"{relation} max( {', '.join(rows[0])} )")
        case Sum(rows, before, after):
            yield from broken(f"{relation} {before}{signed(rows[0])}{after}")
        case str():
            yield from broken(f"{relation} {side}")


def broken(text: str) -> Iterator[Markup]:
    """A formula in pieces between which a line may break: before a sign that stands in no parentheses."""
    if len(text) <= _LONG:
        yield mathml(text)
        return
    piece, continued = "", False
    for part in _BREAKS.split(text):
        if len(piece) > 3 and all(piece.count(one) == piece.count(other) for one, other in ("()", "[]")):
            yield Markup("<math>{}</math>").format(_row(piece, continued))
            piece, continued = "", True
        piece += f" {part}" if piece else part
    yield Markup("<math>{}</math>").format(_row(piece, continued))


def _laid(relation: str, rows: tuple[tuple[str, ...], ...], joint: str, before: str, after: str) -> Markup:
    """Rows under each other, their terms in columns, each a formula of its own.

    A table of MathML would do but for this: browsers do not set its columns flush right.
    """
    columns = max(len(row) for row in rows)
    cells: list[Markup] = []
    for number, row in enumerate(rows):
        lead = f"{joint} " if number and joint else ""
        for at, text in enumerate(row):
            end = f" {joint}" if joint and at < len(row) - 1 else ""
            place = Markup(' class="first"') if at == 0 else Markup("")
            cells.append(
                Markup("<math{}>{}</math>").format(
                    place, _row(f"{lead if at == 0 else ''}{text}{end}", continued=number > 0 and at == 0)
                )
            )
    kind = "lattice" if joint else "lattice apart"
    table = Markup('<span class="{}" style="--columns:{}">{}</span>').format(
        kind, columns, Markup("").join(cells)
    )
    start = mathml(f"{relation} {before}".strip())
    return Markup('<span class="laid">{}{}{}</span>').format(start, table, mathml(after) if after else "")


def _fractions(text: str) -> Markup:
    found, start = Markup(""), 0
    for match in _DERIVATIVE.finditer(text):
        found += _row(text[start : match.start()])
        above, below = _row(f"∂{match[1]}"), _row(f"∂{match[2]}")
        found += Markup("<mfrac><mrow>{}</mrow><mrow>{}</mrow></mfrac>").format(above, below)
        start = match.end()
    return found + _row(text[start:])


def _row(text: str, continued: bool = False) -> Markup:
    """A formula's parts side by side; `continued` says that something stands before it."""
    before = "0" if continued else ""
    atoms: list[Markup] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match is not None  # any sign is one
        at = match.end()
        kind, said = str(match.lastgroup), match[0]
        match kind:
            case "below" | "index":
                inner = said.lstrip("_").translate(_BELOW) if kind == "below" else said[1:-1].replace(" ", "")
                _raise(atoms, "msub", _row(inner))
            case "both":
                low = said.lstrip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾")
                high = said[: -len(low)].translate(_ABOVE)
                _raise(atoms, "msubsup", _row(low.translate(_BELOW)), _row(high))
            case "above":
                _raise(atoms, "msup", _row(said.translate(_ABOVE)))
            case "power":
                end = _end_of_power(text, at)
                inside = text[at:end]
                if inside.startswith("("):
                    inside = inside[1:-1]
                atoms.append(Markup("<msup><mi>e</mi><mrow>{}</mrow></msup>").format(_row(inside)))
                at = end
            case "sign" if said in "−+" and continued and not atoms:
                atoms.append(Markup('<mo form="infix">{}</mo>').format(said))
            case "sign" if said in "−+" and _OPERAND.search(before + text[: match.start()]) is None:
                atoms.append(Markup('<mo form="prefix">{}</mo>').format(said))
            case _:
                atoms += _atoms(kind, said)
                if said in _FUNCTIONS and text[at : at + 1] == " ":
                    atoms.append(Markup('<mspace width="0.17em"></mspace>'))
    return Markup("").join(atoms)


def _atoms(kind: str, said: str) -> Iterator[Markup]:
    match kind:
        case "number":
            yield Markup("<mn>{}</mn>").format(said)
        case "letter":
            yield Markup("<mi>{}</mi>").format(said)
        case "word" if said in _FUNCTIONS:
            yield Markup("<mi>{}</mi>").format(said)
        case "word" if len(said) == 2 and said.islower() and said not in _WORDS:
            yield from (Markup("<mi>{}</mi>").format(each) for each in said)
        case "word":
            yield Markup("<mtext>\u00a0{}\u00a0</mtext>").format(said)
        case "space":
            return
        case _:
            # a parenthesis does not grow: a line of working is as high as a line
            still = Markup(' stretchy="false"') if said in "()[]|{}" else Markup("")
            still = Markup(' lspace="0" rspace="0"') if said in "/·" else still
            yield Markup("<mo{}>{}</mo>").format(still, escape("∑" if said == "Σ" else said))


def _raise(atoms: list[Markup], how: str, *what: Markup) -> None:
    """What stands below or above goes with what stands before it."""
    base = atoms.pop() if atoms else Markup("<mrow></mrow>")
    rows = Markup("").join(Markup("<mrow>{}</mrow>").format(each) for each in what)
    atoms.append(Markup("<{0}>{1}{2}</{0}>").format(Markup(how), base, rows))


def _end_of_power(text: str, at: int) -> int:
    """Where an exponent ends: after its parenthesis, or its sign, letter and index."""
    if text[at] != "(":
        match = re.compile(r"−?[A-Za-z]\u0302?[₀-₉ᵢⱼₖₙₛ]*[⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾]*").match(text, at)
        return match.end() if match else at + 1
    depth = 0
    for place in range(at, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if not depth:
            return place + 1
    return len(text)
