"""From what is written on a worksheet to claims: a number (or none) for a cell of the exercise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod
from typing import Any

from walkthrough.case.cells import NoSuchCell
from walkthrough.case.claims import Claim
from walkthrough.case.tables.values import found
from walkthrough.marking.marked_worksheets import NumberClaim
from walkthrough.marking.worksheets.claimed_grids import (
    WrittenGrid,
    fits,
    in_words,
    read_claimed_grid,
    read_lists,
    word_of,
)
from walkthrough.marking.worksheets.claimed_numbers import Commas, settled_commas, understand
from walkthrough.marking.worksheets.exercises import Exercise
from walkthrough.marking.worksheets.size_names import is_size
from walkthrough.mathematics.notation import Cell, Shape
from walkthrough.words.problems import CaseError, Problem

MOST_CLAIMS = 250_000
# nobody mends more at once, and a hostile file may have hundreds of thousands
_ENOUGH_PROBLEMS = 50
_ENOUGH_UNKNOWN = 15
_LONGEST_REMEMBERED = 40
_WORD = re.compile(r"""[^\s,;"']+""")
_DECIMAL_COMMAS = "; commas on this sheet are decimal commas, so put blanks between the numbers"


def read_number_claims(
    raw: Sequence[Claim], exercise: Exercise, file: str, odd: list[Problem], toml: str = ""
) -> tuple[NumberClaim, ...]:
    """The claims in the order of the file; raises CaseError if a cell stands there twice.

    Names that no cell has are added to what is `odd`, and the others read all the same. `toml` is the text in
    which the raw claims have their lines; without it no column is said.
    """
    filling = _Filling(exercise, settled_commas(text for each in raw for text in _texts(each.written)))
    claims: list[NumberClaim] = []
    problems: list[Problem] = []
    unknown = 0
    for each in raw:
        if is_size(each.cell, exercise):
            continue
        if unknown >= _ENOUGH_UNKNOWN and exercise.surely_unknown(each.cell):
            unknown += 1
            continue
        try:
            filling.read(each, claims)
        except NoSuchCell as error:
            unknown += 1
            if unknown <= _ENOUGH_UNKNOWN:
                odd.append(Problem(file, each.line, f'claims."{each.cell[:80]}"', str(error)))
        if len(claims) > MOST_CLAIMS:
            break
    if unknown > _ENOUGH_UNKNOWN:
        more = unknown - _ENOUGH_UNKNOWN
        odd.append(Problem(file, None, "claims", f"{more:,} more names that no cell has"))
    if len(claims) > MOST_CLAIMS:
        problems.append(
            Problem(file, None, "", f"has over {MOST_CLAIMS:,} numbers, the most that are marked")
        )
    problems.extend(_twice(claims, file))
    if problems:
        raise CaseError(problems)
    if toml and any(claim.problem for claim in claims):
        _add_columns(claims, toml)
    return tuple(claims)


def _texts(written: Any) -> Iterator[str]:
    """Everything that is written for a claim, as texts."""
    if isinstance(written, str):
        yield written
    elif isinstance(written, list):
        for each in written:
            yield from _texts(each)


