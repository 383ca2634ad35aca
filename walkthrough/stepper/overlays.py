"""What can be opened over the screen: help, why a number is what it is, a derivation; closed again by Esc."""

from __future__ import annotations

from dataclasses import dataclass, replace

from walkthrough.page.drawn_reasons import drawn
from walkthrough.page.reasons import BRIEF, Reason, Reasons
from walkthrough.stepper.pictures.runs import Row, TextRun, cut
from walkthrough.stepper.places.opened import Opened
from walkthrough.stepper.walk import Walk
from walkthrough.trace.steps.kinds import Ref

HELP = (
    ("→  ←  Space", "the next or the last line, or term of an opened line"),
    ("↓  ↑", "the next or the last line"),
    ("PgDn  PgUp", "the next or the last part: another tensor"),
    ("Home  End", "the first or the last line of all"),
    ("Enter  Esc", "opens a line into its terms; closes what was opened"),
    ("g", "goes to a number: conv[2,3], input[5,4], conv.kernel.grad"),
    ("e", "what if: changes a number; all others are worked out anew"),
    ("u  s", "undoes a change; saves the changed case as a new file"),
    ("n", "the next number of the worksheet that is wrong"),
    ("w", "why: where the number came from"),
    ("d", "the derivation of this part's rule"),
    ("b", "keeps values back until the next key, for asking a class"),
    ("z", "folds the products with 0"),
    ("a  +  −", "goes on by itself; faster, slower"),
    ("t", "dark or light"),
    ("q  Ctrl-C", "ends"),
    ("click", "on an output: goes there; on another number: what it goes into"),
)

SIGNS = (
    ("[ ]", "the window: what goes into the number at hand"),
    ("( )", "the largest of a window"),
    ("« »", "the number, or the product, at hand"),
    ("·  ?", "still to come; kept back"),
    ("3→4", "changed from 3 to 4"),
    ("!", "wrong on the worksheet; > right from your own earlier number"),
)


@dataclass(frozen=True, slots=True)
class Overlay:
    """A page over the screen, from its line `top` on."""

    title: str
    lines: tuple[str, ...]
    top: int = 0

    def scrolled(self, rows: int, height: int) -> Overlay:
        """Further down, or up."""
        last = max(len(self.lines) - height, 0)
        return replace(self, top=max(0, min(self.top + rows, last)))

    def rows(self, width: int, height: int) -> list[Row]:
        """Just so many rows."""
        shown = self.lines[self.top : self.top + height - 1]
        more = len(self.lines) - self.top - len(shown)
        aside = f"   {more:,} lines more ↓" if more > 0 else ""
        head = (TextRun(f" {self.title}", "stage"), TextRun(f"{aside}   Esc closes", "dim"))
        rows = [cut(head, width), *(cut((TextRun(f" {line}"),), width) for line in shown)]
        return (rows + [()] * (height - len(rows)))[:height]


def help_page() -> Overlay:
    """All keys."""
    lines = [f"{keys.ljust(11)}  {does}" for keys, does in HELP]
    return Overlay("keys and signs", (*lines, "", *(f"{sign.ljust(11)}  {means}" for sign, means in SIGNS)))


def why(walk: Walk, width: int) -> Overlay:
    """Where the number at hand came from."""
    tree = reasons(walk.opened, walk.ref)
    return Overlay(f"why {walk.opened.name(walk.ref)}", tuple(drawn(tree, width - 2)))


def reasons(opened: Opened, ref: Ref) -> Reason:
    """The tree of a number, as far as `why` shows it."""
    return Reasons(opened.narration, BRIEF).tree(opened.name(ref))


def derivation(walk: Walk, width: int) -> Overlay | None:
    """The derivation of the rule of this part, proved line by line; None if there is none."""
    from walkthrough.derivations import derive_command

    word = next((rule.derivation for rule in walk.opened.rules(walk.part.tensor) if rule.derivation), "")
    if not word:
        return None
    text, _ = derive_command(word, None, "text", min(width - 4, 96))
    return Overlay(f"derive {word}", tuple(text.rstrip("\n").split("\n")))
