"""The witnesses' word: every tensor of a trace, compared with two other routes to it.

Each stage is checked from the replay's own input to it, so that a disagreement names its stage.
Rational numbers must agree exactly; others to fifty digits of the tensor's largest number, beyond what
the enclosures leave open. By hand ("4 decimals") every witness rounds for itself and must agree exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from typing import Any

import numpy as np

from walkthrough.mathematics.folding import has_pieces
from walkthrough.mathematics.layout import Array
from walkthrough.mathematics.notation import Cell, Tensor, unique
from walkthrough.numbers.arithmetic import NeedsPrecision
from walkthrough.numbers.exact import Exact
from walkthrough.numbers.exact_arithmetic import ExactArithmetic
from walkthrough.trace.moves import Move, after
from walkthrough.trace.network import Stage
from walkthrough.trace.places import numbered
from walkthrough.trace.saturation import saturated
from walkthrough.trace.trace import Trace
from walkthrough.witnesses import CannotFollow, vectorised
from walkthrough.witnesses.vectorised.stage import plain

DIGITS = 50
"""To how many digits irrational numbers are compared."""
FLOAT_DIGITS = 12
"""To how many digits float64 is compared: it carries about 16, and sums lose a few."""
MOST_MULTIPLY_ADDS = 5_000
"""Above this the symbolic witness, which writes every product out, would take too long."""

_PRECISION = 80


@dataclass(frozen=True, slots=True)
class Check:
    """One tensor, compared with one witness."""

    tensor: str
    witness: str
    cells: int
    largest_difference: Fraction
    agrees: bool


class Verification:
    """A trace under the eyes of its witnesses."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._run = trace.run(_PRECISION)
        self._kind = trace.case.arithmetic.kind
        self._decimals = trace.case.arithmetic.decimals or 0

    @property
    def symbolic_left_out(self) -> bool:
        """Whether the network is too large for the symbolic witness."""
        return sum(stage.multiply_adds for stage in self.trace.network.layers) > MOST_MULTIPLY_ADDS

    def checks(self, only: Callable[[str], bool] = lambda name: True) -> Iterator[Check]:
        """All comparisons, tensor by tensor; `only` chooses tensors by their full name."""
        for sample in range(len(self.trace.case.samples)):
            yield from self._sample(_Vectorised(self), sample, only)
            if not self.symbolic_left_out:
                yield from self._sample(_Symbolic(self), sample, only)
        yield from self._closing(only)

    # --- comparing -------------------------------------------------------------------------------

    def _sample(self, witness: _Witness, sample: int, only: Callable[[str], bool]) -> Iterator[Check]:
        network = self.trace.network
        for stage in network.stages:
            if not stage.equations or self._on_a_kink(stage, sample, slopes=False):
                continue
            if only(self._full(stage.z.name, sample)):
                yield from self._compared(witness, sample, stage.z, partial(witness.forward, stage, sample))
        if network.loss is None or not self.trace.back:
            return
        last = network.output.grad
        if only(self._full(last.name, sample)) and not self._on_a_kink(network.loss, sample):
            yield from self._compared(witness, sample, last, partial(witness.slope, network.loss, sample))
        for stage in reversed(network.layers):
            wanted = [tensor for tensor in stage.inputs if only(self._full(tensor.grad.name, sample))]
            if wanted and self._on_a_kink(stage, sample):
                continue
            found = cache(partial(witness.backward, stage, sample))
            for tensor in wanted:
                yield from self._compared(witness, sample, tensor.grad, partial(_one, found, tensor.name))

    def _on_a_kink(self, stage: Stage, sample: int, slopes: bool = True) -> bool:
        """Whether a formula is exactly at its kink, which was proved, and does not show in the numbers.

        A witness gets the middles of enclosures, and would take the slope on one side.
        """
        tensors = self._run.samples[sample].tensors
        for equation in stage.equations if self._kind == "exact" else ():
            formulas = [(slope, entry.variables) for entry, slope in equation.derivatives]
            for formula, own in formulas if slopes else [(equation.right, ())]:
                variables = unique((*equation.left.variables, *own))
                if not has_pieces(formula) or stage.choices:
                    continue
                try:
                    ExactArithmetic(_PRECISION).function(formula, variables, lambda e: tensors[e.tensor.name])
                except NeedsPrecision:
                    return True
        return False

    def _compared(
        self, witness: _Witness, sample: int, tensor: Tensor, find: Callable[[], Any]
    ) -> Iterator[Check]:
        """What a witness found of a tensor, compared; nothing, if it could not follow."""
        try:
            found = find()
        except CannotFollow:
            return
        name = self._full(tensor.name, sample)
        yield self._check(name, witness.name, self._run.samples[sample].tensors[tensor.name], found)

    def _closing(self, only: Callable[[str], bool]) -> Iterator[Check]:
        """Means over a batch, and the updated parameters: closed forms only."""
        run, case = self._run, self.trace.case
        if case.batch:
            for name, numbers in run.means.items():
                if only(self.trace.named(name, None)):
                    several = [self.given(sample.tensors[name]) for sample in run.samples]
                    found = self.rounded(vectorised.mean(several))
                    yield self._check(self.trace.named(name, None), "vectorised", numbers, found)
        for move in self.trace.moves:
            found = None
            for equation in move.equations:
                local = equation.left.tensor.name
                if only(self.trace.named(local, None)):
                    found = found or self._moved(move)
                    if found is None:
                        break
                    word = local.removeprefix(f"{move.parameter.name}.")
                    yield self._check(
                        self.trace.named(local, None), "vectorised", run.moved[local], found[word]
                    )

    def _moved(self, move: Move) -> Mapping[str, Any] | None:
        """What the closed form of the update rule gives, by word; None if there is none."""
        case, known = self.trace.case, self._run.closing
        assert case.learning_rate is not None
        if not vectorised.knows_update(case.updating.type):
            return None
        name = move.parameter.name
        kept = {
            after(each.name).removeprefix(f"{name}."): self.given(known[each.name]) for each in move.before
        }
        return vectorised.update(
            self.given(known[name]),
            self.given(known[move.parameter.grad.name]),
            case.learning_rate.value,
            case.updating.type,
            plain(vars(case.updating.rule)),
            kept,
            step=self.trace.updates,
            digits=self.digits,
            line=self.rounded,
        )

    def _full(self, local: str, sample: int) -> str:
        own = self.trace.case.batch and (
            local == "loss" or local.removesuffix(".grad") in self.trace.network.parameters
        )
        return numbered(local, sample, self.trace.step) if own else self.trace.named(local, sample)

    def _check(self, name: str, witness: str, numbers: Any, found: Any) -> Check:
        if not isinstance(numbers, Exact):
            difference = _float_difference(numbers, found)
            room = Fraction(float(np.abs(numbers).max(initial=0.0))) / 10**FLOAT_DIGITS
            return Check(name, witness, int(numbers.size), difference, difference <= room)
        own = self.given(numbers)
        difference = vectorised.largest_difference(own, _boxed(found, own.shape))
        most = max((abs(n) for n in own.numerators.reshape(-1).tolist()), default=0)
        largest = Fraction(most, own.denominator)
        room = Fraction(0)
        if numbers.unknown is not None and self._kind == "exact":
            room = largest / 10**DIGITS + Fraction(numbers.radius, numbers.denominator)
        return Check(name, witness, int(numbers.numerators.size), difference, difference <= room)

    # --- numbers ---------------------------------------------------------------------------------

    def given(self, numbers: Any) -> Any:
        """A replay's numbers as a witness takes them."""
        if not isinstance(numbers, Exact):
            return numbers
        return vectorised.Box(numbers.numerators.astype(object), numbers.denominator)

    def numbers(self, name: str, sample: int) -> Any:
        """A tensor of a sample, as a witness takes it."""
        return self.given(self._run.samples[sample].tensors[name])

    def rounded(self, found: Any) -> Any:
        """What a witness found, rounded where the replay rounds."""
        return vectorised.rounded(found, self._decimals) if self._kind == "decimals" else found

    @property
    def digits(self) -> int:
        """How many digits a witness works with."""
        return (self._decimals if self._kind == "decimals" else DIGITS) + 20


