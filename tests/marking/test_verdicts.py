"""Each verdict by a textbook example whose numbers are worked out beside it, by hand."""

from __future__ import annotations

import pytest

from walkthrough.case import load, read_case
from walkthrough.marking.worksheets.exercises import Exercises
from walkthrough.marking.worksheets.sheet_files import own_claims

from .sheets import marked, marker, verdict, words

# The notes: z = 2.55, y = σ(z) = 0.9275735146, ∂L/∂y = 1/(1 − y) = 13.80710378, y(1 − y) = 0.06718088958,
# ∂L/∂z = y, weights ±0.01.


@pytest.mark.parametrize(
    ("written", "word", "enough"),
    [
        ("0.9276", "rounded", True),
        ("0.92757", "rounded", True),
        ("0.9275", "cut-off", True),
        ("0.93", "rounded", True),
        ("0.92", "cut-off", True),
        ("0.9", "rounded", False),
        ("92.8%", "rounded", True),
        ("9.276e-1", "rounded", True),
        ("1", "rounded", False),
        ("0.94", "wrong", True),
        ("0.9274", "wrong", True),
        ("-0.9276", "wrong", True),
        ("0", "wrong", True),
        ("0.9275735145786", "wrong", True),
    ],
)
def test_a_number_stands_for_half_a_unit_on_either_side(written: str, word: str, enough: bool) -> None:
    said = verdict("sigmoid", {"sigmoid": written})
    assert (said.verdict, said.enough_digits) == (word, enough)


def test_an_exact_number_needs_no_second_digit() -> None:
    said = verdict("conv[4,1]", {"conv[4,1]": "0"})
    assert (said.verdict, said.enough_digits) == ("exact", True)


@pytest.mark.parametrize(
    ("cell", "written", "word", "enough"),
    [
        # 1020, 255 and 1275 are whole numbers of a few digits: nobody rounds them, and their zeros are digits
        ("conv[2,1]", "1000", "wrong", True),
        ("conv[1,4]", "300", "wrong", True),
        ("conv[1,4]", "260", "wrong", True),
        ("conv[1,4]", "250", "wrong", True),
        ("conv[2,3]", "1300", "wrong", True),
        ("conv[2,1]", "1020", "exact", True),
        ("conv[2,1]", "1020.0", "exact", True),
        # 1182.656231 is none: to the tens 1180, and to the hundreds 1200, of which two digits stay
        ("dense.weight.grad[2]", "1180", "rounded", True),
        ("dense.weight.grad[2]", "1200", "rounded", True),
        ("dense.weight.grad[2]", "1100", "cut-off", True),
        ("dense.weight.grad[2]", "1000", "wrong", True),
        ("dense.weight.grad[2]", "1190", "wrong", True),
        ("dense.weight.grad[2]", "1180.0", "wrong", True),  # with a point its zeros are meant
        ("dense.weight.grad[1]", "900", "wrong", True),  # 946.12; to the tens it is 950, or 940
        ("dense.weight.grad[1]", "950", "rounded", True),
        ("sigmoid.grad", "10", "wrong", True),  # 13.8; one digit would be left
    ],
)
def test_zeros_at_the_end_of_a_whole_number(cell: str, written: str, word: str, enough: bool) -> None:
    said = verdict(cell, {cell: written})
    assert (said.verdict, said.enough_digits) == (word, enough)


def test_the_zeros_of_a_very_long_whole_number_may_be_rounding() -> None:
    case = read_case('[input]\nvalues = "1275431 12754"\n[[layers]]\ntype = "average_pool2d"\nsize = 1\n')
    assert words({"pool[1,1]": "1300000", "pool[1,2]": "13000"}, case) == {
        "pool[1,1]": "rounded",
        "pool[1,2]": "wrong",
    }
    assert words({"pool[1,1]": "1000000"}, case) == {"pool[1,1]": "wrong"}


def test_zeros_of_ones_own_whole_number_are_digits_too() -> None:
    # the largest of −700 266 −700 0
    claims = {"conv[1,1]": "-700", "conv[2,1]": "-700", "conv[1,2]": "266", "pool[1,1]": "270"}
    assert words(claims)["pool[1,1]"] == "wrong"
    assert words(claims | {"pool[1,1]": "266"})["pool[1,1]"] == "follows"


