"""`mapping.toml`: how a shop's own files become ours. Every key is known or refused.

[events]
columns    = {item_id = "sku", user_id = "customer", timestamp = "sold_at"}
constants  = {type = "purchase"}
type_map   = {"order" = "purchase"}
zone       = "Europe/Berlin"
currency   = "EUR"
duplicates = "drop"
time_shift = "weeks"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shopmind.domain import EVENT_TYPES
from shopmind.ingest.money import currency_code
from shopmind.ingest.rows import EVENT_FIELDS, ITEM_FIELDS, LINK_FIELDS, USER_FIELDS
from shopmind.kit.errors import InputError, not_allowed
from shopmind.kit.options import build

FILES: dict[str, frozenset[str]] = {
    "items": ITEM_FIELDS,
    "users": USER_FIELDS,
    "events": EVENT_FIELDS,
    "links": LINK_FIELDS,
}
"""The files that go into the stores, and their columns."""


@dataclass(frozen=True)
class FileMapping:
    """How one file becomes ours.

    Attributes:
        columns: our column → theirs.
        constants: our column → a value for every row; a column of the file wins where it has a value.
        type_map: their event type → ours.
        zone: where times without offset were taken.
        currency: of amounts without a currency.
        duplicates: "drop" leaves equal event rows with different ids out, "keep" only reports them.
        time_shift: "weeks" moves event times by whole weeks so that the last one lies within the last seven days.
    """

    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)
    type_map: dict[str, str] = field(default_factory=dict)
    zone: str = "UTC"
    currency: str | None = None
    duplicates: Literal["keep", "drop"] = "keep"
    time_shift: Literal["none", "weeks"] = "none"

    @property
    def timezone(self) -> tzinfo:
        """The zone as an object."""
        return UTC if self.zone == "UTC" else ZoneInfo(self.zone)


@dataclass(frozen=True)
class Mapping:
    """One FileMapping a file; files that are not named are taken as they are."""

    files: Table[str, FileMapping] = field(default_factory=dict)

    def of(self, name: str) -> FileMapping:
        """The mapping of one file."""
        return self.files.get(name, FileMapping())


def read_mapping(path: Path) -> Mapping:
    """The mapping written in a TOML file.

    Raises:
        InputError: not TOML, or a file, key or value that is not allowed; the message names file, key and what is.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: {error}") from error
    return build_mapping(table, where=str(path))


def build_mapping(table: Table[str, Any], *, where: str = "mapping") -> Mapping:
    """The mapping of a parsed table.

    Raises:
        InputError: as `read_mapping`.
    """
    files = {}
    for name, body in table.items():
        if name not in FILES:
            raise not_allowed(f"{where}: file", name, FILES, field=name)
        if not isinstance(body, dict):
            raise InputError(f"{where}: [{name}] is not a table", field=name)
        mapping = build(FileMapping, body, where=f"{where}: [{name}]")
        _check(mapping, name, f"{where}: [{name}]")
        files[name] = mapping
    return Mapping(files)


def _check(mapping: FileMapping, name: str, where: str) -> None:
    for part, given in (("columns", mapping.columns), ("constants", mapping.constants)):
        for key in given:
            if key not in FILES[name]:
                raise not_allowed(f"{where}.{part}", key, FILES[name], field=key)
    if mapping.type_map and name != "events":
        raise InputError(f"{where}: type_map belongs to events", field="type_map")
    for theirs, ours in mapping.type_map.items():
        if ours not in EVENT_TYPES:
            raise not_allowed(f"{where}.type_map.{theirs}", ours, EVENT_TYPES, field="type_map")
    try:
        mapping.timezone.utcoffset(None)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(f"{where}: zone {mapping.zone!r} is not a name such as Europe/Berlin", field="zone") from error
    if mapping.currency is not None:
        currency_code(mapping.currency)
