"""Grids as case files give them: text, lists, files, random numbers."""

from __future__ import annotations

import io
import re
import tomllib
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from walkthrough.case.grids.given_grids import as_kernel, as_matrix, input_shapes, read_grid
from walkthrough.case.tables.values import Bare, Misread
from walkthrough.numbers.grid import GivenGrid


def read(value: Any, folder: Path = Path()) -> GivenGrid:
    return read_grid(value, folder)


def toml(text: str, folder: Path = Path()) -> GivenGrid:
    return read_grid(tomllib.loads(f"it = {text}", parse_float=Bare.of)["it"], folder)


def values(grid: GivenGrid) -> list[Fraction]:
    return list(grid.values())


# --- text --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("1 2 3 4 5 6 7 8", (8,)),
        ("1 2 3 4\n5 6 7 8", (2, 4)),
        ("1 2 3 4; 5 6 7 8", (2, 4)),
        ("1,2,3,4\n5, 6 , 7,8,\n", (2, 4)),
        ("\n 1 2 \n 3 4 \n\n\n 5 6 \n 7 8 \n\n", (2, 2, 2)),
        ("1 2\n3 4\n---\n5 6\n7 8", (2, 1, 2, 2)),
        ("1 2\n\n3 4\n\n---\n\n5 6\n\n7 8", (2, 2, 1, 2)),
        ("1\n2\n3\n4\n5\n6\n7\n8", (8, 1)),
        ("1 2;3 4\r\n\r\n5 6;7 8;\r\n", (2, 2, 2)),
    ],
)
def test_text_has_the_rank_in_which_it_is_written(text: str, shape: tuple[int, ...]) -> None:
    grid = read(text)
    assert grid.shape == shape
    assert values(grid) == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    ("text", "row", "said"),
    [
        ("1 2 3 4\n5 6 7", 1, "row 2 has 3 number(s) and row 1 has 4"),
        ("1 2\n3 4\n\n5 6", 3, "a channel has 1 row(s) and the first has 2"),
        ("1 2\n---\n3 4\n\n5 6", 2, "a filter has 2 channel(s) and the first has 1"),
        ("1 2\n3 x", 1, '"x" is not a number'),
        ("1,,2", 0, "no number between two commas"),
        ("1 2;;3 4", 0, "a row is empty"),
        ("---\n1", 0, "nothing above it"),
        ("1\n---\n", 2, "nothing below it"),
        ("0,5 a", 0, '"a" is not a number'),
        ("", None, "is empty"),
        (" \n ", None, "is empty"),
    ],
)
def test_a_wrong_text_is_answered_with_its_line(text: str, row: int | None, said: str) -> None:
    with pytest.raises(Misread, match=re.escape(said)) as refused:
        read(text)
    assert refused.value.row == row


def test_over_four_million_numbers_are_refused() -> None:
    with pytest.raises(Misread, match="4,000,000"):
        read("1 " * 4_000_001)


@given(st.text(st.sampled_from("0123456789.,;-− \n/%e")))
def test_any_text_is_a_grid_or_is_refused(text: str) -> None:
    try:
        grid = read(text)
    except Misread:
        return
    assert grid.size >= 1


# --- lists and single numbers ------------------------------------------------------------------


def test_lists_take_bare_and_quoted_numbers_exactly_as_written() -> None:
    grid = toml('[[0.10, "1/3"], [-2, 1_000.5]]')
    assert grid.shape == (2, 2)
    assert values(grid) == [Fraction(1, 10), Fraction(1, 3), -2, Fraction(2001, 2)]
    assert grid.text(0) == "0.10"
    assert toml("0.1000000000000000055511151231257827").value(0) != Fraction(1, 10)
    assert toml("2.5").shape == toml("2").shape == toml('"2"').shape == (1,)