def test_a_fraction_is_exact_or_nothing() -> None:
    case = read_case(
        '[input]\nvalues = "1 2 4 5"\n[[layers]]\ntype = "average_pool2d"\nsize = [1, 3]\nstride = 1\n'
    )
    # (1 + 2 + 4)/3 = 7/3, (2 + 4 + 5)/3 = 11/3
    assert words({"pool[1,1]": "7/3", "pool[1,2]": "4/3"}, case) == {
        "pool[1,1]": "exact",
        "pool[1,2]": "wrong",
    }


def test_own_rounding() -> None:
    # y ≈ 0.93: 1/(1 − 0.93) = 14.2857…, which is not 13.8071
    said = verdict("sigmoid.grad", {"sigmoid": "0.93", "sigmoid.grad": "14.29"})
    assert said.verdict == "own-rounding"
    assert said.from_yours is not None
    assert said.from_yours.plain == "14.28571429"
    assert said.expected is not None
    assert said.expected.plain == "13.80710378"


def test_either_the_written_number_or_what_stood_before_it_may_have_been_carried() -> None:
    claims = {"sigmoid": "0.93", "sigmoid.grad": "13.81", "dense.grad": "0.93", "loss": "2.66"}
    # from y itself: 13.81; from 0.93: −ln 0.07 = 2.659; from both: 0.93 − 0
    said = words(claims)
    assert said.pop("loss") == "own-rounding"
    assert set(said.values()) == {"rounded"}


def test_what_stood_before_rounding_is_among_what_ones_own_values_allow() -> None:
    # 0.93 could have been 0.9349 for all that its digits say, and then 1/(1 − 0.9349) = 15.36; but z = 2.55
    # gives 0.92757, so that only 13.807…14.286 can follow
    assert words({"dense": "2.55", "sigmoid": "0.93", "sigmoid.grad": "15.36"})["sigmoid.grad"] == "wrong"
    assert (
        words({"dense": "2.55", "sigmoid": "0.93", "sigmoid.grad": "14.1"})["sigmoid.grad"] == "own-rounding"
    )


def test_an_exactly_right_number_has_no_room() -> None:
    # 1020 + 0 stays 1020; 0.01·1020.4 + … would give 2.554
    assert words({"pool[1,1]": "1020", "dense": "2.554"})["dense"] == "wrong"


def test_follows() -> None:
    # the sign of z is turned: σ(−2.55) = 0.07242648536, 1/(1 − y) = 1.078081921
    claims = {"dense": "-2.55", "sigmoid": "0.0724", "sigmoid.grad": "1.0780"}
    assert words(claims) == {"dense": "wrong", "sigmoid": "follows", "sigmoid.grad": "follows"}
    assert marked(claims).first_wrong == "dense"


def test_follows_allows_cutting_off() -> None:
    assert words({"dense": "-2.55", "sigmoid": "0.07242"})["sigmoid"] == "follows"
    assert words({"dense": "-2.55", "sigmoid": "0.07243"})["sigmoid"] == "follows"
    assert words({"dense": "-2.55", "sigmoid": "0.07244"})["sigmoid"] == "wrong"


def test_lucky_once_and_right_again_from_there() -> None:
    # 0.92757 is σ(+2.55), not σ(−2.55); 1/(1 − 0.92757) = 13.806 then follows from what was written
    claims = {"dense": "-2.55", "sigmoid": "0.92757", "sigmoid.grad": "13.807"}
    assert words(claims) == {"dense": "wrong", "sigmoid": "lucky", "sigmoid.grad": "rounded"}


def test_nothing_is_wrong_only_because_an_earlier_number_was() -> None:
    # the wrong entry, −501 for −510, is not the largest of its window
    claims = {"conv[1,2]": "-501", "pool[1,1]": "1020", "dense": "2.55"}
    assert words(claims) == {"conv[1,2]": "wrong", "pool[1,1]": "exact", "dense": "exact"}


def test_no_evidence_from_a_closed_gate() -> None:
    # pool[2,1] = −3: the gate stays closed for −2, too, and would for any negative number
    claims = {"pool[2,1]": "-2", "relu[2,1]": "0"}
    assert words(claims, "four-by-four") == {"pool[2,1]": "wrong", "relu[2,1]": "no-evidence"}
    assert words({"relu[2,1]": "0"}, "four-by-four") == {"relu[2,1]": "exact"}


