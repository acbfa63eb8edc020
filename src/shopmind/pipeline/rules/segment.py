"""Whether one user belongs to a segment: the filter language over the user's attributes."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache

from shopmind.domain import User
from shopmind.domain.item import Scalar
from shopmind.pipeline.filters.language import Among, Both, Comparison, Either, Expression, Not, Value, parse

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def belongs(user: User | None, segment: str) -> bool:
    """Whether the user is of the segment; a stranger and one who refuses to be personalised are of none.

    A missing attribute makes every comparison but != false, as do a number and a text that are compared.
    """
    if user is None or user.consent.get("personalise") is False:
        return False
    return _holds(_parsed(segment), user.attributes)


@lru_cache(maxsize=1_024)
def _parsed(segment: str) -> Expression:
    return parse(segment)


def _holds(expression: Expression, attributes: Mapping[str, Scalar]) -> bool:
    match expression:
        case Not(inner):
            return not _holds(inner, attributes)
        case Both(left, right):
            return _holds(left, attributes) and _holds(right, attributes)
        case Either(left, right):
            return _holds(left, attributes) or _holds(right, attributes)
        case Among(name, values):
            return any(_compare(attributes, name, "=", value) for value in values)
        case Comparison(name, "!=", value):
            return not _compare(attributes, name, "=", value)
        case Comparison(name, sign, value):
            return _compare(attributes, name, sign, value)


def _compare(attributes: Mapping[str, Scalar], name: str, sign: str, value: Value) -> bool:
    given = attributes.get(name.removeprefix("attributes."))
    if given is None:
        return False
    if isinstance(given, bool) or isinstance(value, bool) or isinstance(given, str):
        return sign == "=" and _plain(given) == _plain(value)
    return not isinstance(value, str) and _COMPARE[sign](float(given), float(value))


def _plain(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return (value if isinstance(value, str) else f"{value:g}").casefold()
