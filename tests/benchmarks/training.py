"""An epoch of the digits' network beside plain NumPy and PyTorch; checkpoints, opening, memory.

    python tests/benchmarks/training.py

Prints ratios of one run; asserts nothing, as every machine is different.
"""

from __future__ import annotations

import gc
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from walkthrough.case import Case, load, read_case
from walkthrough.training.runs.opened_steps import opened
from walkthrough.training.runs.run import Lessons, TrainingRun
from walkthrough.training.runs.run_files import packed

BATCH, ROUNDS = 32, 20
Arrays = dict[str, Any]


def batched(case: Case, size: int = BATCH) -> Lessons:
    """The case with batches of this size."""
    assert case.training is not None
    return Lessons(replace(case, training=replace(case.training, batch_size=size)), Path())


def rate_of(lessons: Lessons) -> float:
    """The case's learning rate."""
    assert lessons.case.learning_rate is not None
    return float(lessons.case.learning_rate.value)


def plain_numpy(lessons: Lessons) -> Callable[[], None]:
    """An epoch of the digits' network as anybody would write it with NumPy."""
    w = {name: array.copy() for name, array in lessons.network.given.items()}
    x, t, rate = lessons.data.train.x, lessons.data.train.targets, rate_of(lessons)

    def sigmoid(z: Any) -> Any:
        return 1 / (1 + np.exp(-z))

    def epoch() -> None:
        order = np.random.default_rng(1).permutation(len(x))
        for begin in range(0, len(x), BATCH):
            chosen = order[begin : begin + BATCH]
            image, target = x[chosen], t[chosen]
            windows = sliding_window_view(image, (3, 3), axis=(2, 3))
            z1 = np.tensordot(windows, w["conv.kernel"], axes=([1, 4, 5], [1, 2, 3]))
            h1 = sigmoid(z1.transpose(0, 3, 1, 2) + w["conv.bias"])
            flat = h1.reshape(len(chosen), -1)
            h2 = sigmoid(flat @ w["dense1.weight"].T + w["dense1.bias"])
            y = sigmoid(h2 @ w["dense2.weight"].T + w["dense2.bias"])
            -np.mean(target * np.log(y) + (1 - target) * np.log(1 - y))
            g3 = (y - target) / target.shape[1] / len(chosen)
            g2 = (g3 @ w["dense2.weight"]) * h2 * (1 - h2)
            g1 = ((g2 @ w["dense1.weight"]) * flat * (1 - flat)).reshape(h1.shape)
            w["dense2.weight"] -= rate * (g3.T @ h2)
            w["dense2.bias"] -= rate * g3.sum(axis=0)
            w["dense1.weight"] -= rate * (g2.T @ flat)
            w["dense1.bias"] -= rate * g2.sum(axis=0)
            w["conv.kernel"] -= rate * np.tensordot(g1, windows, axes=([0, 2, 3], [0, 2, 3]))
            w["conv.bias"] -= rate * g1.sum(axis=0)

    return epoch


