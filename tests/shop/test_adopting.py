"""An adapted encoder is taken into use while the shop answers."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import shopmind
from shopmind.domain import Query, Slate
from shopmind.indexing.documents import passage
from shopmind.operations.registry import Registry
from shopmind.shop import Shop, adopting
from shopmind.shop.folder import serving
from shopmind.testing.encoder_suite import tiny_artifact
from shopmind.testing.processes import until
from shopmind.testing.tiny_shop import make_tiny_shop

NEAR = """
title = "Near"
needs = ["text"]
retrievers = {dense = {k = 20}}
ranker = {part = "weighted", weights = {dense = 1.0}}
"""
KILLED = """
import os, sys, shopmind
from shopmind.shop import adopting
step = sys.argv[2]
if step == "before the switch":
    adopting.Indexer.catch_up_meaning = lambda self, progress=None: os._exit(9)
else:
    from shopmind.stores.usearch_vectors import UsearchVectors
    kept = UsearchVectors.update
    def update(self, *given, **named):
        kept(self, *given, **named)
        os._exit(9)
    UsearchVectors.update = update
with shopmind.open(sys.argv[1]) as shop:
    shop.index()
"""


@pytest.fixture(scope="module")
def adapted_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny shop without weights, whose encoder "auto" is an adapted one, with a scenario of meaning alone; copied,
    never opened, by the tests."""
    home = tmp_path_factory.mktemp("adapted") / "shop"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOPMIND_CACHE", str(home.parent / "no weights"))
        with make_tiny_shop(home, encoder="auto") as shop:
            tiny_artifact(shop.artifacts, seed=1)
            shop.index()
    (home / "scenarios").mkdir(exist_ok=True)
    (home / "scenarios" / "near.toml").write_text(NEAR)
    return home


@pytest.fixture
def folder(adapted_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Such a shop of the test's own."""
    monkeypatch.setenv("SHOPMIND_CACHE", str(tmp_path / "no weights"))
    return Path(shutil.copytree(adapted_folder, tmp_path / "shop"))


@pytest.fixture
def adapted(folder: Path) -> Iterator[Shop]:
    with shopmind.open(folder) as shop:
        yield shop


def near(shop: Shop, text: str) -> Slate:
    return shop.answer(Query("near", text=text, n=5))


def passages(shop: Shop) -> dict[str, str]:
    shown = shop.catalogue.columns().shown
    found = {item.item_id: passage(item) for number, item in shop.catalogue.scan() if shown[number]}
    return {
        key: text
        for key, text in found.items()
        if text.isascii() and shop.catalogue.get(shop.catalogue.numbers([key]))[0].kind == "product"
    }


def assert_of_one_space(shop: Shop, slate: Slate, item_id: str) -> None:
    """An item's own passage finds it: a query of one encoder in the index of another could not."""
    assert slate.degraded == ()
    assert slate.hits[0].score > 0.97, (item_id, slate.hits[0])
    assert item_id in [hit.item.item_id for hit in slate.hits[:2]]


def test_auto_takes_the_promoted_encoder_and_says_so_in_the_model_version(adapted: Shop) -> None:
    assert adapted.folder.encoder is not None
    assert adapted.folder.encoder.name == "adapted tiny"
    for item_id, text in passages(adapted).items():
        assert_of_one_space(adapted, near(adapted, text), item_id)


@pytest.mark.slow
def test_searches_go_on_while_another_encoder_is_promoted(adapted: Shop) -> None:
    texts = passages(adapted)
    stop, faults, seen = threading.Event(), [], set()

    def ask() -> None:
        while not stop.is_set():
            for item_id, text in texts.items():
                slate = near(adapted, text)
                seen.add(slate.model_version)
                try:
                    assert_of_one_space(adapted, slate, item_id)
                except AssertionError as error:
                    faults.append(error)

    askers = [threading.Thread(target=ask) for _ in range(2)]
    for asker in askers:
        asker.start()
    try:
        for others, seed in enumerate((2, 3), 1):
            until(lambda others=others: len(seen) >= others or faults)  # somebody was answered before the next one
            tiny_artifact(adapted.artifacts, seed=seed)
            adapted.index()
        until(lambda: len(seen) >= 3 or faults)
    finally:
        stop.set()
        for asker in askers:
            asker.join()
    assert faults == []


def test_another_process_takes_up_encoder_and_index_together(adapted: Shop, folder: Path) -> None:
    before = adapted.folder.encoder
    with shopmind.open(folder) as other:
        version = tiny_artifact(other.artifacts, seed=2).name
        other.index()
    adapted._answering.refresh()
    for item_id, text in passages(adapted).items():
        assert_of_one_space(adapted, near(adapted, text), item_id)
    assert adapted.folder.encoder is not before
    assert adapted.folder.adapted == version


@pytest.mark.slow
@pytest.mark.parametrize("step", ["before the switch", "after the vectors"])
def test_a_kill_in_the_middle_leaves_the_old_encoder_at_work_and_the_next_run_finishes(folder: Path, step: str) -> None:
    with shopmind.open(folder) as shop:
        old, version = shop.folder.adapted, tiny_artifact(shop.artifacts, seed=2).name
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder), step], check=False)
    assert done.returncode == 9
    with shopmind.open(folder) as shop:
        assert shop.folder.adapted == old
        for item_id, text in passages(shop).items():
            assert_of_one_space(shop, near(shop, text), item_id)
        shop.index()
        assert serving(shop.folder.database) == version
        for item_id, text in passages(shop).items():
            assert_of_one_space(shop, near(shop, text), item_id)


