"""The place "what comes next" through the engine: from the planted order of a log, and where something is missing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import shopmind
from shopmind.domain import Slate
from shopmind.shop import Shop

ITEMS, PEOPLE, STEPS = 30, 160, 6
DAY = "2026-01-{:02d}T12:00:00Z"


@pytest.fixture(scope="module")
def chained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop in which item i + 1 comes after item i, trained."""
    folder = tmp_path_factory.mktemp("chained") / "shop"
    with shopmind.create(folder, encoder="none") as shop:
        shop.put_items([{"item_id": f"i{number}", "title": f"thing {number}"} for number in range(ITEMS)])
        shop.track(
            [
                {
                    "type": "purchase",
                    "user_id": f"u{user}",
                    "item_id": f"i{(user * 7 + step) % ITEMS}",
                    "timestamp": DAY.format(1 + step),
                    "order_id": f"o{user}-{step}",
                }
                for user in range(PEOPLE)
                for step in range(STEPS)
            ]
        )
        shop.train(["popularity", "next_item"])
    return folder


@pytest.fixture
def shop(chained: Path, tmp_path: Path) -> Iterator[Shop]:
    with shopmind.open(Path(shutil.copytree(chained, tmp_path / "shop"))) as opened:
        yield opened


def ids(slate: Slate) -> list[str]:
    return [hit.item.item_id for hit in slate.hits]


def test_what_came_next_for_others_comes_first(shop: Shop) -> None:
    slate = shop.recommend("next_item", user="u0", n=5, explain=True)
    assert ids(slate)[0] == f"i{STEPS}"
    assert slate.degraded == ()
    assert not {f"i{step}" for step in range(STEPS)} & set(ids(slate)), "what is bought is not shown again"
    assert slate.hits[0].reasons


def test_an_event_of_a_stranger_changes_the_very_next_answer(shop: Shop) -> None:
    before = ids(shop.recommend("next_item", session="s", n=3))
    shop.track({"type": "view", "session_id": "s", "item_id": "i11"})
    after = ids(shop.recommend("next_item", session="s", n=3))
    assert before
    assert after[0] == "i12"


def test_a_signal_that_is_missing_leaves_a_named_fallback_and_not_an_error(chained: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(chained, tmp_path / "shop"))
    (folder / "scenarios").mkdir(exist_ok=True)
    (folder / "scenarios" / "next_item.toml").write_text(
        'title = "x"\nn = 5\nretrievers = { popularity = {k = 50} }\n'
        'ranker = {part = "handover", fallback = {popularity = 1.0}}\n'
    )
    with shopmind.open(folder) as shop:
        slate = shop.recommend("next_item", user="u0")
    assert len(slate.hits) == 5
    assert any("handover" in each and "popularity" in each for each in slate.degraded)


def test_a_damaged_artifact_is_a_named_fallback_too(chained: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(chained, tmp_path / "shop"))
    for array in folder.glob("artifacts/next_item/*/*_starts.npy"):
        array.unlink()
    with shopmind.open(folder) as shop:
        slate = shop.recommend("next_item", user="u0", n=5)
    assert len(slate.hits) == 5
    assert any("train next_item again" in each for each in slate.degraded)
