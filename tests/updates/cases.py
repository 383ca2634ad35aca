"""A small network whose update rule is the only thing that changes."""

from __future__ import annotations

NETWORK = """
input.values = "1 -2 0.5; 0.3 1 2; -1 0 1"
[[layers]]
type = "conv2d"
kernel = "0.5 -0.2; 0.1 0.3"
bias = "0.1"
[[layers]]
type = "sigmoid"
[[layers]]
type = "dense"
weight = "0.4 -0.3 0.2 0.1; -0.1 0.2 0.3 -0.4"
bias = "0.05 -0.05"
[loss]
type = "squared_error"
target = "1 0"
"""

RULES = {
    "plain": 'type = "sgd"',
    "weight decay": 'type = "sgd"\nweight_decay = "0.1"',
    "momentum": 'type = "sgd"\nmomentum = "0.9"',
    "momentum and decay": 'type = "sgd"\nmomentum = "0.9"\nweight_decay = "0.1"',
    "nesterov": 'type = "sgd"\nmomentum = "0.9"\nnesterov = true\nweight_decay = "0.1"',
    "rmsprop": 'type = "rmsprop"',
    "rmsprop with all": (
        'type = "rmsprop"\nalpha = "0.9"\nmomentum = "0.8"\nweight_decay = "0.1"\nepsilon = "0.01"'
    ),
    "adam": 'type = "adam"',
    "adam with all": 'type = "adam"\nbetas = ["0.8", "0.95"]\nweight_decay = "0.1"\nepsilon = "0.001"',
    "adamw": 'type = "adamw"',
    "adamw with all": 'type = "adamw"\nbetas = ["0.8", "0.95"]\nweight_decay = "0.2"',
}


def case_text(rule: str, rate: str = "0.1", network: str = NETWORK, arithmetic: str = "exact") -> str:
    """A case of this network with an update rule."""
    return (
        f'learning_rate = "{rate}"\narithmetic = "{arithmetic}"\n[update]\n{rule}\n[input]\n'
        + network.replace("input.values", "values", 1).lstrip()
    )
