from __future__ import annotations

import json

from benchmarks import ads, ads_tables, table
from benchmarks.record import RESULTS


def test_the_table_of_times_says_how_many_goods_and_ads_the_shop_had() -> None:
    found = ads.serving(items=40, ads=6, answers=2)
    told = list(ads_tables.ads({"serving": found}))
    assert "An answer in one process, 40 goods and 6 ads, the money held on disk: 2 answers each.\n" in told
    assert [line.split(" | ")[0] for line in told[-4:-1]] == ["| ads", "| plain", "| blended"]


def test_the_recorded_counts_of_the_times_are_numbers() -> None:
    found = json.loads((RESULTS / "ads.json").read_text("utf-8"))["serving"]
    assert all(isinstance(found[each], int) for each in ("items", "ads", "answers"))


def test_no_cell_of_the_page_of_benchmarks_is_a_dict() -> None:
    assert [line for line in table.page().splitlines() if "{'" in line] == []
