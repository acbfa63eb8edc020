"""JSON of the API as frozen dataclasses: a type is written once, as fields, and read by them."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Hashable, Mapping
from typing import Any, TypeVar

from shopmind.kit.clock import parse_time
from shopmind.kit.errors import ShopmindError

T = TypeVar("T")

TIME = "_ms"


def read(kind: type[T], json: Any) -> T:
    """JSON as a dataclass; fields that it does not name are passed over, for the server may be newer.

    A field `at_ms` is read from the time `at`, and one with `_` at its end from the name without it. Lists become
    tuples, and of a union the first member that is not None is taken.

    Raises:
        ShopmindError: a field is missing that has no default: the server is another version's, or none of ours.
    """
    return typing.cast("T", _read(kind, json))


def read_all(kind: type[T], rows: Any) -> list[T]:
    """A list of JSON objects as dataclasses; raises ShopmindError as `read` does."""
    return [read(kind, each) for each in rows]


def _read(kind: Any, value: Any) -> Any:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if value is None:
        return None
    if origin in (types.UnionType, typing.Union):
        return _read(next(each for each in inner if each is not types.NoneType), value)
    if origin is tuple:
        return tuple(_read(inner[0], each) for each in value)
    if origin is Mapping:
        return {_key(inner[0], name): _read(inner[1], each) for name, each in value.items()}
    if dataclasses.is_dataclass(kind):
        return _object(typing.cast("type[Any]", kind), value)
    return float(value) if kind is float else value


def _object(kind: type[Any], json: Mapping[str, Any]) -> Any:
    hints: dict[str, Any] = _hints(typing.cast("Hashable", kind))
    given: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        name = field.name.rstrip("_")
        if name in json:
            given[field.name] = _read(hints[field.name], json[name])
        elif name.endswith(TIME) and name.removesuffix(TIME) in json:
            text = json[name.removesuffix(TIME)]
            given[field.name] = None if text is None else parse_time(text)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ShopmindError(f"{kind.__name__}: the answer has no {name!r}; are client and server of one version?")
    return kind(**given)


def _key(kind: Any, name: str) -> Any:
    return int(name) if kind is int else name


@functools.cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return typing.get_type_hints(kind)
