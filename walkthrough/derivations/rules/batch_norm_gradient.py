"""The gradients of batch normalisation with the means and variances given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product

from walkthrough.derivations.derivation import (
    Derivation,
    DerivationBlock,
    Equalities,
    Equality,
    GeneralEqualities,
    Instance,
    Paragraph,
    PartTitle,
    Premises,
)
from walkthrough.derivations.derivation_notation import (
    LOSS,
    Derivative,
    all_entries,
    at,
    atom,
    letter,
    placed,
    written_product,
    written_sum,
)
from walkthrough.derivations.general_notation import LetteredSum, LetteredTensor, counted_from_1, letters
from walkthrough.derivations.pieces import asked_sizes as limits
from walkthrough.derivations.pieces.asked_sizes import AskedSizes, pair, side
from walkthrough.derivations.pieces.layers_in_letters import blank
from walkthrough.derivations.rules import DerivedRule, letters_of
from walkthrough.layers import Conventions
from walkthrough.layers.batch_norm2d import BatchNorm2d
from walkthrough.mathematics.notation import Entry, Expression, Shape, Tensor, sqrt
from walkthrough.mathematics.windows import times
from walkthrough.numbers.grid import GivenGrid
from walkthrough.numbers.written import Written

# SymPy keeps gamma and beta for functions of its own
_NAMES = {"gamma": ("scale", "γ"), "beta": ("shift", "β"), "mean": ("mean", "μ")}
_EPSILON = letter("epsilon", "ε")


class BatchNormGradient(DerivedRule):
    """With its statistics given, it is a straight line, entry by entry: a factor and a shift."""

    title = "Batch normalisation backwards, its statistics given"
    page_letters = letters_of(BatchNorm2d)
    takes = ("input", "channels")

    def derive(self, sizes: AskedSizes) -> Derivation:
        """For the input, the scale γ and the shift β."""
        rows, columns = side("input", pair(sizes.input, (2, 2)))
        channels = limits.count("channels", sizes.channels, 1, 12)
        limits.refuse_too_many_products(4 * channels * rows * columns)
        text = f"input {times((rows, columns))}, {channels} channel{'s' * (channels > 1)}"
        norm = _Norm((channels, rows, columns))
        return Derivation(self.word, self.title, text, norm.premises, (*_blocks(norm), *_general()))


class _Norm:
    """The layer between letters: z by the layer's own equation, and ∂L/∂z is g."""

    def __init__(self, shape: Shape) -> None:
        channels = shape[:1]
        self.x, self.z, self.g = (Tensor(name, shape, name) for name in "xzg")
        self.named = {role: Tensor(name, channels, symbol) for role, (name, symbol) in _NAMES.items()}
        self.variance = Tensor("variance", channels, "σ²")
        # the layer's ε is a number; here it is a letter, and what stands under the root is v = σ² + ε
        under = Tensor("v", channels, "v")
        one = blank(channels)
        layer = BatchNorm2d(
            one, one, one, GivenGrid.over([1] * channels[0], 1, channels), Written("0", Fraction(0))
        )
        (equation,) = layer.equations(self.x, self.z, Conventions(), **self.named, variance=under)
        definitions = {
            atom(z): placed(equation.right, dict(zip(equation.left.variables, atom(z)[1], strict=True)))
            for z in all_entries(self.z)
        }
        definitions |= {atom(at(under, (c,))): self.inside(c) for c in range(channels[0])}
        upstream = {atom(z): g for z, g in zip(all_entries(self.z), all_entries(self.g), strict=True)}
        self.premises = Premises(definitions, upstream, LOSS)

    def inside(self, channel: int) -> Expression:
        """What stands under the channel's root."""
        return at(self.variance, (channel,)) + _EPSILON

    def root(self, channel: int) -> Expression:
        """√(σ² + ε)."""
        return sqrt(self.inside(channel))

    def of(self, role: str, channel: int) -> Entry:
        """A channel's γ, β or μ."""
        return at(self.named[role], (channel,))

    def entries(self, channel: int) -> list[tuple[Entry, Entry, Entry]]:
        """x, z and g at each place of a channel."""
        together = zip(*map(all_entries, (self.x, self.z, self.g)), strict=True)
        return [each for each in together if atom(each[0])[1][0] == channel]


