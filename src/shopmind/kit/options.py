"""Options: a frozen dataclass built from a table of a settings file, nothing guessed and nothing unknown."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from shopmind.kit.errors import InputError, not_allowed

T = TypeVar("T")


def build(kind: type[T], table: Mapping[str, Any], *, where: str) -> T:
    """An instance of the dataclass `kind` from `table`.

    Args:
        kind: a dataclass whose fields are bool, int, float, str, Literal, tuples of these, unions with None, or such a
            dataclass itself.
        table: what the file says; a field that is left out takes its default.
        where: file and key, put before each message.

    Raises:
        InputError: an unknown key, a missing one without default, or a value of another type.
    """
    fields = {field.name: field for field in dataclasses.fields(kind) if field.init}  # type: ignore[arg-type]
    hints = get_type_hints(kind)
    for key in table:
        if key not in fields:
            raise not_allowed(f"{where}: unknown option", key, fields, field=key)
    values = {}
    for name, field in fields.items():
        if name in table:
            values[name] = convert(table[name], hints[name], where=f"{where}.{name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise InputError(f"{where}: option {name!r} is required", field=name)
    try:
        return kind(**values)
    except ValueError as error:
        raise InputError(f"{where}: {error}") from error


def positive(options: object, *names: str) -> None:
    """For `__post_init__`: the options of these names are at least 1.

    Raises:
        ValueError: one is not; `build` says in which file.
    """
    for name in names:
        value = getattr(options, name)
        if value < 1:
            raise ValueError(f"{name} is {value}, at least 1 is needed")


def convert(value: Any, hint: Any, *, where: str) -> Any:
    """`value` as the type `hint`; integers pass for floats, lists for tuples, nothing else is bent.

    Raises:
        InputError: the value has another type.
    """
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _convert_union(value, get_args(hint), where)
    if origin is Literal:
        if value not in get_args(hint):
            raise not_allowed(where, value, map(str, get_args(hint)))
        return value
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise InputError(f"{where}: {value!r} is not a list")
        inner = get_args(hint)[0]
        return tuple(convert(each, inner, where=f"{where}[{i}]") for i, each in enumerate(value))
    if origin in (dict, Mapping) or hint is dict:
        if not isinstance(value, Mapping):
            raise InputError(f"{where}: {value!r} is not a table")
        inner = get_args(hint)[1] if get_args(hint) else Any
        return {str(k): convert(v, inner, where=f"{where}.{k}") for k, v in value.items()}
    if hint is Any:
        return value
    if dataclasses.is_dataclass(hint) and isinstance(value, Mapping):
        return build(hint, value, where=where)  # type: ignore[arg-type]
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        raise InputError(f"{where}: {value!r} is {type(value).__name__}, {hint.__name__} is expected")
    return value


def _convert_union(value: Any, choices: tuple[Any, ...], where: str) -> Any:
    if value is None and type(None) in choices:
        return None
    kinds = [choice for choice in choices if choice is not type(None)]
    problems = []
    for choice in kinds:
        try:
            return convert(value, choice, where=where)
        except InputError as error:
            problems.append(error)
    raise problems[-1]
