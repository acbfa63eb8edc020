"""A raw row, from whatever door, as an item, user, event or link: the one place that says what a row may be.

Raw rows hold the shop's own user and session ids; what is returned holds pseudonyms only.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from typing import Any, Literal, get_args

from shopmind.domain import EVENT_TYPES, KINDS, Event, EventType, Item, Kind, Link, LinkType, User
from shopmind.domain.link import USER_LINKS
from shopmind.ingest import fields
from shopmind.ingest.fields import RowError, identifier, moment, money, number, words
from shopmind.kit.errors import InputError, not_allowed
from shopmind.privacy.pseudonym import Pseudonyms
from shopmind.stores.ad_terms import wrong

Row = Mapping[str, Any]

ITEM_FIELDS = frozenset(
    [
        "item_id",
        "kind",
        "title",
        "description",
        "brand",
        "categories",
        "price",
        "currency",
        "stock",
        "status",
        "url",
        "image",
        "image_jpg",
        "language",
        "group_id",
        "shop_id",
        "created_at",
        "updated_at",
        "attributes",
    ]
)
USER_FIELDS = frozenset(("user_id", "created_at", "attributes", "consent"))
EVENT_FIELDS = frozenset(
    [
        "event_id",
        "type",
        "user_id",
        "session_id",
        "item_id",
        "timestamp",
        "value",
        "currency",
        "quantity",
        "order_id",
        "query",
        "scenario",
        "request_id",
        "position",
        "propensity",
        "variant",
        "attributes",
    ]
)
LINK_FIELDS = frozenset(("type", "source_id", "target_id", "weight", "attributes"))
LINK_TYPES: tuple[LinkType, ...] = get_args(LinkType)

_TYPE_NAMES: dict[str, str] = {
    "favorite": "favourite",
    "addtocart": "add_to_cart",
    "removefromcart": "remove_from_cart",
}
_RATED_UP_TO = 100


@dataclass(frozen=True, slots=True)
class RowStatus:
    """What became of one row.

    Attributes:
        row: 0-based place in the request, or 1-based line of the file.
        id: the row's own id, or the one it was given.
        reason: in words, for a rejected row.
        field: the field the reason speaks of.
    """

    row: int
    id: str | None
    status: Literal["accepted", "duplicate", "rejected"]
    reason: str | None = None
    field: str | None = None


def item(row: Row, *, where: str = "item", default_currency: str | None = None, zone: tzinfo = UTC) -> Item:
    """The item of a raw row; columns without a meaning become attributes, text is cleaned.

    Raises:
        RowError: a field is missing or not allowed; `field` names it.
    """
    item_id = identifier(row, "item_id", where)
    currency = fields.currency(row, where, default_currency)
    price = money(row, "price", where, currency)
    kind = _kind(row, where)
    made = Item(
        item_id=str(item_id),
        kind=kind,
        title=words(row, "title", where, fields.TITLE_LENGTH) or "",
        description=words(row, "description", where, fields.DESCRIPTION_LENGTH) or "",
        brand=words(row, "brand", where, fields.SHORT_LENGTH),
        categories=fields.categories(row, where),
        price_minor=price,
        currency=currency if price is not None or kind == "ad" else None,
        stock=number(row, "stock", where, 0, 1e12, reason="impossible_quantity"),
        status=_status(row, where),
        url=words(row, "url", where, fields.URL_LENGTH),
        image=words(row, "image", where, fields.URL_LENGTH),
        language=words(row, "language", where, 35),
        group_id=identifier(row, "group_id", where, required=False),
        shop_id=identifier(row, "shop_id", where, required=False),
        created_at_ms=moment(row, "created_at", where, zone),
        updated_at_ms=moment(row, "updated_at", where, zone),
        attributes=fields.attributes(row, where, ITEM_FIELDS),
    )
    if kind == "ad":
        try:
            wrong(made, where=where)
        except InputError as error:
            raise RowError("wrong_terms", error.message, field=error.field) from error
    return made


def user(row: Row, pseudonyms: Pseudonyms, *, where: str = "user", zone: tzinfo = UTC) -> User:
    """The user of a raw row, by pseudonym.

    Raises:
        RowError: a field is missing or not allowed.
    """
    user_id = identifier(row, "user_id", where)
    return User(
        user_id=pseudonyms.user(str(user_id)),
        created_at_ms=moment(row, "created_at", where, zone),
        attributes=fields.attributes(row, where, USER_FIELDS),
        consent=_consent(row, where),
    )


def event(
    row: Row,
    *,
    pseudonyms: Pseudonyms,
    now_ms: int,
    default_currency: str | None = None,
    where: str = "event",
    zone: tzinfo = UTC,
    new_id: Callable[[], str] = lambda: secrets.token_hex(16),
) -> Event:
    """The event of a raw row.

    Args:
        now_ms: the time of an event that has none; one more than a day later is refused.
        new_id: makes the id of an event that has none.

    Raises:
        RowError: a field is missing or not allowed.
    """
    kind = event_type(row.get("type"), where)
    query = words(row, "query", where, fields.QUERY_LENGTH)
    item_id = identifier(row, "item_id", where, required=kind != "search")
    if kind == "search" and query is None:
        raise RowError("missing_query", f"{where}: query is missing; a search needs one", field="query")
    currency = fields.currency(row, where, default_currency)
    value = _value(row, kind, where, currency)
    position = number(row, "position", where, 0, fields.LARGEST_POSITION, reason="impossible_position")
    user_id = identifier(row, "user_id", where, required=False)
    session_id = identifier(row, "session_id", where, required=False)
    return Event(
        event_id=identifier(row, "event_id", where, required=False) or new_id(),
        type=kind,
        timestamp_ms=_event_time(row, where, now_ms, zone),
        user_id=None if user_id is None else pseudonyms.user(user_id),
        session_id=None if session_id is None else pseudonyms.session(session_id),
        item_id=item_id,
        value_minor=value,
        currency=currency if value is not None and kind != "rate" else None,
        quantity=number(row, "quantity", where, 0, fields.LARGEST_QUANTITY, reason="impossible_quantity", above=True),
        order_id=identifier(row, "order_id", where, required=False),
        query=query,
        scenario=identifier(row, "scenario", where, required=False),
        request_id=identifier(row, "request_id", where, required=False),
        position=None if position is None else int(position),
        propensity=number(row, "propensity", where, 0, 1, reason="impossible_propensity", above=True),
        variant=identifier(row, "variant", where, required=False),
        attributes=fields.attributes(row, where, EVENT_FIELDS),
    )


def link(row: Row, pseudonyms: Pseudonyms, *, where: str = "link") -> Link:
    """The link of a raw row; users at its ends become pseudonyms.

    Raises:
        RowError: a field is missing or not allowed.
    """
    given = str(row.get("type") or "").strip().lower()
    if given not in LINK_TYPES:
        raise _refused(not_allowed(f"{where}: type", row.get("type"), LINK_TYPES).message, "type")
    weight = number(row, "weight", where, 0, 1e9, reason="impossible_quantity")
    made = Link(
        type=given,
        source_id=str(identifier(row, "source_id", where)),
        target_id=str(identifier(row, "target_id", where)),
        weight=1.0 if weight is None else weight,
    )
    if made.type in USER_LINKS:
        made = replace(made, source_id=pseudonyms.user(made.source_id), target_id=pseudonyms.user(made.target_id))
    return made


def event_type(given: object, where: str = "event") -> EventType:
    """The type of event, however its words are joined and cased.

    Raises:
        RowError: not one of EVENT_TYPES.
    """
    text = str(given if given is not None else "").strip().lower().replace("-", "_").replace(" ", "_")
    text = _TYPE_NAMES.get(text, text)
    for kind in EVENT_TYPES:
        if text == kind:
            return kind
    raise _refused(not_allowed(f"{where}: type", given, EVENT_TYPES).message, "type")


def _kind(row: Row, where: str) -> Kind:
    given = row.get("kind")
    text = "product" if fields.is_missing(given) else str(given).strip().lower()
    for kind in KINDS:
        if text == kind:
            return kind
    raise _refused(not_allowed(f"{where}: kind", given, KINDS).message, "kind")


def _status(row: Row, where: str) -> str:
    return (words(row, "status", where, 50) or "active").lower()


def _value(row: Row, kind: EventType, where: str, currency: str | None) -> int | None:
    if kind == "rate":
        rating = number(row, "value", where, 0, _RATED_UP_TO, reason="impossible_price")
        return None if rating is None else round(rating * 100)
    return money(row, "value", where, currency, negative=kind == "return")


def _event_time(row: Row, where: str, now_ms: int, zone: tzinfo) -> int:
    timestamp_ms = moment(row, "timestamp", where, zone)
    if timestamp_ms is None:
        return now_ms
    if timestamp_ms > now_ms + fields.FUTURE_MS:
        raise RowError(
            "impossible_time",
            f"{where}: timestamp {row['timestamp']!r} is more than a day ahead of now",
            field="timestamp",
        )
    return timestamp_ms


def _consent(row: Row, where: str) -> dict[str, bool]:
    flat = fields.attributes({"attributes": row.get("consent")}, f"{where}: consent", frozenset(("attributes",)))
    answers = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    consent = {}
    for purpose, given in flat.items():
        answer = answers.get(str(given).lower())
        if answer is None:
            raise RowError(
                "wrong_type",
                f"{where}: consent to {purpose!r} is {given!r}, true or false is expected",
                field="consent",
            )
        consent[purpose] = answer
    return consent


def _refused(message: str, field: str) -> RowError:
    return RowError("unknown_type", message, field=field)
