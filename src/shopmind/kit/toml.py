"""Writes TOML: the tables the engine itself keeps as files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shopmind.kit.errors import InputError

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def dumps(table: Mapping[str, Any], *, sections: tuple[str, ...] = ()) -> str:
    """A table as a TOML document that `tomllib` reads as the same table.

    Args:
        sections: keys whose value is a table of tables, each written under a header `[key.name]`.

    Raises:
        InputError: something TOML has no word for, such as null.
    """
    lines = [f"{_key(key)} = {_value(value, key)}" for key, value in table.items() if key not in sections]
    for section in sections:
        for name, inner in table.get(section, {}).items():
            lines += ["", f"[{_key(section)}.{_key(name)}]"]
            lines += [f"{_key(key)} = {_value(value, key)}" for key, value in inner.items()]
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(each) or (f"\\u{ord(each):04x}" if _odd(each) else each) for each in text) + '"'


def _odd(letter: str) -> bool:
    return ord(letter) < 0x20 or ord(letter) == 0x7F


def _value(value: Any, where: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(str(key))} = {_value(each, where)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(each, where) for each in value) + "]"
    raise InputError(f"{where}: {value!r} cannot be written as TOML", field=where)
