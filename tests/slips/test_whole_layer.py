"""A slip over a whole layer is one finding; and what would tell slips apart."""

from __future__ import annotations

from tests.slips.exercises import Workbook, book_of, opened, refer, sheet, shipped
from walkthrough.case import read_case
from walkthrough.marking.check import check
from walkthrough.marking.diagnosis.common_causes import CommonCauses, Diagnosed
from walkthrough.marking.diagnosis.likeliest_slips import diagnose, undecided
from walkthrough.marking.diagnosis.remembered_diagnoses import explained

CONV = """
input.values = "1 2 0 3; 3 1 -1 2; 1 2 4 0"
[[layers]]
type = "conv2d"
kernel = "2 -1; 3 4"
"""


def examined(book: Workbook, claims: dict[str, str], wrong: list[str]):
    made, own = sheet(book, claims)
    bad = [made[refer(book, cell)] for cell in wrong]
    found = [Diagnosed(each, explained(each, book, own)) for each in bad]
    return CommonCauses([each for each in made.values() if each not in bad], book, own).found(found)


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
    assert layers[0].words == "6 wrong numbers of conv are what comes out if the kernel is turned by 180°"
    assert all(each.slips[0].slip == "kernel-flipped" for each in diagnosed)


def test_it_must_fit_every_number_of_the_layer() -> None:
    book = book_of(CONV)
    claims = flipped(book)
    # conv[2,3] is right: 2·(−1) − 1·2 + 3·4 + 4·0 = 8, and not what the turned kernel gives
    claims["conv[2,3]"] = "8"
    layers, diagnosed = examined(book, claims, [cell for cell in claims if cell != "conv[2,3]"])
    assert [each.slip for each in layers] == [""]
    assert layers[0].words == "5 of 6 numbers of conv are wrong, and nothing common explains them together"
    assert [each.slips for each in diagnosed] == [()] * 5


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


IMAGE = [[121, 205, 31, 80], [347, 158, -119, 64], [126, 243, 414, -57]]
KERNEL = [[2, -1], [3, 4]]


def large(image: list[list[int]] = IMAGE, kernel: list[list[int]] = KERNEL, bias: int = 0) -> list[list[int]]:
    """Every window, by hand."""
    return [
        [
            sum(image[i + p][j + q] * kernel[p][q] for p in (0, 1) for q in (0, 1)) + bias
            for j in range(len(image[0]) - 1)
        ]
        for i in range(len(image) - 1)
    ]


def text(rows: list[list[int]]) -> str:
    return "\n".join(" ".join(map(str, row)) for row in rows)


def marked(rows: list[list[int]], bias: int = 0):
    case = read_case(
        f'input.values = """{text(IMAGE)}"""\n[[layers]]\ntype = "conv2d"\nkernel = """{text(KERNEL)}"""\n'
        + (f'bias = "{bias}"\n' if bias else "")
    )
    (found,) = check({"conv": text(rows)}, case=case)
    return found


def test_a_pixel_misread_wherever_it_is_used_is_one_finding() -> None:
    image = [row[:] for row in IMAGE]
    image[1][1] = 153  # for 158, in four windows
    found = marked(large(image))
    (cause,) = found.layer_slips
    assert (cause.slip, len(cause.claims)) == ("data-misread", 4)
    assert cause.words == "4 wrong numbers of conv are what comes out if the 158 of input[2,2] is read as 153"
    wrong = [each for each in found.claims if each.verdict == "wrong"]
    assert [(each.slips[0].slip, each.slips[0].at) for each in wrong] == [("data-misread", "input[2,2]")] * 4


def test_a_kernel_entry_without_its_minus_is_one_finding() -> None:
    found = marked(large(kernel=[[2, 1], [3, 4]]))
    assert [(each.slip, len(each.claims)) for each in found.layer_slips] == [("data-misread", 6)]
    assert {each.slips[0].at for each in found.claims} == {"conv.kernel[1,2]"}


def test_two_columns_exchanged_are_one_finding() -> None:
    right = large()
    found = marked([[row[1], row[0], row[2]] for row in right])
    (cause,) = found.layer_slips
    assert (cause.slip, len(cause.claims)) == ("cells-swapped", 4)
    assert "columns 1 and 2 are exchanged" in cause.words


def test_two_cells_exchanged_are_one_finding() -> None:
    right = large()
    right[0][0], right[1][2] = right[1][2], right[0][0]
    found = marked(right)
    assert [(each.slip, len(each.claims)) for each in found.layer_slips] == [("cells-swapped", 2)]


