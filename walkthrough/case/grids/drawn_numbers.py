"""Grids drawn at random, the same for everybody who uses the same seed."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from walkthrough.case.tables.values import Misread, exact, found, refuse_unknown, whole
from walkthrough.mathematics.notation import Shape
from walkthrough.numbers.grid import GivenGrid, GridTooLarge, refuse_too_many

if TYPE_CHECKING:
    from numpy.typing import NDArray

_KINDS = ("normal", "uniform")
_MOST_DECIMALS = 100
_HIGHEST_RANK = 4
_LARGEST_EXTENT = 10**9
_LARGEST_SEED = 2**128 - 1
# below this a float still resolves an eighth, so that its distance from a tie means something
_RESOLVED = 2.0**50


def draw(table: dict[str, Any]) -> GivenGrid:
    """`{ random = "normal", shape = [2, 3], seed = 1, scale = "0.1", decimals = 3 }`.

    Numbers of NumPy's `default_rng(seed)` in reading order (`standard_normal`, or `random` for
    `uniform` on [0, 1)), times `scale` (1), rounded half-up, a half away from zero, to `decimals`
    (3). The float that NumPy gives is taken exactly. Raises Misread.
    """
    refuse_unknown(table, ["random", "shape", "seed", "scale", "decimals"])
    if table["random"] not in _KINDS:
        raise Misread(f'found {found(table["random"])}; expected "normal" or "uniform"', ("random",))
    for key in ("shape", "seed"):
        if key not in table:
            raise Misread(f"needs a {key} beside random, so that everybody gets the same numbers")
    shape = _at("shape", read_shape, table["shape"])
    seed = _at("seed", whole, table["seed"], 0, _LARGEST_SEED)
    decimals = _at("decimals", whole, table.get("decimals", 3), 0, _MOST_DECIMALS)
    scale = _at("scale", exact, table.get("scale", 1)).value
    return _rounded(_floats(table["random"], shape, seed), scale, decimals, shape)


def read_shape(value: Any, limited: bool = True) -> Shape:
    """A shape: whole numbers from 1, in a list or a single one; raises Misread.

    `limited` says that there will be numbers in it, so that it may not be larger than tensors may be.
    """
    extents = value if isinstance(value, list) else [value]
    if not 1 <= len(extents) <= _HIGHEST_RANK:
        raise Misread(f"found {len(extents)} numbers; expected 1 to {_HIGHEST_RANK}, such as [6, 1, 5, 5]")
    shape = tuple(whole(extent, 1, _LARGEST_EXTENT) for extent in extents)
    try:
        if limited:
            refuse_too_many(shape)
    except GridTooLarge as error:
        raise Misread(str(error)) from None
    return shape


def _at(key: str, read: Any, *arguments: Any) -> Any:
    try:
        return read(*arguments)
    except Misread as error:
        raise Misread(str(error), (key, *error.below), error.row) from None


def _floats(kind: str, shape: Shape, seed: int) -> NDArray[Any]:
    import numpy as np

    generator = np.random.default_rng(seed)
    drawn = generator.standard_normal(shape) if kind == "normal" else generator.random(shape)
    return drawn.reshape(-1)


def _rounded(floats: NDArray[Any], scale: Fraction, decimals: int, shape: Shape) -> GivenGrid:
    """floats · scale, rounded half-up to decimals, exactly.

    Floats tell on which side of a tie a number lies unless it lies very near to one; those few, and
    all of them where floats are too coarse, are decided with whole numbers.
    """
    import numpy as np

    factor = scale * 10**decimals
    try:
        scaled = np.abs(floats) * abs(float(factor))
    except OverflowError:
        scaled = np.full(floats.shape, np.inf)
    if not (scaled < _RESOLVED).all():
        return GivenGrid.over([_half_up(number, factor) for number in floats.tolist()], 10**decimals, shape)
    below = np.floor(scaled)
    fraction = scaled - below
    rounded = (below + (fraction >= 0.5)).astype(np.int64)
    rounded[(floats < 0) != (factor < 0)] *= -1
    # two roundings, of the factor and of the product, are at most two units in the last place
    near = np.abs(fraction - 0.5) <= scaled * 2.0**-50
    for place in np.flatnonzero(near).tolist():
        rounded[place] = _half_up(float(floats[place]), factor)
    return GivenGrid.over(rounded, 10**decimals, shape)


def _half_up(number: float, factor: Fraction) -> int:
    above, below = number.as_integer_ratio()
    above, below = above * factor.numerator, below * factor.denominator
    size = (2 * abs(above) + below) // (2 * below)
    return -size if above < 0 else size
