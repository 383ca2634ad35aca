"""LeNet-5, one sample, forwards and backwards: the replay beside plain NumPy, side by side in one run.

    python tests/benchmarks/lenet.py

Prints ratios; asserts nothing, as every machine is different.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from walkthrough.case import Case, load
from walkthrough.formats.text import TextFormat
from walkthrough.page.lines.narration import Narration
from walkthrough.page.page import Page
from walkthrough.trace.network import network
from walkthrough.trace.steps.kinds import Sums
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import Trace

Arrays = dict[str, Any]


def plain_numpy(case: Case) -> Callable[[], Arrays]:
    """The same network as anybody would write it with NumPy: float64, all gradients."""
    net = network(case)
    w = {name: np.array(grid.floats) for name, grid in net.parameters.items()}
    image = np.pad(np.array(case.samples[0].input.floats), ((0, 0), (2, 2), (2, 2)))
    target = np.array(case.samples[0].target.floats)  # type: ignore[union-attr]

    def conv(x: Any, name: str) -> tuple[Any, Any]:
        windows = sliding_window_view(x, (5, 5), axis=(1, 2))
        z = np.tensordot(w[f"{name}.kernel"], windows, axes=([1, 2, 3], [0, 3, 4]))
        return z + w[f"{name}.bias"][:, None, None], windows

    def pool(z: Any) -> tuple[Any, Any]:
        c, rows, columns = z.shape
        v = z.reshape(c, rows // 2, 2, columns // 2, 2).transpose(0, 1, 3, 2, 4)
        v = v.reshape(c, rows // 2, columns // 2, 4)
        return v.max(-1), v.argmax(-1)

    def unpool(g: Any, winners: Any) -> Any:
        c, rows, columns = g.shape
        out = np.zeros((c, rows, columns, 4))
        np.put_along_axis(out, winners[..., None], g[..., None], -1)
        out = out.reshape(c, rows, columns, 2, 2).transpose(0, 1, 3, 2, 4)
        return out.reshape(c, 2 * rows, 2 * columns)

    def conv_back(g: Any, windows: Any, name: str) -> tuple[Any, Any]:
        kernel_grad = np.tensordot(g, windows, axes=([1, 2], [1, 2]))
        framed = np.pad(g, ((0, 0), (4, 4), (4, 4)))
        turned = w[f"{name}.kernel"][:, :, ::-1, ::-1]
        x_grad = np.tensordot(
            turned, sliding_window_view(framed, (5, 5), axis=(1, 2)), ([0, 2, 3], [0, 3, 4])
        )
        return kernel_grad, x_grad

    def run() -> Arrays:
        z1, windows1 = conv(image, "conv1")
        p1, winners1 = pool(np.maximum(z1, 0))
        z2, windows2 = conv(p1, "conv2")
        p2, winners2 = pool(np.maximum(z2, 0))
        f = p2.ravel()
        z3 = w["dense1.weight"] @ f + w["dense1.bias"]
        a3 = np.maximum(z3, 0)
        z4 = w["dense2.weight"] @ a3 + w["dense2.bias"]
        a4 = np.maximum(z4, 0)
        z5 = w["dense3.weight"] @ a4 + w["dense3.bias"]
        e = np.exp(z5 - z5.max())
        y = e / e.sum()
        loss = -(target * np.log(y)).sum()
        g5 = y - target
        g4 = (w["dense3.weight"].T @ g5) * (z4 > 0)
        g3 = (w["dense2.weight"].T @ g4) * (z3 > 0)
        g2 = unpool((w["dense1.weight"].T @ g3).reshape(p2.shape), winners2) * (z2 > 0)
        k2, gp1 = conv_back(g2, windows2, "conv2")
        g1 = unpool(gp1, winners1) * (z1 > 0)
        k1, gx = conv_back(g1, windows1, "conv1")
        return {
            "loss": loss, "input.grad": gx[:, 2:-2, 2:-2], "conv1.kernel.grad": k1, "conv2.kernel.grad": k2,
            "dense1.weight.grad": np.outer(g3, f), "dense2.weight.grad": np.outer(g4, a3),
            "dense3.weight.grad": np.outer(g5, a4), "conv1.bias.grad": g1.sum((1, 2)),
            "conv2.bias.grad": g2.sum((1, 2)), "dense1.bias.grad": g3,
        }  # fmt: skip

    return run


def best(of: Callable[[], Any], times: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """The shortest of some runs, in seconds."""
    found = []
    for _ in range(times):
        start = clock()
        of()
        found.append(clock() - start)
    return min(found)


def multiply_adds(trace: Trace) -> list[Any]:
    """A Python object for each multiply-add, as a tape would hold: two places, the numbers, the product."""

    class MultiplyAdd:
        __slots__ = ("factors", "product")

        def __init__(self, factors: Any, product: Any) -> None:
            self.factors, self.product = factors, product

    steps, found = Steps(trace), []
    for name, place in trace.places.items():
        for cell in np.ndindex(*place.shape):
            step = steps.step(name, cell)
            if not isinstance(step, Sums):
                break
            for term in step.terms:
                product = Fraction(1)
                for factor in term.factors:
                    product *= trace.known(factor.tensor, factor.cell).value if factor else 0
                found.append(MultiplyAdd(term.factors, product))
    return found


def text_per_term(trace: Trace, file: Path, beforehand: bool = False) -> int:
    """The sums' lines, with an f-string per term: what anybody would write first.

    `beforehand` turns the numbers into text once, before the loops; otherwise each f-string does it.
    """
    values = {}
    for name, place in trace.places.items():
        numbers = _floats(trace, name)
        shown: list[Any] = [f"{each:.10g}" for each in numbers] if beforehand else numbers
        values[name] = np.array(shown, dtype=object).reshape(place.shape).tolist()
    terms = 0
    with file.open("w", encoding="utf-8") as out:

        def line(left: str, symbols: list[str], numbers: list[str], value: str) -> None:
            nonlocal terms
            terms += len(symbols)
            out.write(f"{left} = {' + '.join(symbols)} = {' + '.join(numbers)} = {value}\n")

        spec = "" if beforehand else ".10g"
        for layer, before, pad in (("conv1", "input", 2), ("conv2", "pool1", 0)):
            _conv_lines(values, layer, before, pad, line, spec)
        for layer, before in (("dense1", "flatten"), ("dense2", "relu3"), ("dense3", "relu4")):
            _dense_lines(values, layer, before, line, spec)
    return terms


Line = Callable[[str, list[str], list[str], str], None]


def _conv_lines(values: dict[str, Any], layer: str, before: str, pad: int, line: Line, f: str) -> None:
    """Output, kernel gradient and input gradient of a 5×5 convolution."""
    x, w, z, g = values[before], values[f"{layer}.kernel"], values[layer], values[f"{layer}.grad"]
    channels, rows, columns = len(x), len(x[0]), len(x[0][0])
    filters, down, across = len(z), len(z[0]), len(z[0][0])
    for k in range(filters):
        for i in range(down):
            for j in range(across):
                cells = [
                    (c, i + p - pad, j + q - pad, p, q)
                    for c in range(channels)
                    for p in range(5)
                    for q in range(5)
                ]
                cells = [t for t in cells if 0 <= t[1] < rows and 0 <= t[2] < columns]
                line(f"z[{k+1},{i+1},{j+1}]",
                     [f"x[{c+1},{a+1},{b+1}]·k[{k+1},{c+1},{p+1},{q+1}]" for c, a, b, p, q in cells],
                     [f"{x[c][a][b]:{f}}·{w[k][c][p][q]:{f}}" for c, a, b, p, q in cells],
                     f"{z[k][i][j]:{f}}")  # fmt: skip
    for k in range(filters):
        for c in range(channels):
            for p in range(5):
                for q in range(5):
                    cells = [(i, j, i + p - pad, j + q - pad) for i in range(down) for j in range(across)]
                    cells = [t for t in cells if 0 <= t[2] < rows and 0 <= t[3] < columns]
                    line(f"∂L/∂k[{k+1},{c+1},{p+1},{q+1}]",
                         [f"g[{k+1},{i+1},{j+1}]·x[{c+1},{a+1},{b+1}]" for i, j, a, b in cells],
                         [f"{g[k][i][j]:{f}}·{x[c][a][b]:{f}}" for i, j, a, b in cells],
                         values[f"{layer}.kernel.grad"][k][c][p][q])  # fmt: skip
    for c in range(channels):
        for a in range(rows):
            for b in range(columns):
                cells = [
                    (k, a + pad - p, b + pad - q, p, q)
                    for k in range(filters)
                    for p in range(5)
                    for q in range(5)
                ]
                cells = [t for t in cells if 0 <= t[1] < down and 0 <= t[2] < across]
                line(f"∂L/∂x[{c+1},{a+1},{b+1}]",
                     [f"g[{k+1},{i+1},{j+1}]·k[{k+1},{c+1},{p+1},{q+1}]" for k, i, j, p, q in cells],
                     [f"{g[k][i][j]:{f}}·{w[k][c][p][q]:{f}}" for k, i, j, p, q in cells],
                     values[f"{before}.grad"][c][a][b])  # fmt: skip


def _dense_lines(values: dict[str, Any], layer: str, before: str, line: Line, f: str) -> None:
    """Output, weight gradient and input gradient of a dense layer."""
    x, w, g = values[before], values[f"{layer}.weight"], values[f"{layer}.grad"]
    for m, row in enumerate(w):
        line(f"z[{m+1}]", [f"w[{m+1},{n+1}]·a[{n+1}]" for n in range(len(row))],
             [f"{row[n]}·{x[n]}" for n in range(len(row))], values[layer][m])  # fmt: skip
        for n in range(len(row)):
            line(f"∂L/∂w[{m+1},{n+1}]", [f"g[{m+1}]·a[{n+1}]"], [f"{g[m]:{f}}·{x[n]:{f}}"],
                 values[f"{layer}.weight.grad"][m][n])  # fmt: skip
    for n in range(len(x)):
        line(f"∂L/∂a[{n+1}]", [f"g[{m+1}]·w[{m+1},{n+1}]" for m in range(len(w))],
             [f"{g[m]:{f}}·{w[m][n]:{f}}" for m in range(len(w))], values[f"{before}.grad"][n])  # fmt: skip


def _floats(trace: Trace, name: str) -> list[float]:
    numbers = trace.numbers(name)
    return [int(n) / numbers.denominator for n in numbers.numerators.reshape(-1).tolist()]


def lines_of_sums(trace: Trace, file: Path) -> int:
    """The same lines as the page has them."""
    page = Page(Narration(Steps(trace)))
    weights = {
        "conv1": "kernel",
        "conv2": "kernel",
        "dense1": "weight",
        "dense2": "weight",
        "dense3": "weight",
    }
    wanted = [*weights, *(f"{layer}.{role}.grad" for layer, role in weights.items())]
    wanted += ["input.grad", "pool1.grad", "flatten.grad", "relu3.grad", "relu4.grad"]
    with file.open("w", encoding="utf-8") as out:
        for name in wanted:
            for piece in TextFormat().render(page.lines(name)):
                out.write(piece)
    return len(wanted)


def main() -> None:
    """Print the ratios."""
    case = load("lenet")
    as_float = replace(case, arithmetic=replace(case.arithmetic, kind="float"))
    net = network(case)
    run = plain_numpy(case)
    exact = Trace(case, net)
    exact.run()
    for name, expected in run().items():
        own = np.array(_floats(exact, name)).reshape(np.shape(expected))
        assert np.allclose(own, expected, rtol=1e-9, atol=1e-12), name  # else the ratios mean nothing
    numpy_time = best(run, 100)
    print(f"plain NumPy float64, forward and backward   {numpy_time * 1e3:8.2f} ms")
    for label, each, times in (("float64 trace", as_float, 100), ("exact trace", case, 10)):
        spent = best(lambda each=each: Trace(each, net).run(), times)  # type: ignore[misc]
        print(f"{label:<43} {spent * 1e3:8.2f} ms   {spent / numpy_time:6.2f} × NumPy")
    steps = Steps(exact)
    narration = Narration(steps)
    draw = np.random.default_rng(1)
    every = [(name, cell) for name, place in exact.places.items() for cell in np.ndindex(*place.shape)]
    cells = [every[at] for at in draw.choice(len(every), 400, replace=False)]
    single = sorted(best(lambda c=c: steps.step(*c), 3) for c in cells)  # type: ignore[misc]
    worded = sorted(best(lambda c=c: narration.line(steps.step(*c)), 1) for c in cells)  # type: ignore[misc]
    print(f"one step on request, median                 {single[len(single) // 2] * 1e3:8.2f} ms")
    print(f"… and put into words                        {worded[len(worded) // 2] * 1e3:8.2f} ms")
    with tempfile.TemporaryDirectory() as folder:
        reference = best(lambda: text_per_term(exact, Path(folder) / "a"), 2, time.process_time)
        quicker = best(
            lambda: text_per_term(exact, Path(folder) / "a", beforehand=True), 2, time.process_time
        )
        own_text = best(lambda: lines_of_sums(exact, Path(folder) / "b"), 3, time.process_time)
        terms = text_per_term(exact, Path(folder) / "a")
    print(f"text, an f-string per term                  {reference * 1e3:8.0f} ms   {terms:,} terms")
    print(f"… of numbers that were made text beforehand {quicker * 1e3:8.0f} ms")
    ratios = f"{reference / own_text:6.2f} × and {quicker / own_text:.2f} × as fast"
    print(f"text, the page's lines of the same tensors  {own_text * 1e3:8.0f} ms   {ratios}")
    if "--memory" in sys.argv:
        memory(case, as_float)


def memory(case: Case, as_float: Case) -> None:
    """The trace's own memory beside a list of multiply-adds."""
    net = network(case)
    exact = Trace(case, net)
    exact.run()  # the network's own layouts are there before and after
    sizes = []
    for make in (
        lambda: Trace(as_float, net).run(),
        lambda: Trace(case, net).run(),
        lambda: multiply_adds(exact),
    ):
        gc.collect()
        tracemalloc.start()
        kept = make()
        gc.collect()
        sizes.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        del kept
    for label, size in zip(("float64 trace", "exact trace"), sizes, strict=False):
        share = f"{size / sizes[2]:7.2%} of the list"
        print(f"memory of the {label:<13}                 {size / 1e6:8.2f} MB   {share}")
    print(f"memory of a list of multiply-adds           {sizes[2] / 1e6:8.2f} MB")


if __name__ == "__main__":
    main()
