"""The formulas of notes 001 to 004 that FACTS.md calls right are confirmed, and the wrong ones refuted."""

from __future__ import annotations

import json

import pytest

from walkthrough.derivations import AskedSizes, derive_command
from walkthrough.derivations.derivation import Equalities, Equality, Premises
from walkthrough.derivations.derivation_notation import atom, letter
from walkthrough.derivations.pieces.formula_grids import grid, slid
from walkthrough.mathematics.notation import Tensor, expression

from .test_proof import prove_line


def finals(word: str, **sizes: object) -> dict[str, str]:
    """Each left side with its last right side; of several derivations of the same thing the last."""
    found, left = {}, ""
    for line in json.loads(derive_command(word, AskedSizes(**sizes), "json")[0])["lines"]:  # type: ignore[arg-type]
        left = line["left"] or left
        found[left] = line["right"]
    return found


def general(word: str, **sizes: object) -> list[str]:
    """What holds for any size."""
    told = json.loads(derive_command(word, AskedSizes(**sizes), "json")[0])  # type: ignore[arg-type]
    return [line["right"] for line in told["general"]]


# --- 001 -------------------------------------------------------------------------------------------------


def test_001_the_nine_input_sums() -> None:
    assert finals("conv-input-gradient") == {
        "Derivative(L, x[1,1])": "g[1,1]*k[1,1]",
        "Derivative(L, x[1,2])": "g[1,1]*k[1,2] + g[1,2]*k[1,1]",
        "Derivative(L, x[1,3])": "g[1,2]*k[1,2]",
        "Derivative(L, x[2,1])": "g[1,1]*k[2,1] + g[2,1]*k[1,1]",
        "Derivative(L, x[2,2])": "g[1,1]*k[2,2] + g[1,2]*k[2,1] + g[2,1]*k[1,2] + g[2,2]*k[1,1]",
        "Derivative(L, x[2,3])": "g[1,2]*k[2,2] + g[2,2]*k[1,2]",
        "Derivative(L, x[3,1])": "g[2,1]*k[2,1]",
        "Derivative(L, x[3,2])": "g[2,1]*k[2,2] + g[2,2]*k[2,1]",
        "Derivative(L, x[3,3])": "g[2,2]*k[2,2]",
    }


def test_001_the_kernel_gradient() -> None:
    assert finals("conv-kernel-gradient")["Derivative(L, k[2,1])"] == (
        "g[1,1]*x[2,1] + g[1,2]*x[2,2] + g[2,1]*x[3,1] + g[2,2]*x[3,2]"
    )


def test_001_pools_and_relu() -> None:
    assert finals("average-pool-gradient", input=(2, 2))["Derivative(L, x[2,1])"] == "1/4*g[1,1]"
    routed = finals("max-pool-gradient", input=(2, 2))["Derivative(L, x[2,2])"]
    assert routed == "g[1,1]*Piecewise((1, Eq(x[2,2], z[1,1])), (0, True))"
    assert finals("relu-derivative")["Derivative(y, z)"] == "Piecewise((1, z > 0), (0, True))"


def test_001_softmax_with_cross_entropy() -> None:
    found = finals("cross-entropy-gradient")
    assert found["Derivative(L, z[c])"] == "p[c] - 1"
    assert found["Derivative(L, z[k])"] == "p[k]"
    assert found["Derivative(L, z[2])"] == "p[2] - y[2]"


# --- 002 -------------------------------------------------------------------------------------------------


def test_002_the_network_of_sigmoids() -> None:
    found = finals("sigmoid-network")
    assert found["Derivative(L, w[1,2])"] == "(o[1] - y[1])*o[1]*(1 - o[1])*h1[1,2]"
    assert found["Derivative(L, b[1])"] == "(o[1] - y[1])*o[1]*(1 - o[1])"
    terms = found["Derivative(L, f[1,2])"].split(" + ")
    assert terms[0] == "(o[1] - y[1])*o[1]*(1 - o[1])*w[1,1]*h1[1,1]*(1 - h1[1,1])*x[1,2]"
    assert len(terms) == 4


def test_002_the_slides_print_the_arguments_the_other_way_round() -> None:
    """conv(d, X) would slide the 3×3 input over the 2×2 map: there is no place for it."""
    d, x = Tensor("d", (1, 2, 2), "d"), Tensor("x", (1, 3, 3), "x")
    assert len(slid(grid(d, 0), grid(x, 0), 1, 1)) == 4
    with pytest.raises(IndexError):
        slid(grid(x, 0), grid(d, 0), 0, 0)
    # and where both are of one size it gives the sum over all places, not the gradient's terms
    assert "with the two exchanged" in " ".join(derive_command("sigmoid-network")[0].split())


# --- 003 -------------------------------------------------------------------------------------------------