def test_no_evidence_from_a_multiplication_by_0() -> None:
    # ∂L/∂z = −0.5498 was written as 0.6; times relu = 2 0 5 …: only where relu is 0 it does not show
    claims = {"relu[2,1]": "0", "dense.grad": "0.6"}
    claims |= {"dense.weight.grad[3]": "0", "dense.weight.grad[2]": "3.0"}
    assert words(claims, "four-by-four") == {
        "relu[2,1]": "exact",
        "dense.grad": "wrong",
        "dense.weight.grad[2]": "follows",
        "dense.weight.grad[3]": "no-evidence",
    }


def test_a_gradient_that_is_0_by_structure_is_exact() -> None:
    # whatever comes back to the pool, the entries that were not largest get nothing of it
    claims = {"pool.grad[1,1]": "5", "conv.grad[1,1]": "0", "conv.grad[2,1]": "5"}
    assert words(claims) == {
        "pool.grad[1,1]": "wrong",
        "conv.grad[1,1]": "exact",
        "conv.grad[2,1]": "follows",
    }


def test_a_written_0_is_wrong_where_the_value_is_not_0() -> None:
    assert words({"flatten.grad[1]": "0"}) == {"flatten.grad[1]": "wrong"}  # 0.00927…
    assert words({"flatten.grad[1]": "0.0"}) == {"flatten.grad[1]": "rounded"}
    assert words({"flatten.grad[1]": "0.00"}) == {"flatten.grad[1]": "cut-off"}
    assert words({"flatten.grad[1]": "0.000"}) == {"flatten.grad[1]": "wrong"}
    assert words({"flatten.grad[1]": "0."}) == {"flatten.grad[1]": "wrong"}
    # from a gradient of exactly 0 it follows
    assert words({"dense.grad": "0", "flatten.grad[1]": "0"})["flatten.grad[1]"] == "follows"


def test_y_minus_t_is_accepted_whether_the_gradient_of_y_was_written_or_not() -> None:
    # product 12·0.06718 = 0.8062; y − t = 0.92757
    assert words({"sigmoid.grad": "12.0", "dense.grad": "0.8062"})["dense.grad"] == "follows"
    assert words({"sigmoid.grad": "12.0", "dense.grad": "0.92757"})["dense.grad"] == "rounded"
    assert words({"sigmoid.grad": "12.0", "dense.grad": "0.9"})["dense.grad"] == "rounded"
    assert words({"sigmoid.grad": "12.0", "dense.grad": "0.87"})["dense.grad"] == "wrong"
    assert words({"sigmoid": "0.93", "dense.grad": "0.93"})["dense.grad"] == "rounded"


def test_between_two_ways_there_is_nothing() -> None:
    # with ∂L/∂y = 12 the unwritten ∂L/∂z is 0.8062 or 0.9276, so ∂L/∂w = 1020·∂L/∂z is 822.3 or 946.1
    for written, word in (("822.3", "follows"), ("946.1", "rounded"), ("901", "wrong")):
        claims = {"sigmoid": "0.92757351", "sigmoid.grad": "12.000", "dense.weight.grad[1]": written}
        assert words(claims)["dense.weight.grad[1]"] == word


def test_softmax_with_cross_entropy_both_ways() -> None:
    # p = 0.7054 0.2595 0.0351, t = 0 1 0; ∂L/∂p₂ = −1/0.2595 = −3.854
    sheet = {"softmax[2]": "0.2595", "input.grad[2]": "-0.7405", "input.grad[1]": "0.7054"}
    assert set(words(sheet, "softmax-cross-entropy").values()) == {"rounded"}
    # −1/p₂ cut off to −3: ∂L/∂z₁ = −p₁·p₂·(−3) = 0.5491; and p₂ − 1 all the same
    sheet = {"softmax.grad[2]": "-3", "input.grad[1]": "0.549", "input.grad[2]": "-0.7405"}
    expected = {"softmax.grad[2]": "cut-off", "input.grad[1]": "own-rounding", "input.grad[2]": "rounded"}
    assert words(sheet, "softmax-cross-entropy") == expected