@dataclass(frozen=True, slots=True)
class _Filling:
    """A worksheet being read: its exercise, and what its commas are."""

    exercise: Exercise
    commas: Commas

    def read(self, raw: Claim, claims: list[NumberClaim]) -> None:
        """Adds the claims in what is written for a cell or a tensor; raises NoSuchCell."""
        place = self.exercise.place(raw.cell)
        if place.at is None:
            self._tensor(raw, place.tensor, place.name, claims)
            return
        written = raw.written
        while isinstance(written, list) and len(written) == 1:
            written = written[0]  # [[2.55]] for a tensor that is a single number
        word = word_of(written).strip()
        claims.append(_claim_of([word])(place.name, place.tensor, place.at, word, raw.line, self.commas))

    def _tensor(self, raw: Claim, tensor: str, name: str, claims: list[NumberClaim]) -> None:
        """A whole tensor; a single claim, unreadable, if its numbers are laid out otherwise."""
        shape = self.exercise.shapes[tensor]
        lists = isinstance(raw.written, list)
        text = str(raw.written) if lists else word_of(raw.written)
        blank = text.strip() in ("", "?")
        grid = read_lists(raw.written) if lists else read_claimed_grid(text, self.commas)
        if not blank and not grid.doubt and fits(grid.shape, shape) and prod(shape) <= MOST_CLAIMS:
            self._grid(raw, grid, tensor, claims)
            return
        problem = None if blank else self._misfit(raw.written, text, grid, tensor, shape)
        first = (0,) * len(shape)
        claims.append(NumberClaim(name, tensor, first, text.strip(), None, raw.line, problem, True))

    def _misfit(self, written: Any, text: str, grid: WrittenGrid, tensor: str, shape: Shape) -> str:
        if not isinstance(written, (str, int, list)) or isinstance(written, bool):
            return f"found {found(written)}; expected numbers, {tensor} is {in_words(shape)}"
        if grid.doubt:
            return grid.doubt
        if fits(grid.shape, shape):
            return f"has over {MOST_CLAIMS:,} numbers, the most that are marked"
        said = f"the grid {grid.described}, and {tensor} is {in_words(shape)}"
        return said + (_DECIMAL_COMMAS if self.commas != "separate" and "," in text else "")

    def _grid(self, raw: Claim, grid: WrittenGrid, tensor: str, claims: list[NumberClaim]) -> None:
        first = raw.rows_from if isinstance(raw.written, str) else raw.line
        claim, commas = _claim_of(grid.words), self.commas
        claims.extend(
            claim(name, tensor, at, word, first + below, commas)
            for word, below, (name, at) in zip(
                grid.words, grid.lines, self.exercise.cells(tensor), strict=True
            )
        )


def _claim(name: str, tensor: str, at: Cell, word: str, line: int, commas: Commas) -> NumberClaim:
    said = understand(word, commas)
    return NumberClaim(name, tensor, at, word, said.number, line, said.problem)


# in a class the same numbers stand in the same lines, and a claim never changes
_remembered = lru_cache(maxsize=32_768)(_claim)


def _claim_of(words: Sequence[str]) -> Any:
    """How to make claims of words: those made before again, unless the words are long."""
    return _remembered if len(max(words, key=len)) <= _LONGEST_REMEMBERED else _claim


def _add_columns(claims: list[NumberClaim], toml: str) -> None:
    """Says of the first numbers that cannot be read in which column of their line they stand."""
    lines = toml.split("\n")
    unreadable = [place for place, claim in enumerate(claims) if claim.problem and not claim.whole]
    for place in unreadable[:_ENOUGH_PROBLEMS]:
        claim = claims[place]
        before = 0
        for earlier in reversed(claims[:place]):
            if earlier.line != claim.line:
                break
            before += earlier.written == claim.written
        column = _column(lines[claim.line - 1 : claim.line + 1], claim.written, before)
        if column is not None:
            where = f"line {column[0] + claim.line}, column" if column[0] else "column"
            claims[place] = replace(claim, problem=f"{claim.problem} ({where} {column[1]})")


def _column(lines: Sequence[str], word: str, before: int) -> tuple[int, int] | None:
    """In which of these lines and in which column a word stands, after so many like it."""
    for at, line in enumerate(lines):
        starts = [found.start() for found in _WORD.finditer(line) if found[0] == word]
        start = starts[before] if before < len(starts) else line.find(word)
        if start >= 0:
            return at, start + 1
    return None


def _twice(claims: Sequence[NumberClaim], file: str) -> Iterator[Problem]:
    """The cells that are claimed more than once."""
    whole = {claim.tensor: claim for claim in claims if claim.whole}
    if not whole and len({(claim.tensor, claim.at) for claim in claims}) == len(claims):
        return
    seen: dict[object, NumberClaim] = {}
    told = 0
    for claim in claims:
        first = seen.setdefault((claim.tensor, claim.at), claim)
        if first is claim and not claim.whole:
            first = whole.get(claim.tensor, claim)
        if first is not claim and told < _ENOUGH_PROBLEMS:
            told += 1
            message = f"is claimed twice, the other time in line {first.line}; leave one of them out"
            yield Problem(file, claim.line, f'claims."{claim.cell}"', message)
