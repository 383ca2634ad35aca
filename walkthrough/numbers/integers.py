"""Whole numbers in arrays, never overflowing: small ones as int64, larger ones as Python integers."""

from __future__ import annotations

from typing import Any

import numpy as np

from walkthrough.mathematics.layout import Array

_SMALL = 2**62
_FLOAT = 53  # float64 holds every whole number up to 2⁵³


def integers(values: Any) -> Array:
    """An array of whole numbers in the smaller form that holds them."""
    array = np.asarray(values)
    if array.dtype == np.int64:
        return array
    array = array.astype(object)
    return array.astype(np.int64) if largest(array) < _SMALL else array


def largest(array: Array) -> int:
    """The largest magnitude in it; 0 if it is empty."""
    if not array.size:
        return 0
    return max(abs(int(array.max())), abs(int(array.min())))


def times(array: Array, factor: int) -> Array:
    """Every number times one whole number."""
    if factor == 1:
        return array
    if array.dtype != object and max(largest(array), 1) * abs(factor) >= _SMALL:
        array = array.astype(object)
    return np.asarray(array * (factor if array.dtype == object else np.int64(factor)), dtype=array.dtype)


def plus(first: Array, second: Array) -> Array:
    """The sum, number by number."""
    if first.dtype != object and second.dtype != object and largest(first) + largest(second) < _SMALL:
        return np.asarray(first + second)
    return np.asarray(first.astype(object) + second.astype(object), dtype=object)


def product(first: Array, second: Array) -> Array:
    """The product, number by number, broadcast like NumPy's."""
    if first.dtype != object and second.dtype != object and largest(first) * largest(second) < _SMALL:
        return np.asarray(first * second)
    return np.asarray(first.astype(object) * second.astype(object), dtype=object)


def halves_up(array: Array, denominator: int) -> tuple[Array, Array]:
    """Every number over the denominator, rounded half-up (a tie goes away from 0); which were not whole."""
    double = np.asarray(array.astype(object) * 2, dtype=object)
    sign = np.where(double < 0, -1, 1).astype(object)
    rounded = np.asarray(sign * ((abs(double) + denominator) // (2 * denominator)), dtype=object)
    changed = np.asarray(rounded * (2 * denominator) != double, dtype=bool)
    return integers(rounded), changed


def matrix_product(first: Array, second: Array) -> Array:
    """Stacks of matrices multiplied exactly.

    Float64 multiplies whole numbers without rounding as long as every sum stays under 2⁵³, and with a
    fast library underneath. So larger numbers are cut into digits of a base that keeps under that
    bound, the digits are multiplied as floats, and the results are put together as integers.
    """
    if first.shape[2] == 1 or second.shape[2] == 1 == first.shape[1]:
        return _small_product(first, second)
    terms = first.shape[2].bit_length()
    bits = [largest(array).bit_length() for array in (first, second)]
    room = _FLOAT - terms
    if sum(bits) <= room:
        return _float_product(first, second).astype(np.int64)
    # cut the wider one; both only if the narrower leaves no room worth having
    wide, narrow = (0, 1) if bits[0] >= bits[1] else (1, 0)
    width = room - bits[narrow]
    widths = [0, 0]
    if width >= room // 4:
        widths[wide], widths[narrow] = width, bits[narrow] + 1
    else:
        widths = [room // 2, room // 2]
    result: Array = np.zeros((first.shape[0], first.shape[1], second.shape[2]), dtype=object)
    for one, place in _digits(first, widths[0], bits[0]):
        for other, further in _digits(second, widths[1], bits[1]):
            part = _float_product(one, other).astype(np.int64).astype(object)
            shift = place + further
            result = result + (part << shift if shift else part)
    return result


def _small_product(first: Array, second: Array) -> Array:
    """Products of which none, or few, are to be added."""
    if first.shape[2] == 1:
        return product(first, second)
    return _summed(product(first, second.transpose(0, 2, 1)))


def _summed(products: Array) -> Array:
    if products.dtype != object and largest(products) * products.shape[2] >= _SMALL:
        products = products.astype(object)
    return np.asarray(products.sum(axis=2, keepdims=True))


def _float_product(first: Array, second: Array) -> Array:
    result: Array = np.matmul(first.astype(np.float64), second.astype(np.float64))
    return result


def _digits(array: Array, width: int, bits: int) -> list[tuple[Array, int]]:
    """The array as Σ digit · 2^place, the last digit carrying the sign."""
    if bits <= width:
        return [(array, 0)]
    array = array.astype(object)
    found = []
    mask = (1 << width) - 1
    for place in range(0, bits, width):
        last = place + width >= bits
        shifted = array >> place if place else array
        found.append((shifted if last else shifted & mask, place))
    return found
