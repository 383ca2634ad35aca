"""What was worked out for one worksheet and comes up again in the next: a class writes much the same."""

from __future__ import annotations

from typing import Any

_MOST = 64_000


class KeptResults:
    """Results by the very objects that they were made from; what nobody asks for is forgotten.

    A key names objects by their identity, so each entry keeps them alive.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._half = max(1, most // 2)
        self._lately: dict[tuple[Any, ...], tuple[Any, Any]] = {}
        self._before: dict[tuple[Any, ...], tuple[Any, Any]] = {}

    def get(self, key: tuple[Any, ...]) -> Any:
        """What was put under this key; None if nothing was."""
        entry = self._lately.get(key)
        if entry is None:
            entry = self._before.get(key)
            if entry is None:
                return None
            self._keep(key, entry)
        return entry[1]

    def put(self, key: tuple[Any, ...], made_from: Any, result: Any) -> None:
        """A result, and the objects whose identities stand in its key."""
        self._keep(key, (made_from, result))

    def _keep(self, key: tuple[Any, ...], entry: tuple[Any, Any]) -> None:
        if len(self._lately) >= self._half:
            self._before, self._lately = self._lately, {}
        self._lately[key] = entry