def test_winners_come_from_ones_own_forward_numbers() -> None:
    # −1020 for 1020: now 765 at (1,1) is the largest of its window, z = 7.65 + 12.75 − 7.65 − 12.75 = 0,
    # y = 0.5, and (1,1) gets the gradient 0.5·0.01
    claims = {"conv[2,1]": "-1020", "conv[1,1]": "765", "pool[1,1]": "765"}
    claims |= {"conv.grad[1,1]": "0.0050", "conv.grad[2,1]": "0"}
    assert words(claims) == {
        "conv[1,1]": "exact",
        "conv[2,1]": "wrong",
        "pool[1,1]": "follows",
        "conv.grad[1,1]": "follows",
        "conv.grad[2,1]": "follows",
    }


def test_gates_come_from_ones_own_forward_numbers() -> None:
    # pool[2,1] = −3 was written as 3: the gate opens, and −0.55·0.2 = −0.11 comes back through it
    claims = {"pool[2,1]": "3", "relu[2,1]": "3", "dense.grad": "-0.55", "relu.grad[2,1]": "-0.11"}
    claims["pool.grad[2,1]"] = "-0.11"
    said = words(claims, "four-by-four")
    assert said["pool[2,1]"] == "wrong"
    assert said["relu[2,1]"] == "follows"
    assert said["pool.grad[2,1]"] == "follows"


def test_given_numbers_are_checked_and_carried() -> None:
    # the recognizer's −255 for 255 at (5,4) lies under the last entry of conv[3,2], which is 1
    claims = {"input[5,4]": "-255", "conv[3,2]": "-765"}
    assert words(claims) == {"input[5,4]": "wrong", "conv[3,2]": "follows"}
    assert words({"input[5,4]": "255", "conv[3,2]": "-255"}) == {"input[5,4]": "exact", "conv[3,2]": "exact"}


def test_where_ones_own_numbers_lead_nowhere() -> None:
    # 1 − 1.2 has no logarithm
    nowhere = verdict("loss", {"sigmoid": "1.2", "loss": "3.5"})
    assert (nowhere.verdict, nowhere.from_yours) == ("wrong", None)
    assert verdict("loss", {"sigmoid": "1.2", "loss": "2.625"}).verdict == "lucky"


def test_blank_and_unreadable_places_are_worked_out_for_their_writer() -> None:
    claims = {"dense": "-2.55", "sigmoid": "?", "loss": "x", "sigmoid.grad": "1.078"}
    said = marked(claims)
    assert [each.verdict for each in said.claims] == ["wrong", "blank", "unreadable", "follows"]
    assert said.claims[1].from_yours is not None
    assert said.claims[1].from_yours.plain == "0.07242648536"


def test_claims_are_returned_in_the_order_of_computation() -> None:
    said = marked(
        {"dense": "2.55", "input[1,1]": "0", "conv.grad[1,1]": "0", "conv[1,2]": "-510", "conv[1,1]": "7"}
    )
    order = ["input[1,1]", "conv[1,1]", "conv[1,2]", "dense", "conv.grad[1,1]"]
    assert [each.claim.cell for each in said.claims] == order
    assert said.first_wrong == "conv[1,1]"


def test_an_update_follows_from_ones_own_gradient() -> None:
    # w₁ = 0.01 − 0.1·946.1 = −94.6; from 901: 0.01 − 90.1 = −90.09
    new = "dense.weight.new[1]"
    assert words({"dense.weight.grad[1]": "946.1", new: "-94.60"})[new] == "rounded"
    assert words({"dense.weight.grad[1]": "901", new: "-90.09"})[new] == "follows"


def test_lines_that_the_case_itself_rounds() -> None:
    text = (load("lecture-notes").toml).replace('learning_rate = "0.1"', 'arithmetic = "4 decimals"')
    # 0.9276; 1/(1 − 0.9276) = 13.8122; from y − t: 0.9276
    claims = {"sigmoid": "0.9276", "sigmoid.grad": "13.8122", "dense.grad": "0.9276"}
    assert set(words(claims, read_case(text)).values()) <= {"exact", "own-rounding"}
    assert words({"sigmoid.grad": "13.82"}, read_case(text)) == {"sigmoid.grad": "wrong"}


def test_the_mean_over_a_batch() -> None:
    # the loss is the mean of the samples' own
    case = load("two-conv-network")
    said = words({"loss@1": "5.000", "loss@2": "7.000", "loss": "6.000"}, case)
    assert said == {"loss@1": "wrong", "loss@2": "wrong", "loss": "follows"}


