"""`derive`: the list of rules, or one rule's derivation, proved."""

from __future__ import annotations

import json
from dataclasses import replace

from walkthrough.derivations import rules
from walkthrough.derivations.derivation import Paragraph, Proved
from walkthrough.derivations.pieces.asked_sizes import AskedSizes, CannotDerive
from walkthrough.derivations.writing.page_formats import WIDTH, Format, InSigns, rendered
from walkthrough.words import shelf
from walkthrough.words.messages import quoted, suggestion


def rule_words() -> tuple[str, ...]:
    """The rules, as one types them."""
    return tuple(name.replace("_", "-") for name in shelf.names(rules))


def rule(word: str) -> rules.DerivedRule:
    """The rule of this word; raises CannotDerive naming the nearest one."""
    name = word.strip().lower().replace("_", "-")
    if name not in rule_words():
        raise CannotDerive(f"there is no rule {quoted(word)}; {suggestion(name, rule_words())}")
    found: rules.DerivedRule = shelf.load(rules, name.replace("-", "_"))()
    return found


def derived(word: str, sizes: AskedSizes | None = None) -> Proved:
    """A rule's derivation for these sizes, every line proved or shown to fail; raises CannotDerive."""
    from walkthrough.derivations.proof.line_proofs import prove

    found, asked = rule(word), sizes or AskedSizes()
    _refuse_unknown(found, asked)
    derivation = found.derive(asked)
    first, *others = derivation.blocks
    return prove(replace(derivation, blocks=(first, *_page_letters(found), *others)))


def _refuse_unknown(found: rules.DerivedRule, sizes: AskedSizes) -> None:
    """Raises CannotDerive if a size was asked for that the rule knows nothing of."""
    unknown = [f"--{name}" for name in sizes.given if name not in found.takes]
    if unknown:
        takes = ", ".join(f"--{name}" for name in found.takes) or "no sizes: it is about a single number"
        raise CannotDerive(f"{found.word} knows no {' and no '.join(unknown)}; it takes {takes}")


def _page_letters(found: rules.DerivedRule) -> tuple[Paragraph, ...]:
    """How the page of a case, which names this rule, writes its letters, where it does otherwise."""
    other = {ours: theirs for ours, theirs in found.page_letters.items() if ours != theirs}
    before = "like the output of the layer before"
    named = [f"{ours} is written {theirs or before}" for ours, theirs in other.items()]
    return (Paragraph((f"On the page of a case {', '.join(named)}.",)),) if named else ()


def derive_command(
    word: str | None,
    sizes: AskedSizes | None = None,
    format: Format = "text",
    width: int = WIDTH,
    said: InSigns = str,
) -> tuple[str, int]:
    """The finished text and the exit status: 0, or 1 if a line is not proved; raises CannotDerive."""
    if word is None:
        if sizes and sizes.given:
            option = f"--{sizes.given[0]}"
            raise CannotDerive(f"{option} belongs to a rule: walkthrough derive RULE {option} …")
        return listing(format), 0
    proved = derived(word, sizes)
    return rendered(proved, format, width, said), 0 if proved.holds else 1


def listing(format: Format = "text") -> str:
    """The rules, a line each, with the options that matter to them."""
    found = [rule(word) for word in rule_words()]
    if format == "json":
        listed = [{"rule": each.word, "title": each.title, "options": each.takes} for each in found]
        return json.dumps({"rules": listed}, ensure_ascii=False, indent=1) + "\n"
    widest = max(len(each.word) for each in found)
    return "".join(f"{each.word:<{widest}}  {each.title}\n" for each in found)
