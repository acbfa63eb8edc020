"""Tables and indexes of a shop's database. Change them only together with a step in migrations.py."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

SCHEMA_VERSION = 7
APPLICATION_ID = 0x53484D44
"""Says in the file's header that the database is a shop's ("SHMD")."""

HISTORY = "type NOT IN (0, 1) AND item IS NOT NULL"
"""HISTORY_TYPES about an item, as SQL: a query must hold this very text for SQLite to use the partial indexes."""

SEARCH = "type = 1"

DISLIKE = "type = 10"

TOUCH = "(type = 0 OR request_id IS NOT NULL) AND item IS NOT NULL"
"""What may have led to something, as SQL: an impression, or an event that echoes an answer."""

metadata = MetaData()

items = Table(
    "items",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("item_id", Text, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("brand", Text),
    Column("categories", Text, nullable=False),
    Column("price_minor", BigInteger),
    Column("currency", String),
    Column("stock", Float),
    Column("status", String, nullable=False),
    Column("url", Text),
    Column("image", Text),
    Column("language", String),
    Column("group_id", Text),
    Column("shop_id", Text),
    Column("created_at_ms", BigInteger),
    Column("updated_at_ms", BigInteger),
    Column("attributes", Text, nullable=False),
    Column("removed", SmallInteger, nullable=False),
    sqlite_autoincrement=True,
)

users = Table(
    "users",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("user_id", Text, nullable=False, unique=True),
    Column("created_at_ms", BigInteger),
    Column("attributes", Text, nullable=False),
    Column("consent", Text, nullable=False),
    sqlite_autoincrement=True,
)

events = Table(
    "events",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("type", SmallInteger, nullable=False),
    Column("timestamp_ms", BigInteger, nullable=False),
    Column("user", Integer),
    Column("session", Text),
    Column("item", Integer),
    Column("value_minor", BigInteger),
    Column("currency", String),
    Column("quantity", Float),
    Column("order_number", BigInteger, nullable=False),
    Column("order_id", Text),
    Column("query", Text),
    Column("scenario", String),
    Column("request_id", String),
    Column("position", Integer),
    Column("propensity", Float),
    Column("variant", String),
    Column("attributes", Text),
    sqlite_autoincrement=True,
)

links = Table(
    "links",
    metadata,
    Column("type", String, primary_key=True),
    Column("source", Integer, primary_key=True),
    Column("target", Integer, primary_key=True),
    Column("weight", Float, nullable=False),
    sqlite_with_rowid=False,
)

records = Table(
    "records",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("key", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("user_id", Text),
    Column("written_at_ms", BigInteger, nullable=False),
    UniqueConstraint("kind", "key"),
    sqlite_autoincrement=True,
)

changes = Table(
    "changes",
    metadata,
    Column("change", Integer, primary_key=True),
    Column("what", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("number", Integer, nullable=False),
    sqlite_autoincrement=True,
)

counters = Table(
    "counters",
    metadata,
    Column("name", String, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("scenario", String, primary_key=True),
    Column("variant", String, primary_key=True),
    Column("subject", Integer, primary_key=True),
    Column("figure", String, primary_key=True),
    Column("value", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

counted = Table(
    "counted",
    metadata,
    Column("mark", String, primary_key=True),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)

ad_holds = Table(
    "ad_holds",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("request_id", String, nullable=False),
    Column("item", Integer, nullable=False),
    Column("target", Integer, nullable=False),
    Column("charged_on", SmallInteger, nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("day", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("user", Text),
    Column("session", Text),
    Column("scenario", String, nullable=False),
    Column("position", Integer, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("event", Integer),
    Column("traits", Text, nullable=False),
    Column("foreseen_click", Float),
    Column("foreseen_purchase", Float),
    UniqueConstraint("request_id", "item"),
    sqlite_autoincrement=True,
)

ad_accounts = Table(
    "ad_accounts",
    metadata,
    Column("item", Integer, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("spent", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

ad_settled = Table("ad_settled", metadata, Column("one", Integer, primary_key=True), Column("event", Integer))

Index("events_key", events.c.key, unique=True)
Index("events_time", events.c.timestamp_ms)
Index(
    "events_user",  # it holds all that a history needs: reading one from scattered rows takes ten times as long
    *(events.c[name] for name in ("user", "number", "item", "type", "timestamp_ms", "quantity", "order_number")),
    sqlite_where=text(f"{HISTORY} AND user IS NOT NULL"),
)
Index("events_session", events.c.session, events.c.number, sqlite_where=text(f"{HISTORY} AND session IS NOT NULL"))
Index("events_search", events.c.query, sqlite_where=text(SEARCH))
Index("events_asked", events.c.user, events.c.number, sqlite_where=text(f"{SEARCH} AND user IS NOT NULL"))
Index("events_asked_in", events.c.session, events.c.number, sqlite_where=text(f"{SEARCH} AND session IS NOT NULL"))
Index("events_request", events.c.request_id, sqlite_where=text("request_id IS NOT NULL"))
Index("events_touch", events.c.user, events.c.item, sqlite_where=text(f"{TOUCH} AND user IS NOT NULL"))
Index("events_touch_in", events.c.session, events.c.item, sqlite_where=text(f"{TOUCH} AND session IS NOT NULL"))
Index("events_disliked", events.c.user, sqlite_where=text(f"{DISLIKE} AND user IS NOT NULL"))
Index("events_disliked_in", events.c.session, sqlite_where=text(f"{DISLIKE} AND session IS NOT NULL"))
Index("links_target", links.c.target, links.c.type)
Index("records_kind", records.c.kind, records.c.number)
Index("records_user", records.c.user_id, sqlite_where=text("user_id IS NOT NULL"))
Index("changes_subject", changes.c.subject, changes.c.number, unique=True)
Index("ad_holds_open", ad_holds.c.until_ms, sqlite_where=text("state = 0"))
Index("ad_holds_time", ad_holds.c.at_ms)
Index("ad_holds_user", ad_holds.c.user, ad_holds.c.at_ms, ad_holds.c.item, sqlite_where=text("user IS NOT NULL"))
Index(
    "ad_holds_session", ad_holds.c.session, ad_holds.c.at_ms, ad_holds.c.item, sqlite_where=text("session IS NOT NULL")
)
