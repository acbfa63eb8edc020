"""What docstrings and dataclasses say, for the generated reference pages."""

from __future__ import annotations

import dataclasses
import inspect
import re
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from shopmind.domain import EventType


def first_paragraph(thing: Any) -> str:
    """The first paragraph of a docstring as one line; "" without one."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def body(thing: Any) -> list[str]:
    """The paragraphs of a docstring, each as one line, up to the first section of the Google style."""
    paragraphs = (inspect.getdoc(thing) or "").split("\n\n")
    kept = []
    for paragraph in paragraphs:
        if re.match(r"(Args|Attributes|Returns|Raises|Yields):", paragraph):
            break
        kept.append(" ".join(paragraph.split()))
    return kept


def options(kind: type[Any]) -> list[tuple[str, str, str, str]]:
    """(name, type, default, meaning) of each field of a dataclass."""
    hints = get_type_hints(kind)
    words = _words(kind)
    return [
        (field.name, type_of(hints[field.name]), _default(field), words.get(field.name, ""))
        for field in dataclasses.fields(kind)
        if field.init
    ]


def type_of(hint: Any) -> str:
    """A type as a person who writes TOML thinks of it."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(type_of(each) for each in inner if each is not type(None))
    if hint == EventType:
        return "event type"
    if origin is Literal:
        return "one of " + ", ".join(f"`{each}`" for each in inner)
    if origin is tuple:
        return f"list of {type_of(inner[0])}" + ("s" if inner[0] == EventType else "")
    if origin in (dict, Mapping):
        return f"table of {type_of(inner[1])}"
    names = {str: "text", int: "integer", float: "number", bool: "true or false", dict: "table", Any: "any value"}
    return names.get(hint, getattr(hint, "__name__", str(hint)))


def value(given: Any) -> str:
    """A value as TOML writes it, in code marks; "" for none."""
    if given is None or given is dataclasses.MISSING:
        return ""
    return f"`{_toml(given)}`"


def _toml(given: Any) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, str):
        return f'"{given}"'
    if isinstance(given, Mapping):
        return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in given.items()) + "}"
    if isinstance(given, (list, tuple)):
        return "[" + ", ".join(map(_toml, given)) + "]"
    return str(given)


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default_factory is not dataclasses.MISSING:
        return value(field.default_factory())
    return "required" if field.default is dataclasses.MISSING else value(field.default)


def _words(kind: type[Any]) -> dict[str, str]:
    """Field → what the docstrings of the class and of those it inherits from say of it."""
    found: dict[str, str] = {}
    names = "|".join(field.name for field in dataclasses.fields(kind))
    pattern = re.compile(rf"(?:^|(?<=\s))((?:{names})(?:, (?:{names}))*): ")
    for each in reversed(kind.__mro__):
        text = " ".join((each.__dict__.get("__doc__") or "").split())
        places = [*pattern.finditer(text)] if names else []
        ends = [*(place.start() for place in places), len(text)][1:]
        for place, end in zip(places, ends, strict=True):
            said = text[place.end() : end].split(" The others:")[0].strip()
            found |= dict.fromkeys(place[1].split(", "), said)
    return found
