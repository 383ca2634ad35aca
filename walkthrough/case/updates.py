"""The table `[update]` of a case file: the rule by which parameters move, and which of them do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from walkthrough import updates as update_shelf
from walkthrough.case.layers import NamedLayer, fill, typed
from walkthrough.case.tables.reader import Reader
from walkthrough.case.tables.values import Misread, found
from walkthrough.mathematics.windows import DoesNotFit
from walkthrough.numbers.written import Written
from walkthrough.updates import UpdateRule
from walkthrough.updates.sgd import GradientDescent
from walkthrough.words.messages import quoted, suggestion
from walkthrough.words.options import options


@dataclass(frozen=True, slots=True)
class Updating:
    """An update rule under the word of case files, and the parameters that it leaves as they are."""

    type: str = "sgd"
    rule: UpdateRule = GradientDescent()
    frozen: tuple[str, ...] = ()


def read_update(reader: Reader, value: Any, rate: Written | None, layers: Sequence[NamedLayer]) -> Updating:
    """The table `[update]`; what is wrong with it is noted."""
    if not isinstance(value, dict):
        reader.table(("update",), value, [])
        return Updating()
    table = {"type": "sgd", **value}
    of = typed(reader, ("update",), table, update_shelf)
    if of is None:
        return Updating()
    word, kind = of
    filled = fill(reader, ("update",), table, kind, ["type", "frozen"])
    frozen = reader.read(("update", "frozen"), _frozen, table.get("frozen", []), _parameters(layers))
    if rate is None:
        usual = f"PyTorch's for {word} is learning_rate = {quoted(kind.usual_rate)}"
        reader.refuse(("update",), f"stands without a learning_rate; {usual}")
    if filled is None:
        return Updating()
    rule = kind(**filled)
    try:
        rule.check()
    except DoesNotFit as error:
        reader.refuse(("update", *([error.key] if error.key else [])), str(error))
    return Updating(word, rule, frozen or ())


def _parameters(layers: Sequence[NamedLayer]) -> list[str]:
    """The names of all parameters, whatever their shapes will be."""
    return [
        f"{each.name}.{role}"
        for each in layers
        for role, option in options(type(each.layer)).items()
        if option.kind in ("grid", "kernel", "matrix") and getattr(each.layer, role) is not None
    ]


def _frozen(value: Any, known: list[str]) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Misread(f'found {found(value)}; expected a list of parameters, such as ["dense.bias"]')
    for name in names:
        if name not in known:
            raise Misread(f"{quoted(name)} is no parameter of this case; {suggestion(name, known)}")
    return tuple(dict.fromkeys(names))
