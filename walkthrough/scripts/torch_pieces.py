"""Those parts of a PyTorch script that are the same for every case."""

from __future__ import annotations


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.strip("\n").split("\n"))


KINK = _lines('''
class Kink(torch.autograd.Function):
    """max(z, 0) with a slope at 0 that is agreed upon; what is 0 on paper may miss it by a rounding here."""

    @staticmethod
    def forward(ctx, z, slope):
        ctx.save_for_backward(z)
        ctx.slope = slope
        return z.clamp(min=0)

    @staticmethod
    def backward(ctx, upstream):
        (z,) = ctx.saved_tensors
        nearly = 1e-12
        return upstream * torch.where(z.abs() <= nearly, ctx.slope, (z > 0).to(z.dtype)), None


def kink(z, slope):
    return Kink.apply(z, slope)
''')

LARGEST = _lines('''
class Largest(torch.autograd.Function):
    """The largest of each window; of equals the first takes the gradient, or all share it, or each has it."""

    @staticmethod
    def forward(ctx, windows, tie):
        largest = windows.amax(dim=-1, keepdim=True)
        nearly = 1e-12
        winners = (windows >= largest - nearly).to(windows.dtype)
        if tie == "first":
            winners = winners * (winners.cumsum(dim=-1) == 1)
        elif tie == "split":
            winners = winners / winners.sum(dim=-1, keepdim=True)
        ctx.save_for_backward(winners)
        return largest.squeeze(-1)

    @staticmethod
    def backward(ctx, upstream):
        (winners,) = ctx.saved_tensors
        return winners * upstream.unsqueeze(-1), None


def largest(windows, tie):
    return Largest.apply(windows.flatten(start_dim=-2), tie)
''')

CHECK = _lines('''
def check(name, found):
    """Prints a tensor; stops at the first number that is another one on the page, to about ten digits."""
    found = found.detach()
    expected = torch.tensor(EXPECTED[name], dtype=torch.float64)
    print(f"{name} = {found.tolist()}")
    assert found.shape == expected.shape, f"{name}: {tuple(found.shape)}, not {tuple(expected.shape)}"
    close = (found - expected).abs() <= 1e-10 * expected.abs().max() + 1e-13
    for cell in (~close).nonzero().tolist():
        at = ",".join(str(index + 1) for index in cell)
        here, there = found[tuple(cell)].item(), expected[tuple(cell)].item()
        raise AssertionError(f"{name}[{at}]: PyTorch finds {here!r}, the page says {there!r}")
''')

TRAINING = _lines('''
def train():
    """Forwards, backwards and the update, as often as the page does it."""
    for step in range(1, STEPS + 1):
        of_step = f"#{step}" if step > 1 else ""
        for parameter in parameters.values():
            parameter.grad = None
        losses = []
        for sample, (x, t) in enumerate(SAMPLES, start=1):
            of_sample = f"@{sample}" if sample > 1 else ""
            x.requires_grad_(bool(parameters) or "input.grad" in EXPECTED)
            tensors = {"input": x, **network(x)}
            x.grad = None
            for tensor in tensors.values():
                if tensor.requires_grad:
                    tensor.retain_grad()
            y, z = list(tensors.values())[-1], list(tensors.values())[-2:][0]
            if "GRADIENT" in globals():
                y.backward(GRADIENT)
            elif "loss_of" in globals():
                # the gradients of the samples' losses add up in the parameters
                loss = loss_of(y.flatten(), t, z.flatten())
                loss.backward()
                losses.append(loss.detach())
            for name, tensor in tensors.items():
                if name + of_sample + of_step in EXPECTED:
                    check(name + of_sample + of_step, tensor)
                if f"{name}.grad{of_sample}{of_step}" in EXPECTED:
                    check(f"{name}.grad{of_sample}{of_step}", tensor.grad)
        if losses:
            check(f"loss{of_step}", sum(losses) / len(losses))
        for name, parameter in parameters.items():
            parameter.grad /= len(SAMPLES)
            check(f"{name}.grad{of_step}", parameter.grad)
        if optimizer is not None:
            optimizer.step()
            for name, parameter in parameters.items():
                if f"{name}.new{of_step}" in EXPECTED:
                    check(f"{name}.new{of_step}", parameter)
''')
