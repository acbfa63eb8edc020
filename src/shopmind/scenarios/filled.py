"""A dataclass from a table of a file that people write, each fault with its line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar, get_type_hints

from shopmind.kit.errors import InputError, not_allowed
from shopmind.kit.options import convert
from shopmind.scenarios.load import Source

T = TypeVar("T")

Read = Callable[[Any, str], Any]
Check = Callable[[str, Any, str], None]


def filled(
    kind: type[T],
    table: Mapping[str, Any],
    source: Source,
    label: str,
    *,
    fixed: Mapping[str, Any] | None = None,
    reads: Mapping[str, Read] | None = None,
    check: Check | None = None,
) -> T:
    """An instance of the dataclass `kind`.

    Args:
        label: what the table is called where something is wrong with it.
        fixed: fields that the table may not say.
        reads: key → what makes the value of what the file says, told where it says so; by default it is converted.
        check: called with key, value and place of each value as soon as it is read.

    Raises:
        InputError: an unknown key, a value that is not allowed, or a field that is missing.
    """
    known, hints = {each.name: each for each in fields(kind)}, get_type_hints(kind)  # type: ignore[arg-type]
    values: dict[str, Any] = dict(fixed or {})
    said = [name for name in known if name not in values]
    for key, value in table.items():
        if key not in said:
            raise not_allowed(f"{source.at(key)}: unknown key of {label}", key, said, field=key)
        where = f"{source.at(key)}: {label}.{key}"
        read = (reads or {}).get(key)
        values[key] = convert(value, hints[key], where=where) if read is None else read(value, where)
        if check is not None:
            check(key, values[key], where)
    for each in known.values():
        if each.name not in values and each.default is MISSING and each.default_factory is MISSING:
            raise InputError(f"{source.at(label)}: {label}: {each.name!r} is required", field=each.name)
    return kind(**values)
