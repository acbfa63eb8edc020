from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import shopmind
from benchmarks.search import chinese, scale
from benchmarks.search.multiply import grow
from benchmarks.search.peers.peer import Goods
from benchmarks.search.sets import Folder, made_queries


def test_words_of_a_chinese_title_are_its_spans_of_brand_and_product_each_once() -> None:
    tokens, tags = (
        list("雅马哈吉他和吉他"),
        ["B-HPPX\r", "I-HPPX", "I-HPPX", "B-HCCX", "I-HCCX", "O", "B-HCCX", "I-HCCX"],
    )
    assert chinese.tagged(tokens, tags) == ["雅马哈", "吉他"]


def test_every_title_with_all_the_words_is_right_and_other_parts_are_not_asked() -> None:
    rows = [
        ("train", list("红布鞋"), ["O", "B-HCCX", "I-HCCX"]),
        ("dev", list("蓝布鞋"), ["O", "B-HCCX", "I-HCCX"]),
        ("dev", list("老布鞋"), ["O", "B-HCCX", "I-HCCX"]),
        ("test", list("皮鞋"), ["B-HCCX", "I-HCCX"]),
    ]
    table = pl.DataFrame(rows, schema=["split", "tokens", "tags"], orient="row")
    titles, queries, right = chinese.known_items(table, "valid")
    assert titles[0] == "红布鞋"
    assert queries == ["布鞋"]
    assert right == [[0, 1, 2]]


def test_a_made_query_is_right_for_every_title_with_its_words_and_is_made_once() -> None:
    titles = ["Red Shoe, 42", "shoe 42 red", "blue shoe", "red"]
    queries, right = made_queries(titles, 50)
    assert len(queries) == len(set(queries))
    for query, rows in zip(queries, right, strict=True):
        words = set(query.split())
        assert rows == [row for row, title in enumerate(titles) if words <= set(chinese.words(title))]


def test_a_grown_catalogue_is_the_same_each_time_and_near_but_not_equal_to_its_base(goods_folder: Folder) -> None:
    goods = Goods(goods_folder.path)
    made = []
    for name in ("one", "two"):
        folder = goods_folder.path.parent / name
        shares = grow(goods, 600, folder, seed=3)
        made.append((pl.read_parquet(folder / "items.parquet"), np.load(folder / "vectors.npy")))
    assert made[0][0].equals(made[1][0])
    assert (made[0][1] == made[1][1]).all()
    items, vectors = made[0]
    assert shares["distinct_titles"] == pytest.approx(items["title"].n_unique() / 600, abs=1e-4)
    assert items["title"].n_unique() > 200  # twelve short titles do not have more in them
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    nearest = (vectors @ np.asarray(goods.vectors).T).argmax(1)
    assert (nearest == np.arange(600) % 12).mean() > 0.6
    assert (vectors @ np.asarray(goods.vectors).T).max() < 0.9999


@pytest.mark.slow
def test_a_small_catalogue_goes_through_all_steps_of_the_large_one(goods_folder: Folder) -> None:
    folder, place = goods_folder.path.parent / "grown", goods_folder.path.parent / "shop"
    made = scale.make(500, folder, goods_folder.path)
    assert 0 < made["distinct_titles"] <= 1
    for build in (scale.take_in, scale.words, scale.vectors):
        assert build(folder, place)["items_per_s"] > 0
    served = scale.serve(folder, place)
    assert served["p50_ms"] <= served["p99_ms"]
    assert served["degraded"] == []
    recall = scale.recall(folder, place)
    assert recall["vectors"]["recall@100"] > 0.95
    assert 0 < recall["words"]["recall@100"] <= 1


def test_words_and_vectors_are_made_again_from_nothing(goods_folder: Folder) -> None:
    folder, place = goods_folder.path.parent / "grown", goods_folder.path.parent / "shop"
    scale.make(300, folder, goods_folder.path)
    scale.take_in(folder, place)
    for _ in range(2):
        scale.words(folder, place)
        scale.vectors(folder, place)
        with shopmind.open(place) as shop:
            assert (shop.folder.text_index.count(), shop.folder.vector_index.count()) == (300, 300)
