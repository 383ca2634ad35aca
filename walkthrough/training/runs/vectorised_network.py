"""A case's network in float64, whole batches at once: the vectorised witness's closed forms, used many times.

There is no formula of a layer, a loss or an update here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from walkthrough.case import Case, CaseError
from walkthrough.mathematics.notation import Shape
from walkthrough.trace.moves import kept_words
from walkthrough.training.data.data_set import Floats
from walkthrough.witnesses import vectorised
from walkthrough.witnesses.vectorised import batch
from walkthrough.witnesses.vectorised.stage import Judged, WitnessedStage, plain

Tensors = dict[str, Floats]


@dataclass(frozen=True)
class TrainedLayer:
    """A layer as its closed form takes it: its word, its options, the names of its parameters by role."""

    name: str
    type: str
    options: Mapping[str, Any]
    parameters: Mapping[str, str]
    constants: Mapping[str, Floats]


@dataclass(frozen=True)
class Pass:
    """What a batch gives on its way forward: each layer's inputs and outputs, and every sample's loss."""

    stages: tuple[WitnessedStage[Floats], ...]
    outputs: tuple[Floats, ...]
    losses: Floats
    judged: Judged[Floats]

    @property
    def output(self) -> Floats:
        """What the network says, in samples × outputs."""
        return self.judged.y


class VectorisedNetwork:
    """The layers and the loss of a case that can be trained, for inputs of one shape."""

    def __init__(self, case: Case, shape: Shape) -> None:
        self.case = case
        self.shape = shape
        assert case.loss is not None
        assert case.learning_rate is not None
        conventions = case.conventions
        self._conventions = {"relu_at_zero": conventions.relu_at_zero, "max_tie": conventions.max_tie}
        self.given: Tensors = {}
        self.layers = tuple(self._layers(case, shape))
        self._loss_options = plain({**vars(case.loss), **self._conventions})
        self._rate = case.learning_rate.value
        self._words = kept_words(case.updating.rule, case.learning_rate)
        self._rule = plain(vars(case.updating.rule))

    def _layers(self, case: Case, shape: Shape) -> list[TrainedLayer]:
        found = []
        shapes = [shape, *case.output_shapes(shape)]
        for each, before in zip(case.layers, shapes[:-1], strict=True):
            parameters = each.layer.parameters(before)
            names = {role: f"{each.name}.{role}" for role in parameters}
            self.given |= {names[role]: grid.floats for role, grid in parameters.items()}
            constants = {role: grid.floats for role, grid in each.layer.constants(before).items()}
            options = plain({**vars(each.layer), **self._conventions})
            found.append(TrainedLayer(each.name, each.type, options, names, constants))
        return found

    @cached_property
    def learned(self) -> tuple[str, ...]:
        """The parameters that move."""
        return tuple(name for name in self.given if name not in self.case.updating.frozen)

    @cached_property
    def kept(self) -> Tensors:
        """What the update rule keeps beside each parameter, before the first step: zeros, by name."""
        names = [(name, word) for name in self.learned for word in self._words]
        return {f"{name}.{word}": np.zeros(self.given[name].shape) for name, word in names}

    @cached_property
    def judged_together(self) -> TrainedLayer | None:
        """The sigmoid or softmax with which the loss is taken in one, so that 1 − y keeps its digits."""
        last = self.layers[-1] if self.layers else None
        return last if last and last.type == batch.combined_after(self.case.loss_type) else None

    def forward(self, tensors: Tensors, x: Floats, targets: Floats) -> Pass:
        """What a batch gives with these parameters, up to each sample's own loss."""
        stages, outputs = [], []
        for place, layer in enumerate(self.layers):
            parameters = {role: tensors[name] for role, name in layer.parameters.items()}
            stage = WitnessedStage(
                x, {**parameters, **layer.constants}, layer.options, digits=0, carried=place > 0
            )
            x = batch.forward(layer.type, stage)
            stages.append(stage)
            outputs.append(x)
        logits = stages[-1].x if self.judged_together else None
        judged = Judged(x.reshape(len(x), -1), targets, self._loss_options, digits=0, logits=logits)
        return Pass(tuple(stages), tuple(outputs), batch.loss(self.case.loss_type, judged), judged)

    def backward(self, of: Pass) -> Tensors:
        """∂L/∂ each parameter, the mean over the batch, by the parameter's name."""
        layers = list(zip(self.layers, of.stages, of.outputs, strict=True))
        samples = len(of.losses)
        if self.judged_together:
            *layers, (_, last, _) = layers
            gradient = batch.combined_gradient(self.case.loss_type, of.judged).reshape(last.x.shape)
        else:
            gradient = batch.loss_gradient(self.case.loss_type, of.judged)
            gradient = gradient.reshape(of.outputs[-1].shape) if layers else gradient
        gradient = gradient / samples
        found: Tensors = {}
        for layer, stage, y in reversed(layers):
            # the slope of a function is read off its output, as by hand
            own = WitnessedStage(
                stage.x, stage.parameters, stage.options, digits=0, y=y, carried=stage.carried
            )
            gradients = batch.backward(layer.type, own, gradient)
            found |= {name: gradients[role] for role, name in layer.parameters.items()}
            gradient = gradients.get("x", gradient)
        return found

    def updated(self, tensors: Tensors, gradients: Tensors, step: int) -> Tensors:
        """Every parameter, and what is kept beside it, after the update of a step, counted from 1."""
        after = dict(tensors)
        for name in self.learned:
            kept = {word: tensors[f"{name}.{word}"] for word in self._words}
            old, gradient, rule = tensors[name], gradients[name], self.case.updating.type
            moved = vectorised.update(old, gradient, self._rate, rule, self._rule, kept, step=step)
            after[name] = moved["new"]
            after |= {f"{name}.{word}": moved[word] for word in self._words}
        return after


def refuse_untrainable(case: Case) -> None:
    """Raises CaseError if there is nothing to train, or no closed form to train it by."""
    case.refuse_sizes()
    if case.loss is None:
        raise CaseError([case.problem((), "loss", "is missing; without a [loss] there is nothing to learn")])
    if not case.loss.needs_target:
        said = "gives a gradient and no loss; to train, take a loss that compares the output with a target"
        raise CaseError([case.problem(("loss", "type"), "loss.type", said)])
    if case.learning_rate is None:
        usual = f'learning_rate = "{case.updating.rule.usual_rate}"'
        raise CaseError([case.problem((), "learning_rate", f"is missing; to train, give {usual}, say")])
    for place, each in enumerate(case.layers):
        if not vectorised.knows(each.type):
            said = f"{each.type} has no closed form to train it by"
            raise CaseError([case.problem(("layers", place), f"layer {each.name}", said)])
    if not vectorised.knows_loss(case.loss_type) or not vectorised.knows_update(case.updating.type):
        said = "has no closed form to train by"
        raise CaseError([case.problem(("loss",), "loss", said)])