@pytest.mark.parametrize(
    ("text", "below", "said"),
    [
        ("[[1, 2], [3]]", (1,), "row 2 has 1 entries and the first has 2"),
        ("[[1, 2], 3]", (1,), "found the number 3 among lists"),
        ("[[1, 2], [3, [4]]]", (1, 1), "found a list of 1"),
        ("[[1, 2], [3, true]]", (1, 1), "found true"),
        ("[1, nan]", (1,), "not a number"),
        ("[1, -inf]", (1,), "not a number"),
        ("[[]]", (), "empty list"),
        ("[1979-05-27]", (0,), "a date"),
        ("[[[[[1]]]]]", (), "nested over 4 deep"),
        ("[1e999]", (0,), "exponent beyond ±400"),
        ("{ values = [1, 'x'] }", ("values", 1), "not a number"),
        ("{ valeus = [1] }", ("valeus",), 'did you mean "values"'),
        ("{}", (), "empty table"),
        ("0x" + "f" * 5000, (), "4,000 digits"),
    ],
)
def test_a_wrong_list_is_answered_with_its_place(text: str, below: tuple[Any, ...], said: str) -> None:
    with pytest.raises(Misread, match=re.escape(said)) as refused:
        toml(text)
    assert refused.value.below == below


# --- what a grid is used as --------------------------------------------------------------------


def test_a_kernel_of_lower_rank_is_one_filter() -> None:
    assert as_kernel(read("1 2\n3 4")).shape == (1, 1, 2, 2)
    assert as_kernel(read("1 2\n3 4\n\n5 6\n7 8")).shape == (1, 2, 2, 2)
    assert as_kernel(toml("[[[1, 2]], [[3, 4]], [[5, 6]]]")).shape == (1, 3, 1, 2)
    assert as_kernel(read("1 2\n---\n3 4")).shape == (2, 1, 1, 2)
    assert as_kernel(read("2")).shape == (1, 1, 1, 1)


def test_a_weight_has_a_row_for_each_output() -> None:
    assert as_matrix(read("0.01 0.01 -0.01 -0.01")).shape == (1, 4)
    assert as_matrix(read("1 2 3; 4 5 6")).shape == (2, 3)
    assert as_matrix(toml("[1, 2, 3]")).shape == (1, 3)
    with pytest.raises(Misread, match="expected rows of numbers"):
        as_matrix(read("1\n\n2"))


def test_an_input_may_be_meant_in_several_shapes() -> None:
    assert input_shapes((5,)) == [(5,), (1, 1, 5), (1, 5), (5, 1, 1)]
    assert input_shapes((3, 4)) == [(1, 3, 4), (3, 4)]
    assert input_shapes((3, 1)) == [(1, 3, 1), (3,), (3, 1)]
    assert input_shapes((2, 3, 4)) == [(2, 3, 4)]


# --- files -------------------------------------------------------------------------------------


def saved(folder: Path, array: Any) -> GivenGrid:
    np.save(folder / "image.npy", array)
    return toml('{ file = "image.npy" }', folder)


def test_floats_in_a_file_are_the_decimals_that_python_prints(tmp_path: Path) -> None:
    assert values(saved(tmp_path, np.array([0.1, -2.5, 1e-7, 3.0]))) == [
        Fraction(1, 10),
        Fraction(-5, 2),
        Fraction(1, 10**7),
        Fraction(3),
    ]
    assert values(saved(tmp_path, np.array([0.1, 0.3], np.float32))) == [Fraction(1, 10), Fraction(3, 10)]
    assert values(saved(tmp_path, np.array([0.1], ">f8"))) == [Fraction(1, 10)]
    assert values(saved(tmp_path, np.array([1 / 3]))) == [Fraction("0.3333333333333333")]


@given(st.lists(st.floats(-1e30, 1e30), min_size=1, max_size=5))
def test_every_float_in_a_file_is_its_shortest_decimal(floats: list[float]) -> None:
    from walkthrough.case.grids.grid_files import grid_of_numbers

    assert values(grid_of_numbers(np.array(floats), "x.npy")) == [Fraction(repr(each)) for each in floats]


def test_whole_numbers_of_every_kind(tmp_path: Path) -> None:
    assert values(saved(tmp_path, np.array([[0, 255]], np.uint8))) == [0, 255]
    assert values(saved(tmp_path, np.array([2**64 - 1], np.uint64))) == [2**64 - 1]
    assert values(saved(tmp_path, np.array([True, False]))) == [1, 0]
    image = np.arange(24).reshape(2, 3, 4)
    assert saved(tmp_path, np.asfortranarray(image)).numerators.tolist() == image.tolist()
    assert saved(tmp_path, np.array(7)).shape == (1,)


