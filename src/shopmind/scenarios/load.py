"""Reads scenario files: packaged ones, and a shop's own, which override them or build on them with `base`."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from shopmind.domain import KINDS
from shopmind.kit.errors import InputError, not_allowed
from shopmind.kit.menu import Menu
from shopmind.kit.options import build, convert
from shopmind.pipeline.features import MENU as FEATURES
from shopmind.pipeline.filters import MENU as FILTERS
from shopmind.pipeline.rankers import MENU as RANKERS
from shopmind.pipeline.rerankers import MENU as RERANKERS
from shopmind.pipeline.retrievers import MENU as RETRIEVERS
from shopmind.pipeline.scenario import NEEDS, PartSpec, Scenario
from shopmind.pipeline.understanding import MENU as UNDERSTANDING
from shopmind.scenarios.folder import read

MOST_CANDIDATES = 10_000

_KEYS = {
    "base": str,
    "title": str,
    "kinds": tuple[str, ...],
    "needs": tuple[str, ...],
    "n": int,
    "understanding": tuple[Any, ...],
    "filters": tuple[Any, ...],
    "retrievers": dict[str, Any],
    "features": tuple[Any, ...],
    "ranker": dict[str, Any],
    "rerankers": tuple[Any, ...],
}
_DEFAULTS: dict[str, Any] = {
    "kinds": ["product"],
    "needs": [],
    "n": 10,
    "understanding": [{"part": "words"}, {"part": "rules"}],
    "filters": [],
    "features": [],
    "ranker": {"part": "fusion"},
    "rerankers": [{"part": "top"}],
}


def load(own: Path | None = None, drafts: Mapping[str, str | None] | None = None) -> dict[str, Scenario]:
    """All scenarios by name: the packaged ones, replaced or joined by those of the folder `own`.

    Args:
        drafts: texts to read in place of what the folder holds for these names; None reads as if it held nothing.

    Raises:
        InputError: an unknown key, part or option, or a base that is not there, with file, line and what is allowed.
    """
    packaged = _packaged_sources()
    held: dict[str, str | None] = {**({} if own is None else read(own)), **(drafts or {})}
    own_sources = {name: Source(f"scenarios/{name}.toml", text) for name, text in held.items() if text is not None}
    sources = {**packaged, **own_sources}
    return {
        name: _scenario(name, sources, packaged) if _has_own(name, sources, packaged) else _packaged(name)
        for name in sorted(sources)
    }


def texts() -> dict[str, str]:
    """The packaged files by name."""
    return {
        entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8")
        for entry in resources.files("shopmind.scenarios").iterdir()
        if entry.name.endswith(".toml")
    }


@cache
def _packaged_sources() -> Mapping[str, Source]:
    """Read once a process: opening a shop spends half of its time here, and they do not change."""
    return {name: Source(f"{name}.toml", text) for name, text in texts().items()}


@cache
def _packaged(name: str) -> Scenario:
    return _scenario(name, _packaged_sources(), _packaged_sources())


def _has_own(name: str, sources: Mapping[str, Source], packaged: Mapping[str, Source]) -> bool:
    """Whether a scenario, or one that it builds on, is not the packaged one."""
    while name in packaged and sources[name] is packaged[name]:
        base = packaged[name].table.get("base")
        if base is None:
            return False
        name = base
    return True


def drafted(name: str, text: str, known: Mapping[str, Scenario]) -> Scenario:
    """A scenario from a text that is no file; its base, if it has one, is one of those that are known.

    Raises:
        InputError: as `load`, of `NAME.toml`.
    """
    source = Source(f"{name}.toml", text)
    checked_keys(source.table, source)
    base = source.table.get("base")
    if base is None:
        return made(name, source.table, source)
    if base not in known:
        raise not_allowed(f"{source.at('base')}: base", base, known, field="base")
    own = {key: value for key, value in source.table.items() if key != "base"}
    return made(name, merged(known[base].table, own), source)


class Source:
    """One file: its text, its table, and where things stand in it."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._text = text
        self._first = 0
        try:
            self.table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"{name}: {error}") from error

    def at(self, word: str) -> str:
        """ "FILE line N" of the first line with the word; the file alone when no line has it."""
        pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
        for number, line in list(enumerate(self._text.splitlines(), 1))[self._first :]:
            if pattern.search(line.split("#")[0]):
                return f"{self.name} line {number}"
        return self.name

    def inside(self, header: str) -> Source:
        """The same file, where lines are looked for from the table `[header]` on."""
        part = copy.copy(self)
        lines = [line.split("#")[0].strip() for line in self._text.splitlines()]
        part._first = lines.index(f"[{header}]") if f"[{header}]" in lines else 0
        return part


