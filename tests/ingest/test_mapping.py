"""mapping.toml."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from shopmind.ingest.mapped import mapped
from shopmind.ingest.mapping import FileMapping, build_mapping, read_mapping
from shopmind.kit.errors import InputError


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"evnts": {}}, "did you mean 'events'"),
        ({"events": {"colums": {}}}, "did you mean 'columns'"),
        ({"events": {"columns": {"itm_id": "sku"}}}, "did you mean 'item_id'"),
        ({"events": {"zone": "Mars/Olympus"}}, "Europe/Berlin"),
        ({"events": {"type_map": {"sale": "buy"}}}, "purchase"),
        ({"events": {"duplicates": "maybe"}}, "keep"),
        ({"items": {"type_map": {"sale": "purchase"}}}, "belongs to events"),
        ({"items": {"currency": "euros"}}, "currency code"),
        ({"items": 3}, "not a table"),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(table: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        build_mapping(table)


def test_a_mapping_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text('[events]\ncolumns = {item_id = "sku"}\nduplicates = "drop"\n')
    mapping = read_mapping(path)
    assert mapping.of("events").columns == {"item_id": "sku"}
    assert mapping.of("items") == FileMapping()
    path.write_text("[events")
    with pytest.raises(InputError, match=r"mapping\.toml"):
        read_mapping(path)


def test_columns_constants_and_types_are_put_under_our_names() -> None:
    frame = pl.DataFrame({"sku": ["a", "b"], "what": ["sale", None], "item_id": ["old", "old"], "shop": ["x", "y"]})
    mapping = FileMapping(
        columns={"item_id": "sku", "type": "what"}, constants={"type": "view"}, type_map={"sale": "purchase"}
    )
    out = mapped(frame, mapping, where="events.csv")
    assert out.sort("item_id").to_dicts() == [
        {"shop": "x", "item_id": "a", "type": "purchase"},
        {"shop": "y", "item_id": "b", "type": "view"},
    ]


def test_a_column_the_file_does_not_have_is_named() -> None:
    with pytest.raises(InputError, match=r"events\.csv.*'sku'.*item"):
        mapped(pl.DataFrame({"item": ["a"]}), FileMapping(columns={"item_id": "sku"}), where="events.csv")