class _Witness:
    """Another route to a stage's output, to the loss's slope, and to a stage's gradients."""

    name: str

    def __init__(self, of: Verification) -> None:
        self.of = of

    def forward(self, stage: Stage, sample: int) -> Any:
        raise CannotFollow

    def slope(self, stage: Stage, sample: int) -> Any:
        raise CannotFollow

    def backward(self, stage: Stage, sample: int) -> Mapping[str, Any]:
        raise CannotFollow


class _Vectorised(_Witness):
    name = "vectorised"

    def _options(self, stage: Stage) -> dict[str, Any]:
        conventions = self.of.trace.case.conventions
        options = {**vars(stage.of), "relu_at_zero": conventions.relu_at_zero, "max_tie": conventions.max_tie}
        return plain(options)

    def _parameters(self, stage: Stage, sample: int) -> dict[str, Any]:
        own = stage.parameters | stage.constants
        return {name: self.of.numbers(tensor.name, sample) for name, tensor in own.items()}

    def forward(self, stage: Stage, sample: int) -> Any:
        """The closed form of a layer, or of the loss."""
        x = self.of.numbers(stage.x.name, sample)
        if stage is self.of.trace.network.loss:
            if not vectorised.knows_loss(stage.type):
                raise CannotFollow
            t = self.of.numbers("target", sample)
            logits = self._logits(sample)
            return self.of.rounded(
                vectorised.loss(stage.type, self._options(stage), x, t, logits=logits, digits=self.of.digits)
            )
        if not vectorised.knows(stage.type):
            raise CannotFollow
        parameters = self._parameters(stage, sample)
        return self.of.rounded(
            vectorised.forward(stage.type, self._options(stage), x, parameters, digits=self.of.digits)
        )

    def _logits(self, sample: int) -> Any:
        """What went into the last sigmoid, where float64 needs it: ln(1 − 1.0) is no number."""
        layers = self.of.trace.network.layers
        if self.of.trace.case.arithmetic.kind != "float" or not layers or layers[-1].type != "sigmoid":
            return None
        return self.of.numbers(layers[-1].x.name, sample)

    def slope(self, stage: Stage, sample: int) -> Any:
        """The loss's derivative; a gradient that is given is the case's own."""
        network = self.of.trace.network
        if not stage.equations:
            grid = stage.judge.gradient.shaped_like(network.output.shape)  # type: ignore[attr-defined]
            found = vectorised.Box(grid.numerators.astype(object), grid.denominator)
            if self.of.trace.case.arithmetic.kind == "float":
                return np.array([float(each) for each in found.fractions()]).reshape(found.shape)
            return found
        if not vectorised.knows_loss(stage.type):
            raise CannotFollow
        y, t = self.of.numbers(stage.x.name, sample), self.of.numbers("target", sample)
        logits = self._logits(sample)
        return self.of.rounded(
            vectorised.loss_gradient(
                stage.type, self._options(stage), y, t, logits=logits, digits=self.of.digits
            )
        )

    def backward(self, stage: Stage, sample: int) -> Mapping[str, Any]:
        """The closed forms of the gradients."""
        if not vectorised.knows(stage.type):
            raise CannotFollow
        x, g = self.of.numbers(stage.x.name, sample), self.of.numbers(stage.z.grad.name, sample)
        y = (
            self.of.numbers(stage.z.name, sample)
            if self.of.trace.case.arithmetic.kind == "decimals"
            else None
        )
        parameters = self._parameters(stage, sample)
        found = vectorised.backward(
            stage.type, self._options(stage), x, parameters, g, y=y, digits=self.of.digits
        )
        names = {"x": stage.x.name, **{role: tensor.name for role, tensor in stage.parameters.items()}}
        return {names[role]: self.of.rounded(numbers) for role, numbers in found.items()}


