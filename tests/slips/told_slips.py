"""One slip of the table in an otherwise right sheet on a small network, and how it is told."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from tests.slips.small_networks import ORDER, Cell, drawn
from tests.slips.table_of_slips import in_one_cell, miswritten, throughout
from walkthrough.case import read_case
from walkthrough.marking.diagnosis.examiner import Examiner
from walkthrough.marking.marked_worksheets import Marked
from walkthrough.marking.worksheets.sheet_files import worksheet_of
from walkthrough.trace.trace import replay

MOST = 10**6


@dataclass(frozen=True)
class Slipped:
    """A slip: which cells of a tensor are wrong, which names are as right in each, and what is written."""

    word: str
    tensor: str
    wrong: dict[Cell, str]
    equal: dict[Cell, frozenset[str]]
    written: dict[Cell, str]


@dataclass
class Told:
    """How a slip was told."""

    slipped: Slipped
    blamed: bool
    alone: bool
    wrong: list[tuple[Cell, Marked]]

    @property
    def telling(self) -> list[tuple[Cell, Marked]]:
        """The wrong numbers with digits enough to tell a slip."""
        return [(cell, each) for cell, each in self.wrong if significant(each.claim.written) > 2]

    @property
    def named(self) -> bool:
        return all(
            self.slipped.equal[cell] & {slip.slip for slip in each.slips} for cell, each in self.telling
        )

    @property
    def first(self) -> bool:
        return all(
            each.slips and each.slips[0].slip in self.slipped.equal[cell] for cell, each in self.telling
        )


def said(number: float, digits: int) -> str:
    """As a person writes it: whole numbers whole, others to so many digits."""
    if abs(number - round(number)) < 1e-9 and abs(number) < MOST:
        return str(round(number))
    return format(Decimal(f"{number:.{digits - 1}e}"), "f")


def significant(written: str) -> int:
    return len(written.strip("-").replace(".", "").lstrip("0"))


class Class:
    """Whoever slips on one network, and the sheets that they hand in."""

    def __init__(self, seed: int) -> None:
        self.network = drawn(seed)
        self.draw = random.Random(f"slips {seed}")
        self.case = read_case(self.network.case)
        self.examiner = Examiner(replay(self.case))
        self.everywhere = {tensor: list(throughout(self.network, tensor)) for tensor in ORDER}
        self.right = {
            (tensor, cell): self.said(self.network.numbers[tensor][cell])
            for tensor in ORDER
            for cell in np.ndindex(self.network.numbers[tensor].shape)
        }

    def said(self, number: float) -> str:
        return said(float(number), self.network.digits)

    def name(self, tensor: str, cell: Cell) -> str:
        tensor = tensor.replace("out", self.network.out) if tensor.startswith("out") else tensor
        return tensor + (f"[{','.join(str(at + 1) for at in cell)}]" if cell else "")

    def told(self, slipped: Slipped) -> Told:
        """The sheet marked: everything right up to the tensor with the slip, and that with it."""
        claims = {}
        for tensor in ORDER[: ORDER.index(slipped.tensor) + 1]:
            for cell in np.ndindex(self.network.numbers[tensor].shape):
                text = self.right[tensor, cell]
                text = slipped.written.get(cell, text) if tensor == slipped.tensor else text
                claims[self.name(tensor, cell)] = text
        sheet = self.examiner.mark(worksheet_of(claims, self.case).worksheet)
        by_name = {self.name(slipped.tensor, cell): cell for cell in slipped.wrong}
        wrong = [each for each in sheet.claims if each.verdict == "wrong"]
        here = [(by_name[each.claim.cell], each) for each in wrong if each.claim.cell in by_name]
        return Told(slipped, bool(here), len(here) == len(wrong), here)

    # --- slips -----------------------------------------------------------------------------------

    def slips(self) -> Iterator[Slipped]:
        """Of every slip one that goes through a tensor, and one in a single cell, as far as they show."""
        whole: dict[str, list[Slipped]] = {}
        single: dict[str, list[tuple[str, Cell, str]]] = {}
        for tensor in ORDER:
            for word, array in self.everywhere[tensor]:
                slipped = self.throughout(word, tensor, array)
                if len(slipped.wrong) > 1:
                    whole.setdefault(word, []).append(slipped)
            for cell in np.ndindex(self.network.numbers[tensor].shape):
                for word, text in self.written(tensor, cell):
                    if self.is_wrong(tensor, cell, text):
                        single.setdefault(word, []).append((tensor, cell, text))
        for several in whole.values():
            yield self.draw.choice(several)
        for word, found in single.items():
            tensor, cell, text = self.draw.choice(found)
            equal = {other for other, again in self.written(tensor, cell) if again == text}
            yield Slipped(word, tensor, {cell: text}, {cell: words(*equal)}, {cell: text})

    def written(self, tensor: str, cell: Cell) -> Iterator[tuple[str, str]]:
        for word, number in in_one_cell(self.network, tensor, cell, self.everywhere[tensor]):
            if np.isfinite(number):
                yield word, self.said(number)
        yield from miswritten(self.right[tensor, cell])

    def throughout(self, word: str, tensor: str, array: np.ndarray) -> Slipped:
        texts = self.texts(array)
        wrong = self.differing(tensor, texts)
        equal = {word}
        if wrong:
            for other, again in self.everywhere[tensor]:
                if other != word and self.differing(tensor, self.texts(again)) == wrong:
                    equal.add(other)
        return Slipped(word, tensor, wrong, dict.fromkeys(wrong, words(*equal)), texts)

    def texts(self, array: np.ndarray) -> dict[Cell, str]:
        if not np.isfinite(array).all():
            return {}
        return {cell: self.said(array[cell]) for cell in np.ndindex(array.shape)}

    def differing(self, tensor: str, texts: dict[Cell, str]) -> dict[Cell, str]:
        return {cell: text for cell, text in texts.items() if self.is_wrong(tensor, cell, text)}

    def is_wrong(self, tensor: str, cell: Cell, text: str) -> bool:
        """Whether it is another number, not the right one with its last digit one more or less."""
        right = self.right[tensor, cell]
        unit = Decimal(1).scaleb(-len(right.partition(".")[2])) if "." in right else Decimal(0)
        return abs(Decimal(text) - Decimal(right)) > unit


def words(*several: str) -> frozenset[str]:
    return frozenset(word for each in several for word in each.split())


def counted(seeds: range) -> tuple[Counter[str], list[tuple[int, Told]]]:
    """How many slips were blamed, named, and named first, and which were not."""
    counts, missed = Counter[str](), []
    for seed in seeds:
        students = Class(seed)
        for slipped in students.slips():
            told = students.told(slipped)
            counts["slips"] += 1
            counts["blamed"] += told.blamed and told.alone
            counts["telling"] += bool(told.telling)
            counts["named"] += bool(told.telling) and told.named
            counts["first"] += bool(told.telling) and told.first
            if not (told.blamed and told.alone and told.first):
                missed.append((seed, told))
    return counts, missed
