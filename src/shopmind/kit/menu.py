"""A menu: names of interchangeable parts, each loaded only when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from shopmind.kit.errors import MissingExtraError, not_allowed


class Menu(Mapping[str, str]):
    """Maps a name to `"module:attribute"`; `load` imports it.

    Args:
        what: the word for one part, used in errors ("retriever").
        parts: name → "module:attribute".
        extras: name → the extra to install when the module's import fails.
    """

    def __init__(self, what: str, parts: Mapping[str, str], extras: Mapping[str, str] | None = None) -> None:
        self.what = what
        self._parts = dict(parts)
        self._extras = dict(extras or {})

    def __getitem__(self, name: str) -> str:
        return self._parts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def load(self, name: str, *, where: str = "") -> Any:
        """The part called `name`.

        Raises:
            InputError: no such name; the message lists the menu.
            MissingExtraError: its optional dependency is not installed.
        """
        if name not in self._parts:
            raise not_allowed(where or self.what, name, self._parts, field=self.what)
        module, _, attribute = self._parts[name].partition(":")
        try:
            return getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            if name in self._extras and not (error.name or "").startswith("shopmind"):
                raise MissingExtraError(f"{self.what} {name!r}", self._extras[name]) from error
            raise
