"""Items into the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from shopmind.domain import Item
from shopmind.ingest import rows
from shopmind.ingest.fields import RowError
from shopmind.ingest.mapped import mapped
from shopmind.ingest.money import to_decimal
from shopmind.ingest.readers.batch import Batch
from shopmind.ingest.run import Refusal, Run
from shopmind.kit.errors import InputError

PUT_ROWS = 5_000
_TEXTS = ("title", "description", "brand")


def take_items(run: Run, batches: Iterable[Batch]) -> None:
    """Reads, maps, checks, cleans and stores items."""
    checks = run.checks()
    for batch in batches:
        run.seen(batch)
        raw = mapped(batch.frame, run.mapping, where=run.where)
        if batch.lines:
            view = run.inspect(checks, item_view(raw), raw, batch.lines)
            _store(run, raw, view, batch.lines)
        run.advance()
    run.conclude(checks)


def item_view(raw: pl.DataFrame) -> pl.DataFrame:
    """What checks see of items: ITEM_VIEW and `index`; whatever is of another type is null here."""
    texts = {name: _texts(raw, name) for name in _TEXTS}
    ids = [_id(value) for value in _values(raw, "item_id")]
    prices = [_price(value) for value in _values(raw, "price")]
    categories = [_category(value) for value in _values(raw, "categories")]
    return pl.DataFrame(
        {
            "index": pl.Series(range(raw.height), dtype=pl.Int64),
            "item_id": pl.Series(ids, dtype=pl.String),
            **texts,
            "category": pl.Series(categories, dtype=pl.String),
            "price": pl.Series(prices, dtype=pl.Float64),
        }
    )


def _store(run: Run, raw: pl.DataFrame, view: pl.DataFrame, lines: Sequence[int]) -> None:
    """Stores the rows the checks left in `view`, with the texts they mended."""
    raw_rows = list(raw.iter_rows(named=True))
    mended = [name for name in _TEXTS if raw.schema.get(name) == pl.String]
    items: list[Item] = []
    refusals: list[Refusal] = []
    for place, *texts in view.select("index", *mended).iter_rows():
        row = raw_rows[place] | dict(zip(mended, texts, strict=True))
        where = f"{run.where} line {lines[place]}"
        try:
            items.append(rows.item(row, where=where, default_currency=run.currency, zone=run.mapping.timezone))
        except RowError as error:
            refusals.append(Refusal(lines[place], error.reason, error.message, error.field, row))
    run.refuse(refusals)
    for start in range(0, len(items), PUT_ROWS):
        run.database.catalogue.put(items[start : start + PUT_ROWS])
    run.report.accepted += len(items)


def _values(raw: pl.DataFrame, name: str) -> list[Any]:
    return raw[name].to_list() if name in raw.columns else [None] * raw.height


def _texts(raw: pl.DataFrame, name: str) -> pl.Series:
    if raw.schema.get(name) == pl.String:
        return raw[name]
    return pl.Series(name, [None] * raw.height, dtype=pl.String)


def _id(value: object) -> str | None:
    """Any value counts as an id here; whether it is allowed is for `rows.item` to say."""
    if value is None or (isinstance(value, float) and value != value):
        return None
    return str(value).strip() or None


def _price(value: object) -> float | None:
    if value is None:
        return None
    try:
        number = to_decimal(value)
    except InputError:
        return None
    return None if number is None else float(number)


def _category(value: object) -> str | None:
    if isinstance(value, str):
        return value.split(">")[0].strip() or None
    return str(value[0]) if isinstance(value, list) and value else None
