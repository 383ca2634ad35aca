"""Why nothing can be trained, or opened: each message names the file and the remedy."""

from __future__ import annotations

from walkthrough.words.problems import CaseError, Problem


class CannotTrain(CaseError):
    """Something that training needs is not there, or not what it should be."""

    def __init__(self, message: str) -> None:
        super().__init__([Problem("", None, "", message)])


class NoData(CannotTrain):
    """Data that is not there, or not what its format says."""


class NoRun(CannotTrain):
    """A file that is no training's, or not all of one."""


class NoWeights(CannotTrain):
    """Weights that are not there, that cannot be read safely, or that do not fit the architecture."""


class NoSuchStep(CannotTrain):
    """A step that a training has not made; the message names its last one."""
