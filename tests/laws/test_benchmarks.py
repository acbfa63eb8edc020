from __future__ import annotations

import json

from benchmarks import table
from benchmarks.record import RESULTS


def test_the_page_of_benchmarks_is_made_from_the_results_that_are_there() -> None:
    assert table.PAGE.read_text(encoding="utf-8") == table.page(), "run: python -m benchmarks.table"


def test_every_result_names_its_commit_and_its_machine_but_no_path() -> None:
    for path in RESULTS.glob("*.json"):
        text = path.read_text(encoding="utf-8")
        result = json.loads(text)
        assert result["commit"], path.name
        assert result["machine"]["cores"], path.name
        assert "/tmp/" not in text, path.name
