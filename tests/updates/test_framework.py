"""Three updates in a row, beside PyTorch's optimizers."""

from __future__ import annotations

import pytest

from tests.updates.cases import RULES, case_text
from walkthrough.case import read_case
from walkthrough.trace.trace import Trace, replay

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

STEPS = 3
OPTIMIZERS = {
    "plain": lambda p: torch.optim.SGD(p, lr=0.1),
    "weight decay": lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.1),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    "momentum and decay": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.1),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.1),
    "rmsprop with all": lambda p: torch.optim.RMSprop(
        p, lr=0.1, alpha=0.9, momentum=0.8, weight_decay=0.1, eps=0.01
    ),
    "adam": lambda p: torch.optim.Adam(p, lr=0.1),
    "adam with all": lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.8, 0.95), weight_decay=0.1, eps=0.001),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.1),
    "adamw with all": lambda p: torch.optim.AdamW(p, lr=0.1, betas=(0.8, 0.95), weight_decay=0.2),
}
KEPT = {
    "momentum_buffer": "velocity",
    "square_avg": "square_average",
    "exp_avg": "moment1",
    "exp_avg_sq": "moment2",
}


def values(trace: Trace, name: str) -> list[float]:
    shape = trace.place(name).shape
    return [
        float(trace.known(name, tuple(int(at) for at in cell)).value)
        for cell in torch.cartesian_prod(*map(torch.arange, shape)).reshape(-1, len(shape))
    ]


def trained(rule: str) -> tuple[list[dict[str, object]], list[float]]:
    """PyTorch's parameters and what it keeps after each step, and every loss."""
    double = {"dtype": torch.float64, "requires_grad": True}
    parameters = {
        "conv.kernel": torch.tensor([[[[0.5, -0.2], [0.1, 0.3]]]], **double),
        "conv.bias": torch.tensor([0.1], **double),
        "dense.weight": torch.tensor([[0.4, -0.3, 0.2, 0.1], [-0.1, 0.2, 0.3, -0.4]], **double),
        "dense.bias": torch.tensor([0.05, -0.05], **double),
    }
    x = torch.tensor([[[[1, -2, 0.5], [0.3, 1, 2], [-1, 0, 1]]]], dtype=torch.float64)
    target = torch.tensor([1.0, 0.0], dtype=torch.float64)
    optimizer = OPTIMIZERS[rule](list(parameters.values()))
    losses, after = [], []
    for _ in range(STEPS + 1):
        hidden = torch.sigmoid(
            torch.nn.functional.conv2d(x, parameters["conv.kernel"], parameters["conv.bias"])
        )
        y = parameters["dense.weight"] @ hidden.reshape(-1) + parameters["dense.bias"]
        loss = ((target - y) ** 2).sum() / 2
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found: dict[str, object] = {}
        for name, tensor in parameters.items():
            found[f"{name}.new"] = tensor.detach().clone()
            state = optimizer.state[tensor]
            found |= {f"{name}.{KEPT[key]}": state[key].clone() for key in KEPT if state.get(key) is not None}
        after.append(found)
    return after, losses


@pytest.mark.parametrize("arithmetic", ["exact", "float"])
@pytest.mark.parametrize("rule", RULES)
def test_it_moves_as_pytorch_does(rule: str, arithmetic: str) -> None:
    trace = replay(read_case(case_text(RULES[rule], arithmetic=arithmetic)), STEPS)
    after, losses = trained(rule)
    for step in range(1, STEPS + 1):
        mark = f"#{step}" if step > 1 else ""
        assert float(trace.value(f"loss{mark}", 16)) == pytest.approx(losses[step - 1], rel=1e-9)
        for name, tensor in after[step - 1].items():
            expected = tensor.reshape(-1).tolist()  # type: ignore[attr-defined]
            assert values(trace, f"{name}{mark}") == pytest.approx(expected, rel=1e-9, abs=1e-12), (
                name,
                step,
            )
    assert float(trace.following.value(f"loss#{STEPS + 1}", 16)) == pytest.approx(losses[STEPS], rel=1e-9)