# --- the notes themselves ----------------------------------------------------------------------

NOTES = {
    "dense": "wrong",  # 10.2 + 12.75 − 7.65 − 12.75 = +2.55
    "sigmoid": "lucky",  # σ(+2.55), and not σ(−2.55) = 0.0724
    # 1/0.0725: 0.92757 was gone on with as 0.9275, which gives 13.793 · 0.9275 · 0.0725 = 0.92749, too
    "sigmoid.grad": "own-rounding",
    "dense.grad": "own-rounding",
    "flatten.grad[1]": "wrong",  # the updated weights instead of δ·w = 0.0093
    "flatten.grad[2]": "wrong",
    "flatten.grad[3]": "wrong",
    "flatten.grad[4]": "wrong",
    "relu.grad[1,1]": "follows",  # −94.59, written with a digit less
    "relu.grad[1,2]": "follows",  # −118.2 stands for what is nearly −118.25
    "relu.grad[2,1]": "follows",
    "relu.grad[2,2]": "follows",
    "pool.grad[1,1]": "wrong",  # all four gates are open, as 1020, 1275, 765 and 1275 are positive
    "pool.grad[1,2]": "wrong",
    "pool.grad[2,1]": "wrong",
    "pool.grad[2,2]": "wrong",
    "conv.grad[2,1]": "follows",  # the winners get what the pool has: 0
    "conv.grad[2,3]": "follows",
    "conv.grad[3,1]": "follows",
    "conv.grad[4,3]": "follows",
    "dense.weight.new[1,1]": "own-rounding",  # 0.01 − 0.1·1020·0.92749 = −94.594
    "dense.weight.new[1,2]": "own-rounding",  # 0.01 − 0.1·1275·0.92749 = −118.245
    "dense.weight.new[1,3]": "own-rounding",  # −0.01 − 0.1·765·0.9274 = −70.9561
    "dense.weight.new[1,4]": "wrong",  # misread: −118.27
}


def test_the_notes_own_claims() -> None:
    worksheet = own_claims(load("lecture-notes"), "lecture-notes", Exercises()).worksheet
    sheet = marker("lecture-notes").mark(worksheet)
    assert {each.claim.cell: each.verdict for each in sheet.claims if each.verdict != "exact"} == NOTES
    assert sheet.first_wrong == "dense"
    # the convolution, the pool, ReLU and the 12 zeros of the map's gradient that belong there
    assert sum(each.verdict == "exact" for each in sheet.claims) == 16 + 4 + 4 + 4 + 12
    assert sheet.shortened is not None
    assert (sheet.shortened.claim.cell, sheet.shortened.used.plain) == ("sigmoid", "0.9275")
    assert sheet.shortened.explains == ("sigmoid.grad", "dense.grad")


def test_one_number_at_fewer_digits_must_explain_several() -> None:
    # 1/0.0725 alone is a mistake; that 0.0725 was used for two numbers is how somebody works
    alone = {"sigmoid": "0.92757", "sigmoid.grad": "13.793"}
    assert words(alone)["sigmoid.grad"] == "wrong"
    both = words(alone | {"dense.grad": "0.9274"})
    assert both == {"sigmoid": "rounded", "sigmoid.grad": "own-rounding", "dense.grad": "own-rounding"}


# --- on the way --------------------------------------------------------------------------------


def test_whoever_rounds_within_a_line_is_not_accused() -> None:
    # y = 0.4501660, y(1 − y) = 0.2475166 ≈ 0.248; −2.221·0.248 = −0.5508, and unrounded −0.5498
    claims = {"sigmoid.grad": "-2.221", "dense.grad": "-0.551"}
    assert words(claims, "four-by-four")["dense.grad"] == "own-rounding"
    assert words({"sigmoid.grad": "-2.221", "dense.grad": "-0.552"}, "four-by-four")["dense.grad"] == "wrong"
    # as finely as it shows, and no coarser: 0.25·(−2.221) = −0.555
    assert words({"sigmoid.grad": "-2.221", "dense.grad": "-0.555"}, "four-by-four")["dense.grad"] == "wrong"