def test_an_archive_of_one_array_or_of_several(tmp_path: Path) -> None:
    np.savez(tmp_path / "one.npz", image=np.array([1, 2]))
    np.savez_compressed(tmp_path / "two.npz", image=np.array([1, 2]), kernel=np.array([3]))
    assert values(toml('{ file = "one.npz" }', tmp_path)) == [1, 2]
    assert values(toml('{ file = "two.npz", array = "kernel" }', tmp_path)) == [3]
    with pytest.raises(Misread, match=re.escape('2 arrays ("image", "kernel")')):
        toml('{ file = "two.npz" }', tmp_path)
    with pytest.raises(Misread, match='did you mean "kernel"'):
        toml('{ file = "two.npz", array = "kernle" }', tmp_path)


def test_a_table_from_a_spreadsheet(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'\xef\xbb\xbf1,"2.50"\r\n-3,4\r\n')
    grid = toml('{ file = "a.csv" }', tmp_path)
    assert grid.shape == (2, 2)
    assert [grid.text(place) for place in range(4)] == ["1", "2.50", "−3", "4"]
    (tmp_path / "b.csv").write_text("1;2\n3;4\n")
    assert toml('{ file = "b.csv" }', tmp_path).shape == (2, 2)
    (tmp_path / "c.csv").write_text("0,5;2\n3;4\n")
    with pytest.raises(Misread, match="line 1"):
        toml('{ file = "c.csv" }', tmp_path)
    (tmp_path / "d.csv").write_text("a,b\n3,4\n")
    with pytest.raises(Misread, match=re.escape('"d.csv" line 1: "a" is not a number')):
        toml('{ file = "d.csv" }', tmp_path)


def npy(kind: str, shape: str, body: bytes = b"") -> bytes:
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + body


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no .npy array"),
        (b"hello", "no .npy array"),
        (npy("<f8", "(100000, 100000)"), "4,000,000"),
        (npy("<f8", "(3,)", b"12345678"), "ends before the 3 numbers"),
        (npy("<f8", "(0,)"), "no numbers"),
        (npy("<f8", "(-1,)"), "no numbers"),
        (npy("|O", "(1,)", b"cos\nsystem\n"), "expected whole numbers or floats"),
        (npy("<c16", "(1,)", b"x" * 16), "expected whole numbers or floats"),
        (npy("<U4", "(1,)", b"x" * 16), "expected whole numbers or floats"),
        (npy("<f8", "(1, 1, 1, 1, 1)", b"x" * 8), "5 axes"),
        (npy("<f8", "(2,)", np.array([1.0, np.nan]).tobytes()), "number 2 is nan"),
        (npy("<f8", "(1,)", np.array([np.inf]).tobytes()), "number 1 is inf"),
        (npy("<f8", "(" * 3000), "no .npy array"),
    ],
)
def test_a_hostile_array_is_refused_before_it_is_read(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "x.npy").write_bytes(content)
    with pytest.raises(Misread, match=re.escape(said)):
        toml('{ file = "x.npy" }', tmp_path)
    with zipfile.ZipFile(tmp_path / "x.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", content)
    with pytest.raises(Misread, match=re.escape(said)):
        toml('{ file = "x.npz" }', tmp_path)


