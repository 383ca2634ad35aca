"""Training and opened steps, beside PyTorch: its layers, its autograd, its optimizers."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is not installed")

import torch

from tests.arrays import arrays
from tests.oracle.framework import tensors
from tests.oracle.test_replay import assert_agrees
from tests.training.networks import small, trained
from tests.updates.cases import RULES
from tests.updates.test_framework import OPTIMIZERS
from walkthrough.case import Case, load
from walkthrough.trace.trace import replay
from walkthrough.training.data.batches import Batches
from walkthrough.training.runs.opened_steps import opened
from walkthrough.training.runs.run import Lessons
from walkthrough.training.runs.run_files import packed

STEPS = 25


def by_pytorch(case: Case, rule: str, folder: Path) -> tuple[dict[str, torch.Tensor], list[float]]:
    """The parameters after so many steps, and every loss."""
    double = {"dtype": torch.float64}
    given = {
        name: torch.tensor(numbers.copy(), **double).requires_grad_()
        for name, numbers in Lessons(case, folder).network.given.items()
    }
    data = arrays(folder / "strokes.npz")
    x, y = torch.tensor(data["x"][:, None], **double), torch.tensor(data["y"])
    assert case.training is not None
    batches = Batches(case.training, len(x))
    optimizer = OPTIMIZERS[rule](list(given.values()))
    losses = []
    for step in range(1, STEPS + 1):
        chosen = torch.tensor(batches.of(step).copy())
        z = torch.nn.functional.conv2d(x[chosen], given["conv.kernel"], given["conv.bias"]).relu()
        flat = torch.nn.functional.max_pool2d(z, 2).flatten(1)
        logits = flat @ given["dense.weight"].T + given["dense.bias"]
        loss = torch.nn.functional.cross_entropy(logits, y[chosen])
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return given, losses


@pytest.mark.parametrize("rule", RULES)
def test_it_trains_as_pytorch_does(rule: str, tmp_path: Path) -> None:
    case = small(tmp_path, f"[update]\n{RULES[rule]}")
    run = trained(case, tmp_path, STEPS)
    parameters, losses = by_pytorch(case, rule, tmp_path)
    assert run.losses == pytest.approx(losses, rel=1e-9)
    for name, tensor in parameters.items():
        assert np.abs(run.tensors[name] - tensor.detach().numpy()).max() <= 1e-9, name


def as_table(case: Case) -> dict[str, Any]:
    """An opened step as a case file would have it: the oracle reads plain dictionaries."""
    table = tomllib.loads(case.toml, parse_float=Fraction)
    table.pop("input", None)
    table.get("loss", {}).pop("target", None)
    table["arithmetic"] = "float"
    for layer, each in zip(table["layers"], case.layers, strict=True):
        for role in ("kernel", "weight", "bias"):
            if role in layer:
                layer[role] = getattr(each.layer, role).floats.tolist()
    table["samples"] = [
        {"input": sample.input.floats.tolist(), "target": sample.target.floats.tolist()}
        for sample in case.samples
        if sample.target is not None
    ]
    return table


@pytest.mark.parametrize("step", [1, 13, 25])
def test_every_tensor_of_an_opened_step_is_autograds(step: int, tmp_path: Path) -> None:
    case = small(tmp_path)
    path = tmp_path / "run.npz"
    path.write_bytes(packed(trained(case, tmp_path, STEPS).record()))
    found = opened(path, step).case
    assert_agrees(replay(found), tensors(as_table(found)))


@pytest.mark.parametrize("name", ["digits", "two-conv-network"])
def test_opened_steps_of_shipped_cases(name: str, tmp_path: Path) -> None:
    case = load(name)
    path = tmp_path / "run.npz"
    path.write_bytes(packed(trained(case, tmp_path, 20).record()))
    found = opened(path, 20).case
    assert_agrees(replay(found), tensors(as_table(found)))
