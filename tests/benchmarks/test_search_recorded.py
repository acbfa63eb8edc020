from __future__ import annotations

import json
from pathlib import Path

from benchmarks.search.recorded import merged

ORDER = ("electronics", "chinese_titles", "demo")


def _run(commit: str, **sets: int) -> dict[str, object]:
    return {
        "measured_at": "today",
        "commit": commit,
        "minutes": 1.0,
        "sets": {k: {"items": v} for k, v in sets.items()},
    }


def test_a_run_over_some_sets_keeps_the_others_with_the_run_they_are_of(tmp_path: Path) -> None:
    file = tmp_path / "search.json"
    file.write_text(json.dumps(_run("first", demo=1, electronics=2)))
    found = merged(_run("second", chinese_titles=3, electronics=4), file, ORDER)
    assert found["commit"] == "second"
    assert list(found["sets"]) == ["electronics", "chinese_titles", "demo"]
    assert {name: (each["items"], each["run"]["commit"]) for name, each in found["sets"].items()} == {
        "electronics": (4, "second"),
        "chinese_titles": (3, "second"),
        "demo": (1, "first"),
    }


def test_a_set_kept_over_two_runs_still_says_the_first(tmp_path: Path) -> None:
    file = tmp_path / "search.json"
    for commit, name in (("first", "demo"), ("second", "electronics"), ("third", "chinese_titles")):
        file.write_text(json.dumps(merged(_run(commit, **{name: 1}), file, ORDER)))
    runs = {name: each["run"]["commit"] for name, each in json.loads(file.read_text())["sets"].items()}
    assert runs == {"demo": "first", "electronics": "second", "chinese_titles": "third"}


def test_a_set_that_is_measured_no_more_stands_last(tmp_path: Path) -> None:
    file = tmp_path / "search.json"
    file.write_text(json.dumps(_run("first", gone=1)))
    assert list(merged(_run("second", demo=1), file, ORDER)["sets"]) == ["demo", "gone"]