def test_files_that_are_not_what_they_say(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(b"PK\x03\x04 but no archive")
    (tmp_path / "folder.npy").mkdir()
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(20_000_001)
    for name, said in [
        ("x.npz", "no .npz file"),
        ("folder.npy", "is not a file"),
        ("missing.npy", "is not there"),
        ("image.png", "expected the name of a .npy, .npz or .csv file"),
        ("large.csv", "over 20 MB"),
        ("a\\u0000.npy", "is not there"),
    ]:
        with pytest.raises(Misread, match=re.escape(said)):
            toml(f'{{ file = "{name}" }}', tmp_path)
    with pytest.raises(Misread, match="names the array"):
        toml('{ file = "x.npy", array = "a" }', tmp_path)


@given(st.binary(max_size=300))
def test_any_bytes_are_an_array_or_are_refused(content: bytes) -> None:
    from walkthrough.case.grids.grid_files import _npz
    from walkthrough.case.grids.numpy_files import read_array

    for start in (b"", b"\x93NUMPY\x01\x00", npy("<f8", "(1,)")):
        for reader in (lambda file: read_array(file, "x"), lambda file: _npz(file, "x", None)):
            try:
                reader(io.BytesIO(start + content))
            except Misread:
                continue


# --- random ------------------------------------------------------------------------------------


def by_hand(floats: Any, scale: Fraction, decimals: int) -> list[Fraction]:
    """Half away from zero, with fractions alone."""
    rounded = []
    for number in floats.reshape(-1).tolist():
        exact = Fraction(number) * scale * 10**decimals
        size = int(abs(exact) + Fraction(1, 2))
        rounded.append(Fraction(-size if exact < 0 else size, 10**decimals))
    return rounded


def test_random_numbers_are_numpys_in_reading_order() -> None:
    grid = toml('{ random = "normal", shape = [6, 1, 5, 5], seed = 1, scale = "0.1", decimals = 3 }')
    floats = np.random.default_rng(1).standard_normal((6, 1, 5, 5))
    assert grid.shape == (6, 1, 5, 5)
    assert values(grid) == by_hand(floats, Fraction(1, 10), 3)
    # default_rng(1).standard_normal() starts 0.34558418920.., 0.82161814253.., 0.33043707618..
    assert [grid.text(place) for place in range(3)] == ["0.035", "0.082", "0.033"]
    uniform = toml('{ random = "uniform", shape = 4, seed = 0 }')
    # default_rng(0).random() starts 0.6369616873.., 0.2697867138.., 0.0409735240.., 0.0165276355..
    assert [uniform.text(place) for place in range(4)] == ["0.637", "0.27", "0.041", "0.017"]


@given(
    st.integers(0, 2**64),
    st.sampled_from([Fraction(1), Fraction(-1, 3), Fraction(10**30), Fraction(1, 10**320), Fraction(0)]),
    st.integers(0, 100),
)
def test_rounding_is_exact(seed: int, scale: Fraction, decimals: int) -> None:
    grid = read({"random": "normal", "shape": [5], "seed": seed, "scale": str(scale), "decimals": decimals})
    floats = np.random.default_rng(seed).standard_normal(5)
    assert values(grid) == by_hand(floats, scale, decimals)


def test_ties_go_away_from_zero_and_near_ties_are_told_apart() -> None:
    from walkthrough.case.grids.drawn_numbers import _rounded

    above, below = np.nextafter(0.5, 1), np.nextafter(0.5, 0)
    floats = np.array([0.5, -0.5, 1.5, -2.5, above, below, -below, 0.15, 0.25, 0.0])
    assert values(_rounded(floats, Fraction(1), 0, (10,))) == [1, -1, 2, -3, 1, 0, 0, 0, 0, 0]
    # the float 0.15 lies below 0.15, the float 0.35 too; 0.25 is a tie
    floats = np.array([0.15, 0.25, 0.35, -0.25, -0.15])
    tenths = [Fraction(n, 10) for n in (1, 3, 3, -3, -1)]
    assert values(_rounded(floats, Fraction(1), 1, (5,))) == tenths


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('{ random = "norml", shape = [1], seed = 1 }', 'expected "normal" or "uniform"'),
        ('{ random = "normal", seed = 1 }', "needs a shape"),
        ('{ random = "normal", shape = [2] }', "needs a seed"),
        ('{ random = "normal", shape = [100000, 100000], seed = 1 }', "4,000,000"),
        ('{ random = "normal", shape = [0], seed = 1 }', "whole number from 1"),
        ('{ random = "normal", shape = [], seed = 1 }', "expected 1 to 4"),
        ('{ random = "normal", shape = [1], seed = -1 }', "whole number from 0"),
        ('{ random = "normal", shape = [1], seed = 1, decimals = 101 }', "from 0 to 100"),
        ('{ random = "normal", shape = [1], seed = 1, scale = "x" }', "not a number"),
        ('{ random = "normal", shape = [1], seeds = 1 }', 'did you mean "seed"'),
    ],
)
def test_wrong_random_grids(table: str, said: str) -> None:
    with pytest.raises(Misread, match=re.escape(said)):
        toml(table)
