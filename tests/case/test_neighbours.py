"""Words of other frameworks are answered with ours."""

from __future__ import annotations

import pytest

from walkthrough import layers, losses
from walkthrough.case import CaseError, read_case
from walkthrough.case.tables.neighbours import unknown_type
from walkthrough.words import shelf


def said(text: str) -> str:
    with pytest.raises(CaseError) as refusal:
        read_case(text)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("Conv2D", 'is "conv2d" here'),
        ("conv3d", "is not here; there are conv1d, conv2d and conv_transpose2d"),
        ("MaxPooling2D", 'is "max_pool2d" here'),
        ("Linear", 'is "dense" here'),
        ("BatchNorm2d", 'is "batch_norm2d" here'),
        ("LeakyReLU", 'is "leaky_relu" here'),
        ("Activation", "is no layer here"),
        ("LSTM", "is not here; recurrence"),
        ("relo", 'is not known; did you mean "relu"'),
    ],
)
def test_types(word: str, answer: str) -> None:
    text = f"[input]\nvalues = 1\n[[layers]]\ntype = '{word}'"
    assert f'case:4: layers[1].type: "{word}" {answer}' in said(text)


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("BCELoss", 'is "binary_cross_entropy" here'),
        ("MSELoss", 'is "squared_error", the sum; for the mean over n outputs say scale = "1/n"'),
        ("CrossEntropyLoss", 'is a layer "softmax" here, and then "cross_entropy"'),
    ],
)
def test_losses(word: str, answer: str) -> None:
    assert f'"{word}" {answer}' in said(f"[input]\nvalues = 1\n[loss]\ntype = '{word}'\ntarget = 1")


@pytest.mark.parametrize(
    ("layer", "answer"),
    [
        (
            "type = 'conv2d'\nkernel = 1\nfilters = 6",
            "is no key here: the filters of the kernel say it",
        ),
        ("type = 'conv2d'\nkernel = 1\nin_channels = 6", "the channels of the kernel say it"),
        ("type = 'conv2d'\nkernel = 1\nstrides = 2", 'strides: is "stride" here'),
        ("type = 'conv2d'\nkernel = 1\npadding = 'valid'", "that is a padding of 0"),
        ("type = 'max_pool2d'\nsize = 1\npool_size = 2", 'pool_size: is "size" here'),
        ("type = 'dense'\nweight = 1\nunits = 3", "the rows of the weight say it"),
        ("type = 'dense'\nweight = 1\nactivation = 'relu'", "an activation is a layer of its own"),
        ("type = 'dropout'\nmask = 1\nrate = 0.5", 'rate: is "p" here'),
        ("type = 'relu'\nslope = 0.1", "slope: is not known here"),
    ],
)
def test_keys(layer: str, answer: str) -> None:
    assert answer in said(f"[input]\nvalues = 1\n[[layers]]\n{layer}")


@pytest.mark.parametrize(
    ("table", "word", "answer"),
    [
        ("[[layers]]", "binary_cross_entropy", "is a loss: it stands in the table [loss]"),
        ("[[layers]]", "bce", 'is "binary_cross_entropy" here, a loss: it stands in the table [loss]'),
        ("[[layers]]", "adam", "is an update rule: it stands in the table [update]"),
        ("[loss]", "relu", "is a layer: it stands in a table [[layers]]"),
        ("[loss]", "MaxPool", 'is "max_pool2d" here, a layer: it stands in a table [[layers]]'),
        ("[update]", "hinge", "is a loss: it stands in the table [loss]"),
    ],
)
def test_a_word_in_the_wrong_table_is_told_where_it_stands(table: str, word: str, answer: str) -> None:
    text = f"[input]\nvalues = 1\n{table}\ntype = '{word}'"
    assert f'"{word}" {answer}' in said(text)


def test_what_is_named_stands_on_a_shelf() -> None:
    """Whatever is said to be ours is ours."""
    import re

    from walkthrough.case.tables import neighbours

    ours = {*shelf.names(layers), *shelf.names(losses)}
    for answer in neighbours._TYPES.values():
        for word in re.findall(r'"([a-z]+[a-z0-9_]*)"', answer):
            assert word in ours or word == "relu", answer


def test_our_own_words_are_found_however_they_are_written() -> None:
    for name in shelf.names(layers):
        assert unknown_type(name.replace("_", "").upper(), shelf.names(layers)) == f'is "{name}" here'
