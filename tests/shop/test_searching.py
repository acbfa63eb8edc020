"""What a searcher expects: counts over all that matches, an own order, variants as one, and never a mute page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shopmind.domain import Facet, Matches, Query, Slate
from shopmind.indexing import Indexer
from shopmind.kit.errors import InputError
from shopmind.pipeline.context import Term
from shopmind.pipeline.matching import MOST
from shopmind.pipeline.parts import NoOptions
from shopmind.pipeline.retrievers.ordered import Ordered
from shopmind.shop import Shop
from shopmind.testing import part_suite
from shopmind.testing.processes import until

BRANDS = ("Alder", "Birch", "Cedar")


def lamp(number: int) -> dict[str, object]:
    """Every third is of one brand; prices 10 to 49; four colours, two of them in a list; no price for number 7."""
    return {
        "item_id": f"lamp-{number:02d}",
        "title": f"Desk lamp {chr(65 + (number * 7) % 26)}",
        "description": "A steady light. " * 20 + "The lamp for a desk folds flat.",
        "brand": BRANDS[number % 3],
        "categories": ["Light", "Desk", "Folding"] if number % 2 else ["Light", "Desk"],
        "price": None if number == 7 else f"{10 + number}.00",
        "group_id": f"model-{number // 4}",
        "created_at": f"2024-01-{1 + number % 28:02d}T00:00:00Z",
        "attributes": {"colour": ["red; blue", "red", "green", "white"][number % 4], "watts": number % 5},
    }


@pytest.fixture
def lamps(shop: Shop) -> Shop:
    """The tiny shop with forty desk lamps, and a desk and a floor lamp that share one word with them."""
    shop.put_items([lamp(number) for number in range(40)])
    shop.put_items(
        [
            {"item_id": "desk", "title": "Oak desk", "brand": "Alder", "price": "1.00"},
            {"item_id": "floor", "title": "Floor lamp", "brand": "Birch", "price": "2.00"},
        ]
    )
    shop.index()
    return shop


def facet(slate: Slate, name: str) -> Facet:
    return next(each for each in slate.facets if each.name == name)


def ids(slate: Slate) -> list[str]:
    return [hit.item.item_id for hit in slate.hits]


def test_facets_count_all_that_matches_whatever_the_page_shows(lamps: Shop) -> None:
    for n, offset in ((1, 0), (5, 20)):
        slate = lamps.search("desk lamp", n=n, offset=offset, facets=("brand", "colour"))
        assert facet(slate, "brand").counts == (("Alder", 14), ("Birch", 13), ("Cedar", 13))
        assert facet(slate, "colour").counts == (("red", 20), ("blue", 10), ("green", 10), ("white", 10))
        assert all(each.exact for each in slate.facets)


def test_a_chosen_value_does_not_count_against_its_own_facet_but_against_the_others(lamps: Shop) -> None:
    slate = lamps.search("desk lamp", filters='brand = "Alder" and watts < 3', facets=("brand", "colour", "watts"))
    assert facet(slate, "brand").counts == (("Alder", 8), ("Birch", 8), ("Cedar", 8))
    assert sum(items for _, items in facet(slate, "colour").counts) == 8 + 3  # 0, 12 and 36 are red and blue
    assert sum(each.items for each in facet(slate, "watts").ranges) == 14


def test_a_condition_over_two_columns_counts_against_both(lamps: Shop) -> None:
    slate = lamps.search("desk lamp", filters='(brand = "Alder" or watts < 1)', facets=("brand",))
    assert facet(slate, "brand").counts == (("Alder", 14), ("Cedar", 3), ("Birch", 2))


def test_categories_are_counted_at_every_level_and_each_level_is_a_filter(lamps: Shop) -> None:
    counts = dict(facet(lamps.search("desk lamp", facets=("categories",)), "categories").counts)
    assert counts == {"Light": 40, "Light > Desk": 40, "Light > Desk > Folding": 20}
    for path, items in counts.items():
        assert lamps.search("desk lamp", filters=f'category = "{path}"', n=100).total == items


def test_what_matches_is_told_apart_from_what_is_only_near_as_the_facets_count_it(lamps: Shop) -> None:
    slate = lamps.search("desk lamp", n=3, facets=("brand",))
    assert slate.matching == Matches(items=40, near=slate.total - 40, exact=True)
    assert slate.matching.near > 0, "the desk and the floor lamp are near"
    for brand, count in facet(slate, "brand").counts:
        narrowed = lamps.search("desk lamp", filters=f'brand = "{brand}"', facets=("brand",), n=100)
        assert narrowed.matching == Matches(items=count, near=narrowed.total - count, exact=True)
    assert lamps.search("desk lamp", sort="price", facets=("brand",)).matching == Matches(40, 0, True)
    assert lamps.search("desk lamp").matching is None, "nothing is counted that nobody asked for"


def test_numbers_are_told_in_ranges_that_hold_about_as_many_each(lamps: Shop) -> None:
    price = facet(lamps.search("desk lamp", facets=("price",)), "price")
    assert (price.low, price.high, price.missing) == (10.0, 49.0, 1)
    assert sum(each.items for each in price.ranges) == 39
    assert all(5 <= each.items <= 12 for each in price.ranges)
    for each in price.ranges[:-1]:
        within = f"price >= {each.low} and price < {each.high}"
        narrowed = lamps.search("desk lamp", filters=within, n=100, facets=("price",))
        assert narrowed.total == each.items
        assert facet(narrowed, "price") == price


def test_facets_of_nothing_are_empty_and_of_one_price_one_range(lamps: Shop) -> None:
    nothing = lamps.search("qqqq", facets=("brand", "price"))
    assert [each.counts for each in nothing.facets] == [(), ()]
    one = facet(lamps.search("desk lamp", filters="watts = 1 and price = 11", facets=("watts",)), "watts")
    assert [(each.low, each.high, each.items) for each in one.ranges] == [(1.0, 1.0, 1)]


@pytest.mark.parametrize(("sort", "best"), [("price", "lamp-00"), ("-price", "lamp-39"), ("newest", "lamp-27")])
def test_a_sort_orders_everything_that_matches(lamps: Shop, sort: str, best: str) -> None:
    slate = lamps.search("desk lamp", sort=sort, n=50)
    assert len(ids(slate)) == slate.total == 40
    assert ids(slate)[0] == best
    assert {"desk", "floor"}.isdisjoint(ids(slate)), "what has half of the words does not match"


def test_unknown_values_stand_last_both_ways(lamps: Shop) -> None:
    for sort in ("price", "-price"):
        assert ids(lamps.search("desk lamp", sort=sort, n=50))[-1] == "lamp-07"


def test_a_sort_by_name_is_that_of_the_alphabet(lamps: Shop) -> None:
    titles = [hit.item.title for hit in lamps.search("desk lamp", sort="name", n=50).hits]
    assert titles == sorted(titles)
    assert [hit.item.title for hit in lamps.search("desk lamp", sort="-name", n=50).hits] == sorted(titles)[::-1]


def test_equal_values_keep_their_order_over_pages(lamps: Shop) -> None:
    whole = ids(lamps.search("desk lamp", sort="watts", n=40))
    pages = [ids(lamps.search("desk lamp", sort="watts", n=7, offset=start)) for start in range(0, 40, 7)]
    assert [each for page in pages for each in page] == whole
    assert len(set(whole)) == 40


def test_popularity_is_that_of_the_last_training(lamps: Shop) -> None:
    lamps.track([{"type": "purchase", "item_id": "lamp-33", "user_id": f"u{each:02d}"} for each in range(1, 9)])
    lamps.train()
    assert ids(lamps.search("desk lamp", sort="popular"))[0] == "lamp-33"


def test_what_the_ranking_finds_counts_when_few_have_the_words(lamps: Shop) -> None:
    slate = lamps.search("龙井 绿茶", sort="price", facets=("brand",), n=50)
    assert ids(slate)
    assert sum(items for _, items in facet(slate, "brand").counts) == slate.total


def test_hits_under_the_score_asked_for_are_left_out_and_not_counted(lamps: Shop) -> None:
    every = lamps.search("desk lamp", n=100)
    bar = every.hits[len(every.hits) // 2].score
    slate = lamps.search("desk lamp", n=100, min_score=bar, facets=("brand",))
    assert 0 < slate.total < every.total
    assert min(hit.score for hit in slate.hits) >= bar
    assert sum(items for _, items in facet(slate, "brand").counts) + facet(slate, "brand").missing == slate.total


def test_variants_are_one_hit_that_names_the_others(lamps: Shop) -> None:
    folder = lamps.path
    (folder / "scenarios").mkdir(exist_ok=True)
    (folder / "scenarios" / "search.toml").write_text(
        'base = "search"\nrerankers = [{part = "sort"}, {part = "facets", count = "groups"}, {part = "variants"}]\n'
    )
    lamps.close()
    import shopmind

    with shopmind.open(folder) as opened:
        slate = opened.search("desk lamp", sort="price", n=50, facets=("brand",))
        assert [hit.item.group_id for hit in slate.hits] == [f"model-{each}" for each in range(10)]
        assert ids(slate)[:2] == ["lamp-00", "lamp-04"]
        assert sorted(slate.hits[0].variants) == ["lamp-01", "lamp-02", "lamp-03"]
        assert facet(slate, "brand").counts == (("Alder", 10), ("Birch", 10), ("Cedar", 10))
        assert slate.matching == Matches(items=10, near=0, exact=True)
        near = opened.search("desk lamp", n=100, facets=("brand",))
        assert near.matching == Matches(items=10, near=near.total - 10, exact=True)
        assert [hit.variants for hit in opened.search("green tea").hits if hit.item.group_id is None] != []


def test_a_description_shows_the_part_that_speaks_of_what_was_asked(lamps: Shop) -> None:
    part = lamps.search("desk lamp", n=1).hits[0].highlights["description"]
    assert part.endswith("The <mark>lamp</mark> for a <mark>desk</mark> folds flat.")
    assert part.startswith("… ")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (Query("search", text="😀"), "no word to look for"),
        (Query("search", text="qqqq"), "no item has them"),
        (Query("search", text="desk lamp", filter="price > 900"), "40 items match the words, none of them passes"),
        (Query("search", text="desk lamp", offset=300), "the page starts after 300"),
        (Query("search", text="desk lamp", min_score=9.0), "reaches 9"),
    ],
)
def test_an_empty_page_says_why(lamps: Shop, query: Query, says: str) -> None:
    slate = lamps.answer(query)
    assert not slate.hits
    assert any(says in each for each in slate.degraded), slate.degraded


def test_words_that_mean_nothing_alone_are_looked_for_when_there_are_no_others(lamps: Shop) -> None:
    assert not any("no word" in each for each in lamps.search("the of and").degraded)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (Query("search", text="lamp", sort="prise"), "did you mean 'price'"),
        (Query("search", text="lamp", sort="-newst"), "did you mean 'newest'"),
        (Query("search", text="qqqq", sort="prise"), "did you mean 'price'"),
        (Query("search", text="lamp", sort="-"), "sort: no item has ''"),
        (Query("search", text="lamp", facets=("colur",)), "did you mean 'colour'"),
        (Query("search", text="lamp", facets=tuple(f"f{each}" for each in range(21))), "at most 20"),
        (Query("search", text="lamp", min_score=float("nan")), "min_score: nan"),
        (Query("home", sort="price"), "'home' has no reranker 'sort'"),
        (Query("home", facets=("brand",)), "'home' has no reranker 'facets'"),
        (Query("search", text="lamp", offset=9_999), "narrow the question"),
    ],
)
def test_what_cannot_be_sorted_or_counted_is_refused_with_what_can(shop: Shop, query: Query, says: str) -> None:
    with pytest.raises(InputError, match=says):
        shop.answer(query)


def test_more_matches_than_are_looked_at_are_said_to_be_a_lower_bound(
    lamps: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST >= 10_000
    monkeypatch.setattr("shopmind.pipeline.matching.MOST", 12)
    slate = lamps.search("desk lamp", sort="price", facets=("brand",))
    assert not facet(slate, "brand").exact
    assert sum(items for _, items in facet(slate, "brand").counts) == 12
    whole = lamps.search("desk lamp", facets=("brand",))
    assert whole.matching == Matches(items=12, near=whole.total - 40, exact=False), "what matches is not called near"
    assert not any(each.startswith("sort:") for each in slate.degraded)
    named = lamps.search("desk lamp", sort="name")
    assert any(each.startswith("sort: more than") for each in named.degraded)


@pytest.mark.parametrize("sort", ["price", "-price", "watts", "newest", "popular"])
def test_a_sort_is_the_same_when_too_many_match_to_be_told(
    lamps: Shop, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    whole = ids(lamps.search("desk lamp", sort=sort, n=39))
    monkeypatch.setattr("shopmind.pipeline.matching.MOST", 12)
    monkeypatch.setattr("shopmind.pipeline.retrievers.ordered.LOOK_AT", 1)
    assert ids(lamps.search("desk lamp", sort=sort, n=20)) == whole[:20]
    assert ids(lamps.search("desk lamp", sort=sort, n=19, offset=20)) == whole[20:]


def test_what_may_not_be_shown_does_not_stand_for_what_matches(lamps: Shop) -> None:
    sold_out = [{"item_id": f"hook-{number}", "title": "Brass hook", "stock": 0} for number in range(12)]
    lamps.put_items([*sold_out, {"item_id": "copper", "title": "Copper hook", "price": "3.00"}])
    lamps.index()
    assert ids(lamps.search("brass hook", sort="price")) == ["copper"]


def test_the_first_of_very_many_are_looked_for_until_there_are_enough(
    lamps: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopmind.pipeline.matching.MOST", 12)
    monkeypatch.setattr("shopmind.pipeline.retrievers.ordered.LOOK_AT", 1)
    request = part_suite.requests(lamps)["regular"]
    asked = replace(request.query, text="desk lamp", sort="-price")
    context = replace(request, query=asked, terms=tuple(Term(token) for token in ("desk", "lamp")))
    items, scores = Ordered(NoOptions(), lamps.tools).retrieve(context, 5)
    found = [item.item_id for item in lamps.catalogue.get(items) if item is not None]
    assert found == [f"lamp-{number:02d}" for number in range(39, 34, -1)]
    assert scores.tolist() == [0, -1, -2, -3, -4]


def test_a_server_goes_on_indexing_after_a_file_was_missing_for_a_moment(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    missed: list[int] = []
    catch_up = Indexer.catch_up

    def missing(indexer: Indexer) -> int:
        if not missed:
            missed.append(1)
            raise FileNotFoundError(2, "No such file or directory")
        return catch_up(indexer)

    monkeypatch.setattr(Indexer, "catch_up", missing)
    shop.follow(every_s=0.02)
    shop.put_items([{"item_id": "zither", "title": "Concert zither", "stock": 2}])
    until(lambda: shop.search("zither").hits)
    assert missed
