"""What cannot be computed is told with the file and the line of the layer or the loss."""

from __future__ import annotations

import pytest

from walkthrough.case import read_case
from walkthrough.trace.trace import CannotReplay, replay

CASES = {
    "log of 0": (
        '[input]\nvalues = "0"\n[[layers]]\ntype = "relu"\n[loss]\ntype = "cross_entropy"\ntarget = "1"\n',
        "case:5: loss: the logarithm of 0: relu[1] is 0",
    ),
    "division by 0": (
        '[input]\nvalues = "0 1"\n[[layers]]\ntype = "relu"\n\n[loss]\ntype = "binary_cross_entropy"\n'
        'target = "1 1"\n',
        "case:6: loss: the logarithm of 0: relu[1] is 0",
    ),
    "an output above 1 has a logarithm": (
        '[input]\nvalues = "2 -1"\n[[layers]]\ntype = "relu"\n[loss]\ntype = "cross_entropy"\n'
        'target = "0 1"\n',
        "case:5: loss: the logarithm of 0: relu[2] is 0",
    ),
    "1 minus an output": (
        '[input]\nvalues = "1/2 1"\n[[layers]]\ntype = "relu"\n[loss]\ntype = "binary_cross_entropy"\n'
        'target = "1 0"\n',
        "case:5: loss: the logarithm of 0: relu[2] is 1, and 1 − 1 is 0",
    ),
    "in the second sample": (
        '[[samples]]\ninput = "1"\ntarget = "1"\n[[samples]]\ninput = "0"\ntarget = "1"\n'
        '[[layers]]\ntype = "relu"\n[loss]\ntype = "cross_entropy"\n',
        "case:9: loss: the logarithm of 0: relu@2[1] is 0",
    ),
    "saturation": (
        '[input]\nvalues = "1 2"\n[[layers]]\ntype = "dense"\nweight = "1e9 1e9"\n[[layers]]\n'
        'type = "sigmoid"\n[loss]\ntype = "binary_cross_entropy"\ntarget = "0"\n',
        "case:8: loss: two numbers, or a number and 0, cannot be told apart with 20,480 digits",
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_the_line_of_what_cannot_be_done(kind: str) -> None:
    text, message = CASES[kind]
    with pytest.raises(CannotReplay) as refused:
        replay(read_case(text))
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("values", "weight", "message"),
    [
        ("1e300", "1e300", "case:4: layer wide: wide[1] is beyond what float64 can hold"),
        ("1", "1e400", "case:4: layer wide: wide.weight[1] is beyond what float64 can hold"),
        ("1e400", "1", "case: input[1] is beyond what float64 can hold"),
    ],
)
def test_a_value_beyond_float64(values: str, weight: str, message: str) -> None:
    trace = replay(
        read_case(
            f'arithmetic = "float"\n[input]\nvalues = "{values}"\n[[layers]]\ntype = "dense"\nname = "wide"\n'
            f'weight = "{weight}"\n[[layers]]\ntype = "tanh"\n'
        )
    )
    with pytest.raises(CannotReplay) as refused:
        trace.refuse_infinite()
    assert str(refused.value) == message
