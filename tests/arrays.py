"""A NumPy file, read whole and closed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np


def arrays(path: Path | str) -> dict[str, Any]:
    """Every array in a file, by its name."""
    with np.load(path, allow_pickle=False) as found:
        return dict(found)