def test_a_map_written_the_other_way_round_is_one_finding() -> None:
    image = [[121, 205, 31], [347, 158, -119], [126, 243, 414]]
    right = large(image)
    case = read_case(
        f'input.values = """{text(image)}"""\n[[layers]]\ntype = "conv2d"\nkernel = """{text(KERNEL)}"""\n'
    )
    (found,) = check({"conv": text([list(row) for row in zip(*right, strict=True)])}, case=case)
    wrong = [each for each in found.claims if each.verdict == "wrong"]
    assert [each.claim.cell for each in wrong] == ["conv[1,2]", "conv[2,1]"]
    assert {"output-transposed", "cells-swapped"} & {each.slips[0].slip for each in wrong}
    assert len(found.layer_slips) == 1


def test_a_rate_misread_is_one_finding_over_all_layers() -> None:
    # w − α·g for α = 0.03: g = (y − t)·x = 2·(1, 2) and 2 for the bias, where y = 1·1 + 2·2 + 1 = 6, t = 4
    case = read_case(
        'learning_rate = "0.1"\ninput.values = [1, 2]\n'
        '[[layers]]\ntype = "dense"\nweight = "1 2"\nbias = "1"\n'
        '[loss]\ntype = "squared_error"\ntarget = "4"\n'
    )
    (found,) = check({"dense.weight.new": "0.94 1.88", "dense.bias.new": "0.94"}, case=case)
    (cause,) = found.layer_slips
    assert (cause.slip, len(cause.claims)) == ("rate-misread", 3)
    assert "the learning rate is taken as 0.03 instead of 0.1" in cause.words
    assert [each.slips[0].slip for each in found.claims] == ["rate-misread"] * 3


def test_a_made_up_map_is_not_explained_cell_by_cell() -> None:
    found = marked([[312, -77, 905], [1204, 66, -431]])
    assert [each.slips for each in found.claims] == [()] * 6
    assert [each.words for each in found.layer_slips] == [
        "6 of 6 numbers of conv are wrong, and nothing common explains them together"
    ]


def test_the_updated_weights_of_the_lecture_notes_are_one_finding() -> None:
    (found,) = check("lecture-notes")
    cause = next(each for each in found.layer_slips if each.tensor == "flatten.grad")
    assert cause.slip == "updated-weight-used"
    assert [each.cell for each in cause.claims] == [f"flatten.grad[{n}]" for n in (1, 2, 3, 4)]
    # the third is −70.956 cut off; the fourth, −118.25, is what −119.535 should have been
    assert "nearly" not in cause.words
    assert [each.slips[0].slip for each in found.claims if each.claim.tensor == "flatten.grad"] == [
        "updated-weight-used"
    ] * 4


def test_two_numbers_exchanged_for_one_are_not_so_for_another() -> None:
    # 1711 and 378 are right; who has 378 and 5555 has exchanged nothing, whoever was marked before
    numbers = read_case(
        f'input.values = """{text(IMAGE)}"""\n[[layers]]\ntype = "conv2d"\nkernel = """{text(KERNEL)}"""\n'
    )
    one, other = large()[0][:2]
    sheets = ({"conv[1,1]": str(other), "conv[1,2]": str(second)} for second in (one, 5555))
    book = opened(numbers)
    said = []
    for claims in sheets:
        made, own = sheet(book, claims)
        said.append([slip.slip for slip in diagnose(made[refer(book, "conv[1,1]")], book, own)])
    assert "cells-swapped" in said[0]
    assert "cells-swapped" not in said[1]


def test_numbers_exchanged_stand_for_each_other_by_their_own_digits() -> None:
    # 5.468 is −(−5.4675) rounded; the other shows four decimals, and both are exchanged
    case = read_case(
        'input.values = [1, 1]\n[[layers]]\ntype = "dense"\nweight = "0.7 0.0225; -5.4 -0.0675"\n'
    )
    (found,) = check({"dense": "-5.468 0.7225"}, case=case)
    assert [each.slips[0].slip for each in found.claims] == ["cells-swapped"] * 2


def test_not_updated_comes_before_a_rate_too_small_to_show() -> None:
    case = read_case(
        'learning_rate = "0.1"\ninput.values = "0.3"\n'
        '[[layers]]\ntype = "dense"\nweight = "0.5"\nbias = "0.2"\n'
        '[loss]\ntype = "squared_error"\ntarget = "0.38"\n'
    )
    (found,) = check({"dense.weight.new": "0.50000", "dense.bias.new": "0.20000"}, case=case)
    assert [(each.slip, len(each.claims)) for each in found.layer_slips] == [("not-updated", 2)]
