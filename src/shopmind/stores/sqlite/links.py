"""Typed edges in SQLite."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from sqlalchemy import Connection, delete, func, select

from shopmind.domain import Link, LinkType
from shopmind.domain.link import USER_LINKS
from shopmind.stores.ports import Number
from shopmind.stores.sqlite.changes import log_changes
from shopmind.stores.sqlite.database import SqliteDatabase, among, blocks, driver_connection, insert_sql
from shopmind.stores.sqlite.item_rows import item_numbers
from shopmind.stores.sqlite.schema import links
from shopmind.stores.sqlite.users import user_numbers

BLOCK = 20_000
_INSERT = insert_sql(links, or_="REPLACE")


class SqliteLinks:
    """The port Links. A friendship is one row, the smaller number first, and is read from both ends."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def put(self, links: Sequence[Link]) -> int:
        """See the port."""
        known = 0
        with self._database.writing() as connection:
            for start in range(0, len(links), BLOCK):
                known += _put_block(connection, links[start : start + BLOCK])
            if known:
                log_changes(connection, "links", [0])
        return known

    def table(self, link_type: LinkType) -> pl.DataFrame:
        """See the port; sorted by source, then target."""
        with self._database.reading() as connection:
            chosen = select(links.c.source, links.c.target, links.c.weight).where(links.c.type == link_type)
            rows = [row for block in blocks(connection, chosen, BLOCK) for row in block]
        schema = {"source": pl.Int64, "target": pl.Int64, "weight": pl.Float32}
        frame = pl.DataFrame(list(zip(*rows, strict=True)) if rows else None, schema=schema)
        if link_type == "friend":
            turned = frame.select(pl.col("target").alias("source"), pl.col("source").alias("target"), "weight")
            frame = pl.concat([frame, turned.filter(pl.col("source") != pl.col("target"))])
        return frame.sort("source", "target")

    def count(self) -> int:
        """See the port; a friendship counts once."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(links)).scalar_one())


def drop_links_of_items(connection: Connection, numbers: Sequence[Number]) -> None:
    """Removes every edge from or to these items; to be called inside a write."""
    ends = among(links.c.source, numbers) | among(links.c.target, numbers)
    connection.execute(delete(links).where(links.c.type.not_in(sorted(USER_LINKS)), ends))


def _put_block(connection: Connection, block: Sequence[Link]) -> int:
    user_ids = {end for link in block if link.type in USER_LINKS for end in (link.source_id, link.target_id)}
    item_ids = {end for link in block if link.type not in USER_LINKS for end in (link.source_id, link.target_id)}
    users = user_numbers(driver_connection(connection), sorted(user_ids)) if user_ids else {}
    things = item_numbers(driver_connection(connection), sorted(item_ids)) if item_ids else {}
    rows = []
    for link in block:
        ends = users if link.type in USER_LINKS else things
        source, target = ends.get(link.source_id), ends.get(link.target_id)
        if source is None or target is None:
            continue
        if link.type == "friend" and source > target:
            source, target = target, source
        rows.append((link.type, source, target, float(link.weight)))
    if rows:
        connection.exec_driver_sql(_INSERT, rows)
    return len(rows)