def test_003_the_delta_recursion() -> None:
    found = finals("delta-recursion")
    assert found["delta3[2]"] == "-eta*(p[2] - y[2])"
    assert found["delta2[1]"] == (
        "(delta3[1]*w3[1,1] + delta3[2]*w3[2,1] + delta3[3]*w3[3,1])*Piecewise((1, z2[1] > 0), (0, True))"
    )
    assert found["delta1[2,1,1]"] == (
        "(delta2[1]*w2[1,2] + delta2[2]*w2[2,2])"
        "*Piecewise((1, Eq(x2[2], z1[2,1,1])), (0, True))*Piecewise((1, z1[2,1,1] > 0), (0, True))"
    )
    # true convolution: the first entry of x meets the last of the kernel
    assert "delta1[1,1,1]*w1[1,1,2,2] + delta1[2,1,1]*w1[2,1,2,2]" in found["delta0[1,1]"]
    assert found["-eta*Derivative(L, w3[3,2])"] == "delta3[3]*x3[2]"
    assert found["-eta*Derivative(J, b3[1])"] == "Sum(delta3[s,1], (s, 1, B))/B"


def test_003_flatten() -> None:
    """F(iJK + jK + k) of note 003, with the channel first and counted from 1."""
    assert finals("flatten-index", input=(2, 3), channels=2)["n"] == "(c - 1)*6 + (i - 1)*3 + j"


def test_003_flatten_with_the_channels_last() -> None:
    """Equation 5 with its middle term mended, counted from 1: i and j from 1 are i − 1 and j − 1 there."""
    assert general("flatten-index")[:2] == ["(c - 1)*H*W + (i - 1)*W + j", "((i - 1)*W + j - 1)*C + c"]


def test_003_convolution_with_strides() -> None:
    """Equations 1 to 3 of the note: a true convolution; P + s₁i − t there is K1 + s1(i − 1) − m + 1 here."""
    (output,) = general("conv-output", flip=True)
    assert "x[c,s1*(i - 1) + p - P1,s2*(j - 1) + q - P2]*k[f,c,K1 + 1 - p,K2 + 1 - q]" in output
    *_, by_input = general("conv-input-gradient", flip=True)
    assert "k[f,c,K1 + 1 - m + s1*(i - 1) - P1,K2 + 1 - n + s2*(j - 1) - P2]" in by_input
    assert "(1 <= K1 + 1 - m + s1*(i - 1) - P1)" in by_input  # where there is such an entry
    *_, by_kernel = general("conv-kernel-gradient", flip=True)
    assert "x[c,s1*(i - 1) + K1 + 1 - p - P1,s2*(j - 1) + K2 + 1 - q - P2]" in by_kernel


def test_003_relu_at_zero() -> None:
    assert "1/2*Piecewise((1, Eq(z, 0)), (0, True))" in general("relu-derivative")[1]


def test_003_the_recursion_in_general() -> None:
    found = general("delta-recursion")
    assert "Sum(delta3[i]*w3[i,j], (i, 1, D))*Piecewise((1, z2[j] > 0), (0, True))" in found
    assert any("delta1[f,i,j]*w1[f,c,K1 + i - u,K2 + j - v]" in each for each in found)


def test_003_the_jacobian_of_softmax() -> None:
    found = finals("softmax-jacobian")
    assert found["Derivative(p[2], z[2])"] == "p[2]*(1 - p[2])"
    assert found["Derivative(p[2], z[3])"] == "-p[2]*p[3]"


# --- 004 -------------------------------------------------------------------------------------------------


def test_004_the_output_size() -> None:
    assert finals("output-size", input=(3, 3), kernel=(2, 2))["rows"] == "2"
    assert finals("output-size", input=(7, 6), kernel=(3, 2), stride=(2, 2), padding=(1, 0))["rows"] == "4"


def test_004_its_other_guess_is_refuted() -> None:
    """I − (K + 1) for a 3×3 input and a 2×2 kernel would be 0; there are 2."""
    rows = letter("rows")
    premises = Premises({atom(rows): expression(2)})
    assert prove_line(rows, expression(3) - 2 + 1, premises) == "terms"
    assert prove_line(rows, expression(3) - (expression(2) + 1), premises) == ""


def test_004_the_gradients_of_a_layer_of_several_channels() -> None:
    found = finals("multi-channel-gradients")
    assert found["Derivative(L, k[2,1,1,2])"] == (
        "g[2,1,1]*x[1,1,2] + g[2,1,2]*x[1,1,3] + g[2,2,1]*x[1,2,2] + g[2,2,2]*x[1,2,3]"
    )
    assert found["Derivative(L, b[2,1,2])"] == "g[2,1,2]"
    assert found["Derivative(L, x[2,1,1])"] == "g[1,1,1]*k[1,2,1,1] + g[2,1,1]*k[2,2,1,1]"


def test_004_binary_cross_entropy() -> None:
    found = finals("binary-cross-entropy-gradient")
    assert found["Derivative(L, y[1])"] == "1/2*((1 - t[1])/(1 - y[1]) - t[1]/y[1])"
    assert found["Derivative(L, z[1])"] == "1/2*(y[1] - t[1])"


def test_a_lost_minus_is_refuted() -> None:
    y, t = letter("y"), letter("t")
    assert prove_line((1 - t) / (1 - y) - t / y, (y - t) / (y * (1 - y))) == "sympy"
    assert prove_line((1 - t) / (1 - y) - t / y, (t - y) / (y * (1 - y))) == ""


def test_chains_can_have_their_own_premises() -> None:
    assert Equalities(letter("x"), (Equality(letter("x")),)).premises is None
