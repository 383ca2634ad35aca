"""What every symbol of a derivation is in numbers, by definitions written down here a second time.

A world has random numbers for whatever a rule leaves free, and computes the rest from it. A derivative is
a central difference in 60 digits: nothing is differentiated by rules, least of all by the program's.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

import mpmath
import sympy
from sympy.parsing.sympy_parser import parse_expr

Place = tuple[str, tuple[int, ...]]
STEP = mpmath.mpf(10) ** -20
SLOPE = sympy.Function("SlopeOf")


class World:
    """Numbers for entries: given, computed by a definition, or random; one of them may be moved."""

    def __init__(
        self,
        shapes: Mapping[str, tuple[int, ...]],
        definitions: Mapping[str, Callable[..., Any]],
        letters: Mapping[str, Any] | None = None,
        seed: int = 1,
    ) -> None:
        self.shapes = shapes
        self.definitions = definitions
        self.letters = dict(letters or {})
        self.seed = seed
        self.moved: tuple[Place, Any] | None = None
        self.known: dict[Place, Any] = {}
        self.slopes: dict[Any, Any] = {}

    def place(self, name: str, index: tuple[int, ...]) -> Place:
        """An entry counted from 1, with all its indices; a tied bias b[f] is another one than b[f,i,j]."""
        for each in (f"{name}/{len(index)}", f"{name}/3" if len(index) == 2 else name, name):
            if each in self.shapes:
                name = each
                break
        shape = self.shapes.get(name, ())
        index = (1,) * (len(shape) - len(index)) + index
        if not all(1 <= at <= most for at, most in zip(index, shape, strict=True)):
            raise IndexError(f"there is no {name}{list(index)} in {shape}")
        return name, index

    def __call__(self, name: str, *index: int) -> Any:
        """An entry's value; leading axes of size 1 may be left out."""
        place = self.place(name, index)
        if self.moved and self.moved[0] == place:
            return self.moved[1]
        if place not in self.known:
            self.known[place] = self.computed(*place)
        return self.known[place]

    def computed(self, name: str, index: tuple[int, ...]) -> Any:
        if name in self.definitions:
            return self.definitions[name](self, *index)
        chance = random.Random(f"{self.seed} {name} {index}")
        return mpmath.mpf(chance.randint(-400, 400) or 1) / 256

    def slope(self, of: sympy.Expr, by: sympy.Expr, letters: Mapping[str, int]) -> Any:
        """∂of/∂by, by moving `by` a little to both sides; what it depends on stays where it is."""
        place = self.place(*named(by, letters, self))
        key = (of, place, tuple(sorted(letters.items())) if isinstance(of, sympy.Indexed) else ())
        if key not in self.slopes:
            ends = [value(of, self.with_moved(place, step), letters) for step in (STEP, -STEP)]
            self.slopes[key] = (ends[0] - ends[1]) / (2 * STEP)
        return self.slopes[key]

    def with_moved(self, place: Place, step: Any) -> World:
        """The same world with one of its numbers moved."""
        other = World(self.shapes, self.definitions, self.letters, self.seed)
        other.moved = (place, self(*self.flat(place)) + step)
        return other

    def flat(self, place: Place) -> tuple[Any, ...]:
        """A place as it is asked for."""
        name, index = place
        return name.partition("/")[0], *index


def named(of: sympy.Expr, letters: Mapping[str, int], world: World) -> Place:
    if isinstance(of, sympy.Indexed):
        return str(of.base), tuple(int(value(each, world, letters)) for each in of.indices)
    return str(of), ()


def read(text: str, indexed: set[str]) -> sympy.Expr:
    """A side of a line as SymPy reads it: symbols, indexed symbols, nothing evaluated of a derivative."""
    names: dict[str, Any] = {name: sympy.IndexedBase(name) for name in indexed}
    for name in set(_words(text)) - indexed - SYMPYS:
        names[name] = sympy.Symbol(name)
    return parse_expr(text, local_dict=names | {"Derivative": SLOPE})


SYMPYS = {"Derivative", "Sum", "Piecewise", "True", "Eq", "Max", "exp", "log", "tanh", "floor", "sqrt"}


def _words(text: str) -> Iterator[str]:
    import re

    return iter(re.findall(r"[A-Za-z]\w*", text))


def value(of: Any, world: World, letters: Mapping[str, int]) -> Any:
    """A side's value, in 60 digits."""

    def inner(part: Any) -> Any:
        return value(part, world, letters)

    if of.is_Rational:
        return mpmath.mpf(of.p) / of.q
    if isinstance(of, sympy.Indexed):
        name, index = named(of, letters, world)
        return world(name, *index)
    if of.is_Symbol:
        return mpmath.mpf(letters[of.name]) if of.name in letters else world(of.name)
    if of.is_Add:
        return mpmath.fsum(map(inner, of.args))
    if of.is_Mul:
        return mpmath.fprod(map(inner, of.args))
    if of.is_Pow:
        return inner(of.base) ** inner(of.exp)
    if of.func is SLOPE:
        return world.slope(*of.args, letters)
    if isinstance(of, sympy.Piecewise):
        return next(inner(each) for each, condition in of.args if holds(condition, world, letters))
    if isinstance(of, sympy.Sum):
        ranges = [range(int(inner(low)), int(inner(high)) + 1) for _, low, high in of.limits]
        names = [letter.name for letter, _, _ in of.limits]
        return mpmath.fsum(
            value(of.function, world, {**letters, **dict(zip(names, places, strict=True))})
            for places in product(*ranges)
        )
    if isinstance(of, sympy.Max):
        return max(map(inner, of.args))
    functions = {"exp": mpmath.exp, "log": mpmath.log, "tanh": mpmath.tanh, "floor": mpmath.floor}
    return functions[of.func.__name__](*map(inner, of.args))


def holds(condition: Any, world: World, letters: Mapping[str, int]) -> bool:
    if condition in (True, False):
        return bool(condition)
    if isinstance(condition, sympy.And):
        return all(holds(each, world, letters) for each in condition.args)
    one, other = (value(each, world, letters) for each in condition.args)
    relations = {"Equality": one == other, "StrictGreaterThan": one > other, "LessThan": one <= other}
    relations |= {"GreaterThan": one >= other, "StrictLessThan": one < other, "Unequality": one != other}
    return bool(relations[type(condition).__name__])
