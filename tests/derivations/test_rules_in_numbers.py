"""What rules end in, put at numbers of a published example or of a calculation by hand."""

from __future__ import annotations

import json
import re
from fractions import Fraction

import pytest
import sympy
from sympy.parsing.sympy_parser import parse_expr

from walkthrough.derivations import AskedSizes, derive_command

Grid = list[list[int]]


def ends(word: str, sizes: AskedSizes | None = None) -> dict[str, str]:
    """For each entry of a rule's page, the right side of its last line."""
    found: dict[str, str] = {}
    left = ""
    for line in json.loads(derive_command(word, sizes, "json")[0])["lines"]:
        left = line["left"] or left
        found[left] = line["right"]
    return found


def put(right: str, numbers: dict[str, Grid | int]) -> Fraction:
    """A right side where x[i,j] is the number in row i, column j."""

    def number(match: re.Match[str]) -> str:
        grid, (*_, i, j) = numbers[match[1]], [1, *map(int, match[2].split(","))]
        return f"({grid if isinstance(grid, int) else grid[i - 1][j - 1]})"

    text = re.sub(r"([a-z]+)\[([\d,]+)\]", number, right)
    plain = {name: each for name, each in numbers.items() if isinstance(each, int)}
    return Fraction(str(parse_expr(text, local_dict=plain)))


def grid_of(lines: dict[str, str], left: str, size: int, numbers: dict[str, Grid | int]) -> list[list[int]]:
    places = range(1, size + 1)
    return [[int(put(lines[left.format(f"{i},{j}")], numbers)) for j in places] for i in places]


COUNTED: Grid = [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]]


@pytest.mark.parametrize(
    ("stride", "expected"),
    [
        # Zhang et al., Dive into Deep Learning, section 14.10, also with stride 2
        (1, [[0, 0, 1], [0, 4, 6], [4, 12, 9]]),
        (2, [[0, 0, 0, 1], [0, 0, 2, 3], [0, 2, 0, 3], [4, 6, 6, 9]]),
    ],
)
def test_a_transposed_convolution_of_a_textbook(stride: int, expected: Grid) -> None:
    lines = ends("transposed-convolution", AskedSizes(stride=(stride,)))
    numbers: dict[str, Grid | int] = {"x": [[0, 1], [2, 3]], "k": [[0, 1], [2, 3]]}
    assert grid_of(lines, "z[{}]", len(expected), numbers) == expected


def test_a_transposed_convolution_backwards_by_hand() -> None:
    lines = ends("transposed-convolution")
    numbers: dict[str, Grid | int] = {
        "x": [[0, 1], [2, 3]],
        "k": [[0, 1], [2, 3]],
        "g": [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
    }
    # 0·1 + 1·2 + 2·4 + 3·5 = 25, and 6 more for every column, 18 for a row
    assert grid_of(lines, "Derivative(L, x[{}])", 2, numbers) == [[25, 31], [43, 49]]
    assert grid_of(lines, "Derivative(L, k[{}])", 2, numbers) == [[25, 31], [43, 49]]


def test_a_dilated_convolution_by_hand() -> None:
    lines = ends("dilated-convolution")
    numbers: dict[str, Grid | int] = {"x": COUNTED, "k": [[1, 0], [0, 1]], "g": [[1, 1], [1, 1]]}
    assert grid_of(lines, "z[{}]", 2, numbers) == [[12, 14], [20, 22]]
    # the sums of the four corners' 2×2 blocks
    assert grid_of(lines, "Derivative(L, k[{}])", 2, numbers) == [[14, 22], [46, 54]]
    ones_and_zeros = [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]
    assert grid_of(lines, "Derivative(L, x[{}])", 4, numbers) == ones_and_zeros


def test_a_batch_norm_by_hand() -> None:
    lines = ends("batch-norm-gradient", AskedSizes(input=(1, 2)))
    numbers: dict[str, Grid | int] = {
        "x": [[5, 3]],
        "g": [[7, -2]],
        "scale": [[6]],
        "shift": [[10]],
        "mean": [[1]],
        "variance": [[3]],
        "epsilon": 1,
    }
    # √(3 + 1) = 2, so the slope is 3
    z = {left: put(right, numbers) for left, right in lines.items()}
    assert list(z.values()) == [6 * 2 + 10, 6 * 1 + 10, 7 * 3, -2 * 3, 7 * 2 - 2 * 1, 7 - 2]


def test_no_letter_of_batch_norm_is_a_function_of_sympy() -> None:
    for right in ends("batch-norm-gradient").values():
        for name in set(re.findall(r"[A-Za-z]\w*", right)) - {"sqrt"}:
            assert not hasattr(sympy, name)
