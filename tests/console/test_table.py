from __future__ import annotations

import csv
import io

from shopmind.console.pages.catalogue.ingests import as_given
from shopmind.console.table import Column, as_csv

COLUMNS = [Column("query", "Query"), Column("times", "Times", "number")]


def test_a_table_goes_out_as_csv_that_a_spreadsheet_takes_for_text() -> None:
    rows = [
        {"query": '=HYPERLINK("http://evil.example")', "times": -3},
        {"query": "+1", "times": 2.5},
        {"query": 'green "tea", 绿茶', "times": None},
    ]
    text = as_csv(COLUMNS, rows).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text)))
    assert read == [
        ["Query", "Times"],
        ['\'=HYPERLINK("http://evil.example")', "-3"],
        ["'+1", "2.5"],
        ['green "tea", 绿茶', ""],
    ]


def test_ids_of_a_rejected_row_are_shown_as_they_were_given() -> None:
    row = {"item_id": 5978656, "quantity": 0, "gift": True, "value": None}
    assert as_given(row) == "item_id: 5978656, quantity: 0, gift: ✓, value: –"
