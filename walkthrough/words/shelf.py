"""Shelves: folders where a file is all it takes to add a layer, a loss, a slip, a format."""

from __future__ import annotations

import inspect
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from walkthrough.words.messages import quoted, suggestion


@cache
def names(package: ModuleType) -> tuple[str, ...]:
    """What stands on a shelf: its files' names, which are the words used in case files."""
    found = (module.name for module in iter_modules(package.__path__))
    return tuple(sorted(name for name in found if not name.startswith("_")))


def module(package: ModuleType, name: str) -> ModuleType:
    """The file of this name; raises LookupError naming the nearest one."""
    if name not in names(package):
        raise LookupError(f"{quoted(name)} is not on the shelf; {suggestion(name, names(package))}")
    return import_module(f"{package.__name__}.{name}")


@cache
def load(package: ModuleType, name: str) -> type[Any]:
    """The one class in the file of this name that is of the shelf's kind, such as a Layer."""
    of = module(package, name)
    kinds = tuple(each for _, each in inspect.getmembers(package, inspect.isclass) if _at_home(each, package))
    found = [
        each
        for _, each in inspect.getmembers(of, inspect.isclass)
        if _at_home(each, of) and issubclass(each, kinds)
    ]
    if len(found) != 1:
        wanted = " or ".join(each.__name__ for each in kinds)
        raise TypeError(f"{of.__name__} defines {len(found)} classes that are a {wanted}; expected one")
    return found[0]


def _at_home(of: type, where: ModuleType) -> bool:
    return of.__module__ == where.__name__