def pytorch(lessons: Lessons) -> Callable[[], None] | None:
    """The same with PyTorch on one thread, or nothing where it is not installed."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    functional = torch.nn.functional
    w = {
        name: torch.tensor(array.copy(), requires_grad=True) for name, array in lessons.network.given.items()
    }
    x, t = torch.tensor(lessons.data.train.x), torch.tensor(lessons.data.train.targets)
    optimizer = torch.optim.SGD(list(w.values()), lr=rate_of(lessons))

    def epoch() -> None:
        order = torch.randperm(len(x))
        for begin in range(0, len(x), BATCH):
            chosen = order[begin : begin + BATCH]
            h1 = torch.sigmoid(functional.conv2d(x[chosen], w["conv.kernel"]) + w["conv.bias"]).flatten(1)
            h2 = torch.sigmoid(h1 @ w["dense1.weight"].T + w["dense1.bias"])
            z = h2 @ w["dense2.weight"].T + w["dense2.bias"]
            loss = functional.binary_cross_entropy_with_logits(z, t[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return epoch


def ours(lessons: Lessons) -> Callable[[], None]:
    """An epoch with its checkpoints."""
    run = TrainingRun(lessons, Path())

    def epoch() -> None:
        for _ in range(lessons.batches.in_an_epoch):
            run.advance()

    return epoch


def bare(lessons: Lessons) -> Callable[[], None]:
    """The same steps and their losses, and no checkpoints."""
    tensors, losses = lessons.beginning, []

    def epoch() -> None:
        nonlocal tensors
        for _ in range(lessons.batches.in_an_epoch):
            stepped = lessons.step(len(losses) + 1, tensors)
            tensors = stepped.after
            losses.append(stepped.loss)

    return epoch


def best(several: dict[str, Callable[[], None]]) -> dict[str, float]:
    """The best of some rounds, in seconds, each beginning with another: all are disturbed alike."""
    found, names = dict.fromkeys(several, float("inf")), list(several)
    for turn in range(ROUNDS):
        for at in range(len(names)):
            name = names[(turn + at) % len(names)]
            several[name]()  # so that what another one has left in the caches is gone
            begin = time.perf_counter()
            several[name]()
            found[name] = min(found[name], time.perf_counter() - begin)
    return found


def epochs() -> None:
    """The network of the case, and one of a usual size for MNIST's digits."""
    for title, case in (("digits", load("digits")), ("5 filters, 100 units", larger())):
        lessons = batched(case)
        works = {"ours": ours(lessons), "bare": bare(lessons), "plain NumPy": plain_numpy(lessons)}
        by_pytorch = pytorch(lessons)
        if by_pytorch is not None:
            works["PyTorch"] = by_pytorch
        found = best(works)
        listed = ", ".join(f"{name} {1000 * seconds:.1f} ms" for name, seconds in found.items())
        print(f"an epoch of {title}, batches of {BATCH}: {listed}")
        print(f"  ours / plain NumPy: {found['ours'] / found['plain NumPy']:.2f} (at most 1.5)")
        if "PyTorch" in found:
            print(f"  ours / PyTorch on one thread: {found['ours'] / found['PyTorch']:.2f} (at most 3)")
        print(f"  checkpoints: {100 * (found['ours'] / found['bare'] - 1):.1f} % (at most 5)")


def larger() -> Case:
    """The digits' network as large as it usually is."""
    text = load("digits").toml.replace("[2, 1, 3, 3]", "[5, 1, 3, 3]").replace("[2, 14, 14]", "[5, 14, 14]")
    text = text.replace("shape = [392]", "shape = [980]").replace("[10, 392]", "[100, 980]")
    return read_case(text.replace("shape = [10],", "shape = [100],").replace("[2, 10]", "[2, 100]"), "larger")


def opening(title: str, lessons: Lessons) -> None:
    """The last step before a checkpoint, which is the farthest from one."""
    run = TrainingRun(lessons, Path())
    steps = 3 * lessons.apart
    begin = time.perf_counter()
    for _ in range(steps):
        run.advance()
    plain = (time.perf_counter() - begin) / steps
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.npz"
        path.write_bytes(packed(run.record()))
        took = []
        for _ in range(5):
            begin = time.perf_counter()
            opened(path, 2 * lessons.apart)
            took.append(time.perf_counter() - begin)
    print(f"opening the worst step of {title}: {min(took) / plain:.0f} plain steps (at most 100)")


def lenet() -> Lessons:
    """LeNet-5 on two images."""
    case = load("lenet")
    training = read_case(load("digits").toml, "digits").training
    assert training is not None
    training = replace(training, data=None, batch_size=BATCH)
    rate = load("digits").learning_rate
    return Lessons(replace(case, samples=case.samples * BATCH, learning_rate=rate, training=training), Path())


def memory(lessons: Lessons) -> None:
    """What a run of LeNet-5 grows by, step by step."""
    run, sizes = TrainingRun(lessons, Path()), []
    tracemalloc.start()
    for _ in range(3):
        for _ in range(lessons.apart):
            run.advance()
        gc.collect()
        sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    grown = (sizes[-1] - sizes[0]) / (2 * lessons.apart)
    print(f"memory of LeNet-5: {grown / 1000:.1f} kB a step (at most 10)")


def main() -> None:
    """All of it."""
    epochs()
    opening("digits, batches of 8", batched(load("digits"), 8))
    opening("digits, batches of 32", batched(load("digits")))
    memory(lenet())


if __name__ == "__main__":
    main()