def _blocks(norm: _Norm) -> Iterator[DerivationBlock]:
    yield Paragraph(
        (
            "x is the input, z the output, g = ∂L/∂z the loss's gradient with respect to it. Each channel "
            "has a mean μ and a variance σ², which are given, and a scale γ and a shift β, which are "
            "learned. ε is a small number that keeps the root away from 0. Were μ and σ² worked out from x, "
            "as in training, every z would depend on every x of its channel; here it depends on one.",
        )
    )
    channels = range(norm.x.shape[0])
    yield PartTitle("Forwards")
    for c in channels:
        for x, z, _ in norm.entries(c):
            line = norm.of("gamma", c) * ((x - norm.of("mean", c)) / norm.root(c)) + norm.of("beta", c)
            yield Equalities(z, (Equality(line, ("normalised, scaled and shifted",)),))
    yield PartTitle("Input: ∂L/∂x = g·γ/√(σ² + ε)")
    yield Paragraph(("μ, σ² and ε are constants: z is a straight line in x, and its slope is γ/√(σ² + ε).",))
    for c in channels:
        for x, z, g in norm.entries(c):
            yield _only(z, x, written_product((g, norm.of("gamma", c) / norm.root(c))))
    yield PartTitle("Scale: ∂L/∂γ = Σ g·(x − μ)/√(σ² + ε)")
    yield Paragraph(("γ multiplies the normalised input, in every place of its channel.",))
    for c in channels:
        yield _gathered(norm, c)
    yield PartTitle("Shift: ∂L/∂β = Σ g")
    yield Paragraph(("β is added in every place of its channel, with the slope 1.",))
    for c in channels:
        beta = norm.of("beta", c)
        total = written_sum(g for _, _, g in norm.entries(c))
        yield Equalities(
            Derivative(LOSS, beta),
            (_chain_rule(norm, c, beta), Equality(total, (beta, " is added as it is"))),
        )


def _only(z: Entry, x: Entry, right: Expression) -> Equalities:
    slopes = Derivative(LOSS, z) * Derivative(z, x)
    steps = (
        Equality(slopes, ("chain rule: ", x, " goes into ", z, " alone")),
        Equality(right, ("the slope of the line",)),
    )
    return Equalities(Derivative(LOSS, x), steps)


def _chain_rule(norm: _Norm, channel: int, by: Entry) -> Equality:
    slopes = written_sum(Derivative(LOSS, z) * Derivative(z, by) for _, z, _ in norm.entries(channel))
    return Equality(slopes, ("chain rule: ", by, " goes into every z of its channel"))


def _gathered(norm: _Norm, channel: int) -> Equalities:
    gamma, mean, root = norm.of("gamma", channel), norm.of("mean", channel), norm.root(channel)
    each = [(g, x - mean) for x, _, g in norm.entries(channel)]
    by_place = written_sum(written_product((g, from_mean / root)) for g, from_mean in each)
    together = written_sum(written_product(pair) for pair in each) / root
    steps = (
        _chain_rule(norm, channel, gamma),
        Equality(
            by_place,
            (
                "what ",
                gamma,
                " is multiplied by",
            ),
        ),
        Equality(together, ("the root is the same in the whole channel",)),
    )
    return Equalities(Derivative(LOSS, gamma), steps)


C, H, W = letters("C H W")
c, i, j = letters("c i j")
_SIZES = tuple(product((1, 2), (1, 2), (1, 2)))


def _general() -> Iterator[DerivationBlock]:
    """The formulas for any number of channels, rows and columns."""
    x, z, g = (LetteredTensor(name, (C, H, W))[c, i, j] for name in "xzg")
    gamma, beta, mean = (LetteredTensor(name, (C,), symbol)[c] for name, symbol in _NAMES.values())
    root = sqrt(LetteredTensor("variance", (C,), "σ²")[c] + _EPSILON)
    places = ((i, H), (j, W))
    yield PartTitle("In general")
    yield Paragraph(
        (
            "C channels of H×W. Counted, not proved in letters: every entry, for 1 and 2 channels, rows and "
            "columns.",
        )
    )
    line = Equality(gamma * ((x - mean) / root) + beta, ("normalised, scaled and shifted",))
    yield GeneralEqualities(z, (line,), lambda: _instances(lambda norm: norm.z, (c, i, j)))
    by_input = (
        Equality(Derivative(LOSS, z) * Derivative(z, x), ("chain rule: only ", z, " knows it")),
        Equality(g * (gamma / root), ("the slope of the line",)),
    )
    yield GeneralEqualities(Derivative(LOSS, x), by_input, lambda: _instances(lambda norm: norm.x, (c, i, j)))
    by_scale = (
        Equality(LetteredSum(Derivative(LOSS, z) * Derivative(z, gamma), places), ("chain rule",)),
        Equality(LetteredSum(g * ((x - mean) / root), places), ("what ", gamma, " is multiplied by")),
    )
    yield GeneralEqualities(
        Derivative(LOSS, gamma), by_scale, lambda: _instances(lambda norm: norm.named["gamma"], (c,))
    )
    by_shift = (
        Equality(LetteredSum(Derivative(LOSS, z) * Derivative(z, beta), places), ("chain rule",)),
        Equality(LetteredSum(g, places), (beta, " is added as it is")),
    )
    yield GeneralEqualities(
        Derivative(LOSS, beta), by_shift, lambda: _instances(lambda norm: norm.named["beta"], (c,))
    )


def _instances(tensor: Callable[[_Norm], Tensor], free: tuple[Entry, ...]) -> Iterator[Instance]:
    for shape in _SIZES:
        norm = _Norm(shape)
        tensors = {each.name: each for each in (norm.x, norm.z, norm.g, norm.variance, *norm.named.values())}
        numbers = dict(zip("CHW", shape, strict=True))
        for cell in tensor(norm).cells():
            yield Instance({**numbers, **counted_from_1(free, cell)}, tensors, norm.premises)
