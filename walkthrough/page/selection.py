"""What somebody asks to see of a case: a cell, a tensor, a layer, or a part of the calculation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from walkthrough.case.cells import NoSuchCell, resolve
from walkthrough.document import Block, Heading
from walkthrough.page.general_formulas import backward_rule, forward_rule, loss_rule, slope_rule
from walkthrough.page.page import Page
from walkthrough.trace.network import Stage
from walkthrough.trace.steps.kinds import Ref
from walkthrough.words.messages import quoted, suggestion

PHASES = ("forward", "loss", "backward", "update")


def selected(page: Page, words: tuple[str, ...]) -> Iterator[Block]:
    """The blocks that the words ask for, in their order; raises NoSuchCell before anything is said."""
    for word in words:
        _known(page, word)
    for word in words:
        yield from _blocks(page, of_sample(page, word))


def tensors(page: Page, words: tuple[str, ...]) -> set[str]:
    """The tensors that the words ask for as a whole: those whose verification belongs to the page."""
    if not words and page.only is not None:
        words = ("forward", "loss", "backward")
    return {name for word in words for name in _tensors(page, of_sample(page, word))}


def chosen(page: Page, words: tuple[str, ...]) -> Iterator[str | Ref]:
    """What the words ask for, in the order of computation within each: whole tensors, or a cell."""
    if not words and page.only is not None:
        words = ("forward", "loss", "backward")
    for word in map(partial(of_sample, page), words):
        whole = _tensors(page, word)
        if whole:
            yield from (name for name in page.places if name in whole)
        else:
            yield _ref(page, word)


def of_sample(page: Page, word: str) -> str:
    """The cell or the tensor of the only sample that is shown: `conv[1,1]` → `conv@3[1,1]`."""
    if page.only is None or "@" in word or word in PHASES or page.stage(word) is not None:
        return word
    tensor, bracket, index = word.partition("[")
    own = f"{tensor.strip()}@{page.only + 1}"
    return f"{own}{bracket}{index}" if own in page.shapes else word


def _known(page: Page, word: str) -> None:
    """Raises NoSuchCell if nothing has this name."""
    if word in PHASES or page.stage(word) is not None:
        return
    try:
        resolve(word, page.shapes)
    except NoSuchCell as problem:
        names = dict.fromkeys([*PHASES, *(stage.name for stage in page.network.stages), *page.places])
        hint = suggestion(word, names)
        if "[" in word:
            raise
        raise NoSuchCell(f"nothing here is called {quoted(word)}; {hint}") from problem


def _tensors(page: Page, word: str) -> set[str]:
    trace = page.steps.trace
    if word in PHASES:
        return {name for name in page.places if _phase(page, name) == word and _is_shown(page, name)}
    stage = page.stage(word)
    if stage is not None:
        return {
            name
            for name, place in trace.places.items()
            if page.steps.stage_of(name) is stage and place.local != "input" and _is_shown(page, name)
        }
    tensor, cell = resolve(word, page.shapes)
    return {tensor} if cell is None else set()


def _is_shown(page: Page, name: str) -> bool:
    return page.only is None or page.places[name].sample == page.only


def _phase(page: Page, name: str) -> str:
    place = page.places[name]
    given = place.local in page.network.parameters or place.local in ("input", "target")
    return "" if given or place.local.endswith(".before") else page.steps.phase(name)


def _ref(page: Page, word: str) -> Ref:
    tensor, cell = resolve(word, page.shapes)
    assert cell is not None
    return Ref(tensor, cell)


def _blocks(page: Page, word: str) -> Iterator[Block]:
    stage = page.stage(word)
    if word not in PHASES and stage is None:
        yield from _tensor_or_cell(page, word)
        return
    several = page.in_turn
    for each in several:
        if len(several) > 1:
            yield Heading(f"step {each.steps.trace.step} of {len(several)}", 1)
        yield from _part(each, word, stage)
    if word == "update":
        yield from page.afterwards()


def _part(page: Page, word: str, stage: Stage | None) -> Iterator[Block]:
    """A part of the calculation, or a layer, in one step of training."""
    if word == "update" or (word in ("backward", "loss") and page.network.loss is None):
        yield from page.update()  # or why there is none
        return
    count = len(page.steps.trace.case.samples)
    for sample in page.samples:
        if page.steps.trace.case.batch:
            yield Heading(f"sample {sample + 1} of {count}", 2)
        yield from _sample(page, word, stage, sample)
    if stage is None or page.only is not None:
        return
    yield from page.means(stage)
    if stage is not page.network.loss:
        yield from page.update(stage)


def _sample(page: Page, word: str, stage: Stage | None, sample: int) -> Iterator[Block]:
    for each in page.network.stages:
        if each is stage or (word == "forward" and each is not page.network.loss):
            yield from page.forward(each, sample)
    for each in reversed(page.network.stages if page.network.loss else ()):
        if each is stage or word == "backward":
            yield from page.backward(each, sample)


def _tensor_or_cell(page: Page, word: str) -> Iterator[Block]:
    tensor, cell = resolve(word, page.shapes)
    stage = page.steps.stage_of(tensor)
    local = page.steps.trace.place(tensor).local
    if stage is not None:
        yield Heading(word, 3, page.steps.phase(tensor))
        if local == stage.z.name:
            yield loss_rule(stage) if stage is page.network.loss else forward_rule(stage)
        elif local == stage.x.grad.name and stage is page.network.loss and stage.equations:
            yield slope_rule(stage)
        for of in stage.inputs if stage is not page.network.loss else ():
            rule = backward_rule(stage, of) if of.grad.name == local else None
            if rule is not None:
                yield rule
    if cell is not None:
        yield page.narration.line(page.steps.step(tensor, cell))
        return
    yield from page.lines(tensor)
    yield from page.grids(tensor, word)
