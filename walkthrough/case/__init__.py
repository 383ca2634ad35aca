"""A case file, read and validated: its numbers, layers and claims, every mistake in its line; names of cells.

Nothing is computed here.
"""

from walkthrough.case.case import Case
from walkthrough.case.claims import Claim
from walkthrough.case.heading import ArithmeticKind
from walkthrough.case.layers import NamedLayer
from walkthrough.case.reading import read_case
from walkthrough.case.samples import Sample
from walkthrough.case.shipped import Shipped, as_typed, list_shipped, load
from walkthrough.case.training import Training
from walkthrough.words.problems import CaseError

__all__ = [
    "ArithmeticKind",
    "Case",
    "CaseError",
    "Claim",
    "NamedLayer",
    "Sample",
    "Shipped",
    "Training",
    "as_typed",
    "list_shipped",
    "load",
    "read_case",
]
