"""A case file, read and validated: its numbers, layers and claims, every mistake in its line; names of cells.

Nothing is computed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from walkthrough.words.lazy_names import lazy_names

if TYPE_CHECKING:
    from walkthrough.case.case import Case
    from walkthrough.case.claims import Claim
    from walkthrough.case.heading import ArithmeticKind
    from walkthrough.case.layers import NamedLayer
    from walkthrough.case.opening import load
    from walkthrough.case.reading import read_case
    from walkthrough.case.samples import Sample
    from walkthrough.case.shipped import Shipped, as_typed, list_shipped
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

__getattr__ = lazy_names(
    __name__,
    {
        "ArithmeticKind": "walkthrough.case.heading",
        "Case": "walkthrough.case.case",
        "CaseError": "walkthrough.words.problems",
        "Claim": "walkthrough.case.claims",
        "NamedLayer": "walkthrough.case.layers",
        "Sample": "walkthrough.case.samples",
        "Shipped": "walkthrough.case.shipped",
        "Training": "walkthrough.case.training",
        "as_typed": "walkthrough.case.shipped",
        "list_shipped": "walkthrough.case.shipped",
        "load": "walkthrough.case.opening",
        "read_case": "walkthrough.case.reading",
    },
)
