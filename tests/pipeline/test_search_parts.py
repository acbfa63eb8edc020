"""The parts of search on the tiny shop and on columns made by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from shopmind.domain import Candidates, Query
from shopmind.explain.matched import matched, said, words_of
from shopmind.pipeline.context import Context, Term
from shopmind.pipeline.features.match import Match
from shopmind.pipeline.rankers.fusion import Fusion
from shopmind.pipeline.retrievers.dense import only_codes
from shopmind.pipeline.retrievers.lexical import Lexical, _wider
from shopmind.shop import Shop
from shopmind.stores.tantivy_text import TantivyText
from shopmind.testing.part_suite import requests
from shopmind.text.analyse import analyse

Asking = Callable[[str], Context]


@pytest.fixture
def asking(shop: Shop) -> Asking:
    context = requests(shop)["stranger"]

    def of(text: str) -> Context:
        terms = tuple(Term(token) for token in dict.fromkeys(analyse(text)))
        return replace(context, query=Query("search", text=text), text=text, terms=terms)

    return of


def best_title(shop: Shop, context: Context) -> str:
    numbers, _ = Lexical(Lexical.Options(), shop.tools).retrieve(context, 5)
    item = shop.catalogue.get(numbers[:1])[0]
    assert item is not None
    return item.title


def test_words_bring_the_item_that_has_them_all(shop: Shop, asking: Asking) -> None:
    item = shop.catalogue.get(shop.catalogue.numbers(["tea-01"]))[0]
    assert item is not None
    assert best_title(shop, asking(item.title)) == item.title


def test_what_is_brought_is_scored_as_the_feature_scores_it(shop: Shop, asking: Asking) -> None:
    context = asking("green tea cup")
    numbers, scores = Lexical(Lexical.Options(), shop.tools).retrieve(context, 50)
    assert np.all(np.diff(scores) <= 0)
    columns = Match(Match.Options(), shop.tools).compute(context, Candidates(numbers))
    assert columns["lexical"] == pytest.approx(scores)


def test_every_column_lies_between_nothing_and_all(shop: Shop, asking: Asking) -> None:
    every = np.flatnonzero(shop.catalogue.columns().shown)
    for text in ("green tea", "绿茶", "usb cable 2m", "nothing of the kind", "tee"):
        for name, column in Match(Match.Options(), shop.tools).compute(asking(text), Candidates(every)).items():
            known = column[~np.isnan(column)]
            assert np.all((known >= 0) & (known <= 1 + 1e-6)), (text, name)


def test_a_whole_title_is_complete_focused_and_in_order(shop: Shop, asking: Asking) -> None:
    number = shop.catalogue.numbers(["tea-01"])
    item = shop.catalogue.get(number)[0]
    assert item is not None
    columns = Match(Match.Options(), shop.tools).compute(asking(item.title), Candidates(number))
    for name in ("complete", "coverage", "likeness", "title_coverage", "title_start", "title_last"):
        assert columns[name][0] == pytest.approx(1), name


def test_the_word_that_fits_worst_and_the_mean_of_all_are_told_whatever_words_are_worth(
    shop: Shop, asking: Asking
) -> None:
    number = shop.catalogue.numbers(["tea-01"])
    columns = Match(Match.Options(), shop.tools).compute(asking("tea xyzzyx"), Candidates(number))
    assert columns["likeness_mean"][0] == pytest.approx(0.5)
    assert columns["likeness_least"][0] == 0
    assert columns["likeness"][0] < 0.5  # the word that no item has is worth most


def test_an_alternative_counts_by_its_worth(shop: Shop, asking: Asking) -> None:
    number = shop.catalogue.numbers(["tea-01"])
    context = asking("zzzz")
    assert np.isnan(Match(Match.Options(), shop.tools).compute(context, Candidates(number))["lexical"][0])
    scores = []
    for worth in (0.3, 1.0):
        context.terms = (Term("zzzz", 1.0, {"tea": worth}),)
        scores.append(float(Match(Match.Options(), shop.tools).compute(context, Candidates(number))["lexical"][0]))
    assert 0 < scores[0] < scores[1] < 1


def test_fusion_by_value_by_hand_without_one_side_and_in_another_language(asking: Asking) -> None:
    options = Fusion.Options(by="value", weights={"lexical": 0.6, "dense": 0.4}, languages={"zh": {"dense": 1.4}})
    fusion = Fusion(options, None)  # type: ignore[arg-type]
    nan = float("nan")

    def scores(language: str = "en", **columns: list[float]) -> list[float]:
        table = {name: np.array(column, np.float32) for name, column in columns.items()}
        context = replace(asking("tea"), language=language)
        ranked = fusion.rank(context, Candidates(np.array([1, 2]), table))
        assert np.sum(list(ranked.contributions.values()), axis=0) == pytest.approx(ranked.scores)
        return [round(float(score), 5) for score in ranked.scores]

    assert scores(lexical=[0.5, nan], dense=[0.25, 0.5], other=[9, 9]) == [0.4, 0.2]
    assert scores(lexical=[0.5, 1.0]) == [0.5, 1.0], "without a dense column the scale stays"
    assert scores(lexical=[0.5, 1.0], dense=[nan, nan]) == [0.5, 1.0]
    assert scores("zh", lexical=[0.5, 1.0], dense=[0.5, 0.0]) == [0.5, 0.3], "(.6 · 1 + 1.4 · 0) / 2"


def test_an_index_of_more_than_a_hundred_thousand_items_is_asked_for_more_candidates() -> None:
    assert [_wider(items) for items in (0, 19_406, 100_000, 1_000_000, 10_000_000)] == pytest.approx([1, 1, 1, 2.5, 4])


@pytest.mark.parametrize(("share", "asked"), [(1.0, [40]), (0.5, [112]), (0.02, [320, 2560]), (0.0, [320, 2560])])
def test_the_words_are_asked_for_as_many_as_the_filters_will_leave(
    asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float, asked: list[int]
) -> None:
    index = TantivyText(tmp_path, fields=["title", "brand", "categories", "description", "attributes"])
    index.update(((number, {"title": ["tea"] * (1 + number % 7)}) for number in range(2_000)), [], mark=1)
    limits: list[int] = []
    search = index.search

    def counted(tokens: Mapping[str, float], k: int, **options: Any) -> tuple[Any, Any]:
        limits.append(k)
        return search(tokens, k, **options)

    monkeypatch.setattr(index, "search", counted)
    context = asking("tea")
    context.allowed = np.arange(2_000) * 7_919 % 2_000 < share * 2_000
    chosen = Lexical(Lexical.Options(), SimpleNamespace(text_index=index))._choose(context, 40)  # type: ignore[arg-type]
    every, _ = search({"tea": 1.0}, 2_000, fields=Lexical.Options().choose)
    assert chosen.tolist() == every[context.allowed[every]][:40].tolist()
    assert limits == asked


@pytest.mark.parametrize("text", ["dv7-1211ea", "SHL8800/10", "4006381333931", "dv7-1211ea B00X4WHP5E"])
def test_codes_alone_are_not_asked_for_by_meaning(asking: Asking, text: str) -> None:
    assert only_codes(asking(text))


@pytest.mark.parametrize("text", ["dv7-1211ea battery", "1080p", "12oz", "headphones", "绿茶", "2022", "1000ml", ""])
def test_words_measures_and_numbers_are(asking: Asking, text: str) -> None:
    assert not only_codes(asking(text))


def test_an_explanation_says_which_words_stand_where(shop: Shop, asking: Asking) -> None:
    item = shop.catalogue.get(shop.catalogue.numbers(["tea-01"]))[0]
    assert item is not None
    first = item.title.split()[0]
    found = matched(item, words_of(asking(f"{first} zebra")))
    assert found["title"] == [first]
    assert found[""] == ["zebra"]
    assert said(found, "en") == f"Matches “{first}” in the title; not “zebra”."
    assert said(found, "zh") == f"标题含“{first}”;未出现“zebra”。"
