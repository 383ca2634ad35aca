"""How numbers, pairs and gates are spelt in a script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction


def number(value: Fraction | int) -> str:
    """A number of a formula: `2`, `0.01`, `(1 / 3)`."""
    value = Fraction(value)
    if value.denominator == 1:
        return str(value.numerator)
    short = repr(float(value))
    return short if Fraction(short) == value else f"({value.numerator} / {value.denominator})"


def sizes(several: Sequence[int]) -> str:
    """One number for all axes if they are alike: `2`; else `(2, 3)`."""
    if len(set(several)) == 1:
        return str(several[0])
    return f"({', '.join(map(str, several))})"


def called(function: str, *arguments: str, **options: str | None) -> str:
    """A call, without the options that are as they are by themselves."""
    named = [f"{name}={value}" for name, value in options.items() if value is not None]
    return f"{function}({', '.join([*arguments, *named])})"


def unless(value: str, usual: str) -> str | None:
    """An option, unless it is the usual one."""
    return None if value == usual else value


def sides(padding: Iterable[int], axes: int) -> tuple[tuple[int, int], ...]:
    """How wide the frame is before and after, for each axis."""
    given = tuple(padding)
    if len(given) == axes:
        return tuple((each, each) for each in given)
    return tuple((given[2 * at], given[2 * at + 1]) for at in range(axes))


def framed(x: str, around: Sequence[tuple[int, int]], value: str | None = None) -> str:
    """The image in its frame; PyTorch names the last axis first."""
    pairs = ", ".join(f"{before}, {after}" for before, after in reversed(around))
    return called("F.pad", x, f"({pairs})", value=value)


def gate(x: str, at_zero: Fraction) -> str:
    """max(0, x) in the words whose slope where x is exactly 0 is the one that is asked for."""
    if at_zero == 0:
        return f"torch.relu({x})"
    if at_zero == 1:
        return f"torch.clamp({x}, min=0)"
    return f"torch.maximum({x}, torch.zeros_like({x}))"