def test_a_claimed_slope_is_gone_on_with() -> None:
    claims = {"sigmoid.grad": "-2.2214", "sigmoid.slope": "0.248", "dense.grad": "-0.5509"}
    assert words(claims, "four-by-four") == {
        "sigmoid.grad": "rounded",
        "sigmoid.slope": "rounded",
        "dense.grad": "own-rounding",  # −2.2214·0.248 = −0.55091
    }
    claims["sigmoid.slope"] = "0.2025"  # y·y
    claims["dense.grad"] = "-0.44983"
    assert words(claims, "four-by-four") == {
        "sigmoid.grad": "rounded",
        "sigmoid.slope": "wrong",
        "dense.grad": "follows",
    }


def test_powers_their_sum_and_what_follows_from_them() -> None:
    # z = 2 1 −1: e^z = 7.389 2.718 0.3679, together 10.4752, of which 7.389 is 0.70538
    case = "softmax-cross-entropy"
    claims = {"softmax.exp": "7.389 2.718 0.3679", "softmax.sum": "10.47", "softmax[1]": "0.7057"}
    assert words(claims, case) == {
        "softmax.exp[1]": "rounded",
        "softmax.exp[2]": "rounded",
        "softmax.exp[3]": "rounded",
        "softmax.sum": "cut-off",
        "softmax[1]": "own-rounding",
    }
    assert words({"softmax[1]": "0.7057"}, case) == {"softmax[1]": "own-rounding"}
    assert words({"softmax[1]": "0.7060"}, case) == {"softmax[1]": "wrong"}
    wrong = {"softmax.exp[3]": "2.718", "softmax.sum": "12.83", "softmax[1]": "0.576"}  # e for e^(−1)
    assert list(words(wrong, case).values()) == ["wrong", "follows", "follows"]


def test_shares_of_a_loss_and_rate_times_gradient() -> None:
    assert words({"loss.term[2]": "1.55", "loss": "1.55"}, "softmax-cross-entropy") == {
        "loss.term[2]": "wrong",
        "loss": "follows",
    }
    claims = {
        "dense.weight.grad[1]": "946.1",
        "dense.weight.step[1]": "946.1",
        "dense.weight.new[1]": "-946.09",
    }
    assert words(claims) == {
        "dense.weight.grad[1]": "rounded",
        "dense.weight.step[1]": "wrong",
        "dense.weight.new[1]": "follows",
    }


def test_a_delta_stands_where_the_gradient_does() -> None:
    # −∂L/∂z = −0.92757; ∂L/∂w = 1020·0.92757
    right = verdict("dense.delta", {"dense.delta": "-0.9276", "dense.weight.grad[1]": "946.1"})
    assert (right.verdict, right.expected and right.expected.plain) == ("rounded", "-0.9275735146")
    claims = {"dense.delta": "0.9276", "dense.weight.grad[1]": "-946.15"}
    assert words(claims) == {"dense.delta": "wrong", "dense.weight.grad[1]": "follows"}
    both = {"dense.grad": "0.9", "dense.delta": "-0.9"}
    assert words(both) == {"dense.grad": "rounded", "dense.delta": "rounded"}
    both = {"dense.grad": "0.55", "dense.delta": "-0.55"}
    assert words(both) == {"dense.grad": "wrong", "dense.delta": "follows"}


def test_a_loss_behind_a_0_with_decimals_is_bounded_on_one_side() -> None:
    text = '[input]\nvalues = "5 7 0"\n[[layers]]\ntype = "softmax"\n[loss]\ntype = "cross_entropy"\n'
    case = read_case(text + 'target = "0 0 1"\n')
    # p = 0.1191 0.8801 0.0008025: −ln p₃ = 7.1278, and log₁₀ is 3.0956
    claims = {"softmax": "0.12 0.88 0.00"}
    said = verdict("softmax[3]", claims | {"loss": "7.13"}, case)
    assert (said.verdict, said.enough_digits) == ("rounded", False)
    assert words(claims | {"loss": "7.13"}, case)["loss"] == "rounded"
    assert words(claims | {"loss": "3.10"}, case)["loss"] == "wrong"
    assert verdict("loss", claims | {"loss": "3.10"}, case).from_yours is not None
    # 0·ln of it is 0
    case = read_case(text + 'target = "0 1 0"\n')
    assert words(claims | {"loss": "0.128"}, case)["loss"] == "rounded"
