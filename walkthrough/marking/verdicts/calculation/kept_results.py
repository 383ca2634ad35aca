"""What was worked out for one worksheet and comes up again in the next: a class writes much the same."""

from __future__ import annotations

from typing import Any

_MOST = 20_000


class KeptResults:
    """Results by the very objects that they were made from; forgotten altogether when there are too many.

    A key names objects by their identity, so each entry keeps them alive.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._entries: dict[tuple[Any, ...], tuple[Any, Any]] = {}

    def get(self, key: tuple[Any, ...]) -> Any:
        """What was put under this key; None if nothing was."""
        entry = self._entries.get(key)
        return None if entry is None else entry[1]

    def put(self, key: tuple[Any, ...], made_from: Any, result: Any) -> None:
        """A result, and the objects whose identities stand in its key."""
        if len(self._entries) >= self._most:
            self._entries.clear()
        self._entries[key] = made_from, result
