"""What stands in every script for PyTorch as it is."""

from __future__ import annotations

OPENING = """\
from itertools import product

import torch
import torch.nn.functional as F


def tensor(numbers, learned=False):
    return torch.tensor(numbers, dtype=torch.float64, requires_grad=learned)"""

ONE_SAMPLE = """\
    found |= {name + mark: each for name, each in sample(*samples[0]).items()}"""

BATCH = """\
    several = [sample(*each) for each in samples]
    for number, one in enumerate(several, start=1):
        for name, each in one.items():  # conv@2 is the second sample's
            own = name == "loss" or name.removesuffix(".grad") in parameters
            found[(f"{name}@{number}" if own or number > 1 else name) + mark] = each"""

MEANS = """\
    if "loss" in several[0]:
        found["loss" + mark] = torch.stack([one["loss"] for one in several]).mean()
    for name, each in parameters.items():  # the mean over the samples
        each.grad = torch.stack([one[f"{name}.grad"] for one in several]).mean(0)
        found[f"{name}.grad{mark}"] = each.grad.clone()"""

COMPARING = '''\
def compare(name):
    """Float64 has 16 digits, and sums lose some: 9 must agree, or 12 of the tensor's largest number."""
    numbers, right = found[name], tensor(expected[name])
    print(f"{name} =\\n{numbers}")
    shapes = tuple(numbers.shape), tuple(right.shape)
    assert shapes[0] == shapes[1], f"{name}: PyTorch has the shape {shapes[0]}, expected is {shapes[1]}"
    largest = right.abs().max().item()
    for at in product(*map(range, right.shape)):
        one, other = numbers[at].item(), right[at].item()
        cell = f"{name}[{','.join(str(each + 1) for each in at)}]" if at else name
        near = abs(one - other) <= 1e-9 * abs(other) + 1e-12 * largest
        assert near, f"{cell}: PyTorch has {one}, the hand calculation {other}"


torch.set_printoptions(precision=10)
for name in expected:
    compare(name)
print(f"PyTorch agrees in all {len(expected)} tensors.")'''