def _table(
    name: str, sources: Mapping[str, Source], packaged: Mapping[str, Source], seen: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The file's table over that of its base: tables merge by key, everything else is replaced."""
    source = sources[name]
    checked_keys(source.table, source)
    base = source.table.get("base")
    if base is None:
        return dict(source.table)
    own_name = base == name and sources[name] is not packaged.get(name)
    if base in seen:
        raise InputError(f"{source.at('base')}: base {base!r} leads back to itself")
    if base not in (packaged if own_name else sources):
        raise not_allowed(f"{source.at('base')}: base", base, sources, field="base")
    below = _table(base, packaged if own_name else sources, packaged, (*seen, name))
    return merged(below, {key: value for key, value in source.table.items() if key != "base"})


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` over `below`: tables merge by key (a table that names another part replaces it), the rest is replaced."""
    joined = dict(below)
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(joined.get(key), dict):
            other_part = "part" in value and value["part"] != joined[key].get("part")
            joined[key] = value if other_part else merged(joined[key], value)
        else:
            joined[key] = value
    return joined


def _scenario(name: str, sources: Mapping[str, Source], packaged: Mapping[str, Source]) -> Scenario:
    return made(name, _table(name, sources, packaged), sources[name])


def checked_keys(table: Mapping[str, Any], source: Source) -> None:
    """Raises InputError for a key that no scenario has, or a value of another type."""
    for key, value in table.items():
        if key not in _KEYS:
            raise not_allowed(f"{source.at(key)}: unknown key", key, _KEYS, field=key)
        convert(value, _KEYS[key], where=source.at(key))


def made(name: str, said: Mapping[str, Any], source: Source) -> Scenario:
    """The scenario of a table without base; `source` is where errors say that it stands.

    Raises:
        InputError: a key that is missing, a part or option that is not allowed.
    """
    table = {**_DEFAULTS, **said}
    for key in ("title", "retrievers"):
        if key not in table:
            raise InputError(f"{source.name}: {key!r} is required", field=key)
    for key, allowed in (("kinds", KINDS), ("needs", NEEDS)):
        for word in table[key]:
            if word not in allowed:
                raise not_allowed(f"{source.at(word)}: {key}", word, allowed, field=key)
    if not 1 <= table["n"] <= MOST_CANDIDATES:
        raise InputError(f"{source.at('n')}: n is {table['n']}, it must lie in 1..{MOST_CANDIDATES}", field="n")
    rerankers = tuple(_part(RERANKERS, each, source) for each in table["rerankers"])
    for spec in rerankers[:-1]:
        if RERANKERS.load(spec.part).last:
            raise InputError(
                f"{source.at(spec.part)}: reranker {spec.part!r} must be the last: what came after it would move what "
                "it has logged",
                field="rerankers",
            )
    if "ad" in table["kinds"] and "auction" not in {spec.part for spec in rerankers}:
        raise InputError(
            f"{source.at('ad')}: kinds: ads are shown where they pay: the last reranker must be 'auction'",
            field="kinds",
        )
    return Scenario(
        name=name,
        title=table["title"],
        kinds=tuple(table["kinds"]),
        needs=tuple(table["needs"]),
        n=table["n"],
        understanding=tuple(_part(UNDERSTANDING, each, source) for each in table["understanding"]),
        filters=tuple(_part(FILTERS, each, source) for each in table["filters"]),
        retrievers={key: _retriever(key, each, source) for key, each in table["retrievers"].items()},
        features=tuple(_part(FEATURES, each, source) for each in table["features"]),
        ranker=_part(RANKERS, table["ranker"], source),
        rerankers=rerankers,
        file=source.name,
        table=table,
    )


def _part(menu: Menu, table: Any, source: Source, *, k: int = 0) -> PartSpec:
    if not isinstance(table, dict) or not isinstance(table.get("part"), str):
        raise InputError(
            f"{source.name}: a {menu.what} is a table with `part`, such as {{part = {next(iter(menu))!r}}}"
        )
    part = table["part"]
    cls = menu.load(part, where=f"{source.at(part)}: {menu.what}")
    options = {key: value for key, value in table.items() if key != "part"}
    where = source.at(next((key for key in options if key not in cls.Options.__dataclass_fields__), part))
    return PartSpec(part, build(cls.Options, options, where=f"{where}: {menu.what} {part!r}"), k)


def _retriever(name: str, table: Any, source: Source) -> PartSpec:
    """`{copurchase = {k = 200}}`: the key is the column, and the part unless `part` names another."""
    if not isinstance(table, dict):
        raise InputError(f"{source.at(name)}: retriever {name!r} is a table such as {{k = 200}}")
    k = convert(table.get("k", 100), int, where=f"{source.at(name)}: retriever {name!r}.k")
    if not 1 <= k <= MOST_CANDIDATES:
        raise InputError(f"{source.at(name)}: k is {k}, it must lie in 1..{MOST_CANDIDATES}", field="k")
    rest = {key: value for key, value in table.items() if key != "k"}
    return _part(RETRIEVERS, {"part": name, **rest}, source, k=k)
