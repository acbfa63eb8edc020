"""The pages on data name every column, check and key there is."""

from dataclasses import fields
from pathlib import Path

import pytest

from shopmind.domain import EVENT_TYPES, KINDS
from shopmind.ingest.checks import CHECKS
from shopmind.ingest.mapping import FILES, FileMapping
from shopmind.ingest.rows import LINK_TYPES

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("table", FILES)
def test_every_column_is_in_the_reference(table: str) -> None:
    page = (DOCS / "reference" / "data-files.md").read_text("utf-8")
    section = page.split(f"\n## {table}\n")[1].split("\n## ")[0]
    assert [name for name in FILES[table] if f"`{name}`" not in section] == []


def test_every_kind_and_type_is_in_the_reference() -> None:
    page = (DOCS / "reference" / "data-files.md").read_text("utf-8")
    assert [name for name in (*KINDS, *EVENT_TYPES, *LINK_TYPES) if f"`{name}`" not in page] == []


def test_every_check_and_mapping_key_is_in_the_guide() -> None:
    page = (DOCS / "how-to" / "ingest.md").read_text("utf-8")
    assert [name for name in CHECKS if f"| `{name}` |" not in page] == []
    assert [field.name for field in fields(FileMapping) if f"| `{field.name}` |" not in page] == []
