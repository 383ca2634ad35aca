"""A slip over a whole layer is one finding; and what would tell slips apart."""

from __future__ import annotations

from tests.slips.exercises import Workbook, book_of, refer, sheet, shipped
from walkthrough.marking.diagnosis.likeliest_slips import Diagnosed, diagnose, undecided, whole_layer

CONV = """
input.values = "1 2 0 3; 3 1 -1 2; 1 2 4 0"
[[layers]]
type = "conv2d"
kernel = "2 -1; 3 4"
"""


def examined(book: Workbook, claims: dict[str, str], wrong: list[str]):
    made, own = sheet(book, claims)
    bad = [made[refer(book, cell)] for cell in wrong]
    found = [Diagnosed(each, diagnose(each, book, own)) for each in bad]
    return whole_layer(found, [each for each in made.values() if each not in bad], book, own)


def flipped(book: Workbook) -> dict[str, str]:
    """Every window with the kernel turned: 4 3 / −1 2."""
    image = [[1, 2, 0, 3], [3, 1, -1, 2], [1, 2, 4, 0]]
    return {
        f"conv[{i + 1},{j + 1}]": str(
            4 * image[i][j] + 3 * image[i][j + 1] - image[i + 1][j] + 2 * image[i + 1][j + 1]
        )
        for i in range(2)
        for j in range(3)
    }


def test_a_kernel_turned_throughout_is_one_finding() -> None:
    book = book_of(CONV)
    claims = flipped(book)
    layers, diagnosed = examined(book, claims, list(claims))
    assert [(each.slip, each.tensor, len(each.claims)) for each in layers] == [("kernel-flipped", "conv", 6)]
    assert layers[0].words == "all 6 wrong numbers of conv are what comes out if the kernel is turned by 180°"
    assert all(each.slips[0].slip == "kernel-flipped" for each in diagnosed)


def test_it_must_fit_every_number_of_the_layer() -> None:
    book = book_of(CONV)
    claims = flipped(book)
    # conv[2,3] is right: 2·(−1) − 1·2 + 3·4 + 4·0 = 8, and not what the turned kernel gives
    claims["conv[2,3]"] = "8"
    layers, diagnosed = examined(book, claims, [cell for cell in claims if cell != "conv[2,3]"])
    assert layers == ()
    assert "kernel-flipped" in {slip.slip for each in diagnosed for slip in each.slips}


def test_a_cell_that_the_slip_leaves_right_belongs_to_it() -> None:
    book = shipped("four-by-four")
    values = book.trace
    skipped = {
        f"relu[{i},{j}]": values.shown("pool", (0, i - 1, j - 1), 8).plain for i in (1, 2) for j in (1, 2)
    }
    wrong = [cell for cell, written in skipped.items() if written.startswith("-")]
    layers, _ = examined(book, skipped, wrong)
    assert len(wrong) < 2 or [each.slip for each in layers] == ["relu-skipped"]


def test_two_slips_in_two_layers_are_two_findings() -> None:
    book = shipped("lecture-notes")
    trace = book.trace
    claims = {f"pool.grad[{i},{j}]": "0" for i in (1, 2) for j in (1, 2)}
    claims |= {f"dense.weight.new[{n}]": "1" for n in (1, 2)}
    for n in (1, 2, 3, 4):
        old, grad = (trace.known(name, (0, n - 1)).value for name in ("dense.weight", "dense.weight.grad"))
        claims[f"dense.weight.new[{n}]"] = f"{float(old + grad / 10):.4f}"
    wrong = [cell for cell in claims if cell.startswith("dense")]
    layers, _ = examined(book, claims, wrong)
    assert [(each.slip, each.tensor) for each in layers] == [("gradient-added", "dense.weight.new")]


def test_a_number_that_is_not_written_would_decide() -> None:
    book = shipped("lecture-notes")
    made, own = sheet(book, {"sigmoid": "0.07243"})
    assert undecided(made[refer(book, "sigmoid")], book, own) == "dense[1]"
    made, own = sheet(book, {"dense": "-2.55"})
    assert undecided(made[refer(book, "dense")], book, own) in (None, "relu[1]")


def test_another_window_would_decide() -> None:
    # in the first window 1 0 / 5 1 the kernel turned, 4 3 / 2 1, and transposed, 1 3 / 2 4, give the same
    book = book_of(
        """
        input.values = "1 0 7; 5 1 2; 3 1 2"
        [[layers]]
        type = "conv2d"
        kernel = "1 2; 3 4"
        """
    )
    made, own = sheet(book, {"conv[1,1]": "15"})
    first = made[refer(book, "conv[1,1]")]
    assert [slip.slip for slip in diagnose(first, book, own)][:2] == ["kernel-flipped", "kernel-transposed"]
    assert undecided(first, book, own) == "conv[1,2]"