class _Symbolic(_Witness):
    name = "symbolic"

    def _refuse_saturated(self, stage: Stage, sample: int) -> None:
        """Of a float that has rounded to 1 SymPy would take the logarithm as it stands."""
        network, is_float = self.of.trace.network, self.of.trace.case.arithmetic.kind == "float"
        if is_float and stage is network.loss and saturated(network, self.of._run.samples[sample]):
            raise CannotFollow

    def _values(self, sample: int) -> Callable[[str, Cell], Fraction]:
        tensors = self.of._run.samples[sample].tensors

        def value(name: str, cell: Cell) -> Fraction:
            numbers = tensors[name]
            return numbers.fraction(cell) if isinstance(numbers, Exact) else Fraction(float(numbers[cell]))

        return value

    def _box(self, tensor: Tensor, found: Mapping[Cell, Fraction]) -> Any:
        nothing = Fraction(0)  # what no window of a transposed convolution reaches
        box = vectorised.Box.of([found.get(cell, nothing) for cell in tensor.cells()], tensor.shape)
        if self.of.trace.case.arithmetic.kind == "float":
            return np.array([float(each) for each in box.fractions()]).reshape(tensor.shape)
        return self.of.rounded(box)

    def forward(self, stage: Stage, sample: int) -> Any:
        """The textbook expressions, evaluated."""
        from walkthrough.witnesses import symbolic

        self._refuse_saturated(stage, sample)
        found = symbolic.forward(stage.equations, self._values(sample), self.of.digits)
        return self._box(stage.z, found)

    def slope(self, stage: Stage, sample: int) -> Any:
        """The loss's expression, differentiated."""
        from walkthrough.witnesses import symbolic

        self._refuse_saturated(stage, sample)
        if not stage.equations:
            raise CannotFollow
        values = self._values(sample)
        found = symbolic.gradients(
            stage.equations, values, {(): Fraction(1)}, self.of.digits, of=[stage.x.name]
        )
        return self._box(stage.x, found[stage.x.name])

    def backward(self, stage: Stage, sample: int) -> Mapping[str, Any]:
        """The textbook expressions, differentiated, times the output's gradient."""
        from walkthrough.witnesses import symbolic

        if self.of.trace.case.arithmetic.kind == "decimals" and not stage.sums and not stage.choices:
            raise CannotFollow  # by hand the derivative is read off the rounded output; SymPy's is not
        values = self._values(sample)
        gradient = {cell: values(stage.z.grad.name, cell) for cell in stage.z.cells()}
        names = [tensor.name for tensor in stage.inputs]
        found = symbolic.gradients(stage.equations, values, gradient, self.of.digits, of=names)
        return {tensor.name: self._box(tensor, found[tensor.name]) for tensor in stage.inputs}


def _one(found: Callable[[], Mapping[str, Any]], name: str) -> Any:
    return found()[name]


def _boxed(found: Any, shape: tuple[int, ...]) -> Any:
    return vectorised.Box(found.numerators.reshape(shape), found.denominator)


def _float_difference(own: Array, found: Array) -> Fraction:
    difference = np.abs(own - np.asarray(found).reshape(own.shape))
    if not np.isfinite(difference).all():
        same = (own == np.asarray(found).reshape(own.shape)) | np.isfinite(difference)
        return Fraction(0) if same.all() else Fraction(10) ** 400
    return Fraction(float(difference.max(initial=0.0)))