def test_an_item_that_comes_after_the_switch_is_found_by_its_meaning(adapted: Shop) -> None:
    tiny_artifact(adapted.artifacts, seed=2)
    adapted.index()
    adapted.put_items([{"item_id": "new-01", "kind": "product", "title": "zzz quartz 99", "price": "1.00", "stock": 3}])
    adapted.index()
    assert near(adapted, "zzz quartz 99").hits[0].item.item_id == "new-01"


def test_an_encoder_that_was_not_promoted_or_a_shop_that_names_its_own_stays_as_it_is(folder: Path) -> None:
    with shopmind.open(folder) as shop:
        old = shop.folder.adapted
        tiny_artifact(shop.artifacts, seed=2, promote=False)
        shop.index()
        assert shop.folder.adapted == old
        tiny_artifact(shop.artifacts, seed=3)
    with shopmind.open(folder, encoder="hash") as shop:
        assert not adopting.waiting(shop.folder)
        shop.index()
        assert shop.folder.encoder is not None
        assert shop.folder.encoder.name == "hash"
        assert shop.folder.adapted == ""


@pytest.mark.parametrize("harm", ["tensors.npy", "graph.npy", "card.json", ""])
def test_a_damaged_or_missing_encoder_is_a_named_fallback_and_no_crash(folder: Path, harm: str) -> None:
    with shopmind.open(folder) as shop:
        home = shop.artifacts.folder / "encoder" / shop.folder.adapted
    if harm:
        (home / harm).write_bytes((home / harm).read_bytes()[:200])
    else:
        shutil.rmtree(home)
    with shopmind.open(folder) as shop:
        slate = shop.search("green tea")
        assert slate.hits
        assert any("dense" in each and "encoder artifact" in each for each in slate.degraded), slate.degraded


def test_a_promoted_encoder_that_cannot_be_opened_is_not_switched_to(adapted: Shop) -> None:
    old = adapted.folder.adapted
    home = tiny_artifact(adapted.artifacts, seed=2)
    (home / "graph.npy").write_bytes(b"")
    adapted.index()
    assert adapted.folder.adapted == old
    assert near(adapted, "tea").degraded == ()


def test_indexes_of_older_adapted_encoders_are_dropped_but_for_the_last(adapted: Shop) -> None:
    for seed in (2, 3, 4):
        tiny_artifact(adapted.artifacts, seed=seed)
        adapted.index()
    assert len(list((adapted.path / "vectors").glob("adapted-*"))) == 2


def test_a_file_of_another_dimension_is_indexed_anew_and_never_compared(tmp_path: Path) -> None:
    with make_tiny_shop(tmp_path / "shop", encoder="hash"):
        pass
    from shopmind.testing.encoder_suite import tiny_folder

    model = tiny_folder(tmp_path / "model")
    with shopmind.open(tmp_path / "shop", encoder=f"onnx:{model}") as shop:
        slate = shop.search("green tea")
        assert slate.hits
        assert any(each.startswith("dense") for each in slate.degraded)
        shop.index()
        assert shop.search("green tea").degraded == ()
    shutil.rmtree(model)
    with shopmind.open(tmp_path / "shop", encoder=f"onnx:{model}") as shop:
        assert any("model.onnx does not exist" in each for each in shop.search("green tea").degraded)


def test_a_server_that_follows_takes_up_an_encoder_that_somebody_promotes_and_rolls_back(adapted: Shop) -> None:
    before = serving(adapted.folder.database)
    other = tiny_artifact(adapted.artifacts, seed=2)
    registry = Registry(adapted)
    assert registry.kind("encoder").waiting
    adapted.follow(every_s=0.02)
    until(lambda: serving(adapted.folder.database) == other.name)
    assert not registry.kind("encoder").waiting
    registry.roll_back("encoder", by="test")
    until(lambda: serving(adapted.folder.database) == before)
    for item_id, text in passages(adapted).items():
        assert_of_one_space(adapted, near(adapted, text), item_id)
