"""Models of the response to ads: what each must do, formulas by hand, and the recipe."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import orjson
import polars as pl
import pytest
from scipy.special import expit, logit

from shopmind.domain import EVENT_TYPES
from shopmind.kit.clock import DAY_MS, HOUR_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.shop import Shop
from shopmind.stores.ledger import SHOWN
from shopmind.stores.ports import EVENT_TABLE
from shopmind.training.ads import MENU
from shopmind.training.ads.entire_space import gap
from shopmind.training.ads.factorised import odds, slopes
from shopmind.training.ads.recipe import AdResponseRecipe, Calibrated, seen, views_of, visits
from shopmind.training.ads.response import SPACE, Calibration, Views, code, codes_of, smoothed
from shopmind.training.recipe import Recipe, Tables

NOW_MS = 20_000 * DAY_MS


def views(n: int = 6_000, seed: int = 3) -> Views:
    """Ten ads of different rates; the even ones sell."""
    random = np.random.default_rng(seed)
    ad, other = random.integers(0, 10, n), random.integers(0, 4, n)
    clicked = (random.random(n) < 0.02 + 0.03 * ad).astype(np.float64)
    bought = clicked * (random.random(n) < np.where(ad % 2 == 0, 0.5, 0.05))
    rows = ({"ad": str(a), "other": str(o)} for a, o in zip(ad, other, strict=True))
    return Views(codes_of(rows, ("ad", "other")), clicked, bought.astype(np.float64))


ASKED = codes_of(({"ad": str(each), "other": "1"} for each in range(10)), ("ad", "other"))


@pytest.mark.parametrize("name", list(MENU))
class TestEveryModel:
    def test_it_learns_which_ads_are_clicked_and_which_sell(self, name: str) -> None:
        click, purchase = MENU.load(name).fit(views(), seed=0).chances(ASKED)
        np.testing.assert_allclose(click[[0, 5, 9]], [0.02, 0.17, 0.29], atol=0.08)
        assert (click > 0).all()
        assert (purchase < 1).all()
        if name != "boosted":  # too few purchases for trees
            assert purchase[[6, 8]].min() > purchase[[5, 7, 9]].max()

    def test_it_comes_back_from_its_arrays_as_it_was(self, name: str) -> None:
        model = MENU.load(name).fit(views(600), seed=0)
        again = MENU.load(name).of(model.arrays())
        for mine, theirs in zip(model.chances(ASKED), again.chances(ASKED), strict=True):
            np.testing.assert_array_equal(mine, theirs)

    def test_the_same_seed_fits_the_same(self, name: str) -> None:
        first, second = (MENU.load(name).fit(views(400), seed=5).chances(ASKED) for _ in range(2))
        np.testing.assert_array_equal(first, second)

    def test_without_a_click_it_tells_a_small_rate_of_all(self, name: str) -> None:
        none = views(500)
        model = MENU.load(name).fit(Views(none.codes, np.zeros(500), np.zeros(500)), seed=0)
        click, purchase = model.chances(ASKED)
        np.testing.assert_allclose(click, smoothed(0, 500), rtol=0.9)
        assert np.isfinite(purchase).all()
        assert model.chances(np.empty((0, 2), np.int64))[0].shape == (0,)

    def test_what_it_never_saw_is_about_as_likely_as_the_mean(self, name: str) -> None:
        new = codes_of([{"ad": "new", "other": "new"}], ("ad", "other"))
        click, _ = MENU.load(name).fit(views(), seed=0).chances(new)
        assert 0.02 < click[0] < 0.35


def test_pairs_of_traits_by_hand() -> None:
    # weights 1 and 2; vectors (1, 2) and (3, 4): 1 * 3 + 2 * 4 = 11
    rows = np.zeros((1, 2, 7))
    rows[0, :, :3] = [[1, 1, 2], [2, 3, 4]]
    assert odds(rows).tolist() == [14.0]
    # of the first weight 1; of its vector the other's vector
    np.testing.assert_array_equal(slopes(rows, np.array([0.5]))[0, 0, :3], [0.5, 1.5, 2.0])


def test_the_slope_of_the_product_by_hand() -> None:
    # p = 0.5, q = 0.2, nothing bought: loss = -log(1 - 0.1); d/dq = 0.5 / 0.9; times q (1 - q) = 0.16
    # bought: loss = -log(0.1); d/dq = -1 / 0.2; times 0.16
    found = gap(np.array([0.5, 0.5]), np.array([0.2, 0.2]), np.array([0.0, 1.0]))
    np.testing.assert_allclose(found, [0.5 / 0.9 * 0.16, -0.8])


def test_slopes_are_those_of_differences() -> None:
    random = np.random.default_rng(0)
    rows, step = random.normal(size=(1, 3, 7)), 1e-6
    found = slopes(rows, np.ones(1))[0]
    for trait in range(3):
        for at in range(7):
            moved = rows.copy()
            moved[0, trait, at] += step
            assert (odds(moved) - odds(rows))[0] / step == pytest.approx(found[trait, at], abs=1e-4)


def test_a_calibration_mends_what_is_said_too_high_and_leaves_what_is_right() -> None:
    random = np.random.default_rng(1)
    true = expit(random.normal(-3, 1, 40_000))
    happened = (random.random(40_000) < true).astype(np.float64)
    right = Calibration.of(true, happened)
    assert (right.slope, right.shift) == (pytest.approx(1, abs=0.08), pytest.approx(0, abs=0.2))
    mended = Calibration.of(expit(2 * logit(true) + 1), happened)
    np.testing.assert_allclose(mended.apply(expit(2 * logit(true) + 1)), true, atol=0.03)
    assert Calibration.of(np.empty(0), np.empty(0)) == Calibration(1.0, 0.0)


def test_equal_traits_have_equal_codes_and_names_tell_them_apart() -> None:
    assert code("ad", "1") == code("ad", "1") < SPACE
    assert code("ad", "1") != code("place", "1")


def shown(n: int = 3_000) -> pl.DataFrame:
    """Schema SHOWN: ten ads, each clicked the more the higher its number."""
    random = np.random.default_rng(2)
    ad = random.integers(0, 10, n)
    clicked = random.random(n) < 0.02 + 0.03 * ad
    rows: dict[str, Any] = {
        "number": np.arange(n), "request_id": [f"r{each}" for each in range(n)], "item": ad, "at_ms": [NOW_MS - 1] * n,
        "scenario": ["ads"] * n, "position": random.integers(0, 3, n), "charged_on": [0] * n, "price": [1] * n,
        "state": [0] * n, "traits": [orjson.dumps({"ad": f"ad-{each}"}).decode() for each in ad],
        "foreseen_click": [0.1] * n, "foreseen_purchase": [0.1] * n, "seen": [True] * n, "clicked": clicked,
        "bought": clicked & (random.random(n) < 0.3),
    }  # fmt: skip
    return pl.DataFrame(rows).select(pl.col(name).cast(kind) for name, kind in SHOWN.items())


class TestTheRecipe:
    def fit(self, shop: Shop, frame: pl.DataFrame | None, **options: Any) -> Any:
        events = pl.DataFrame(schema=EVENT_TABLE)
        tables = Tables(events, shop.catalogue.columns(), NOW_MS)
        if frame is not None:
            tables = replace(
                tables, adverts=lambda since, until: frame.filter(pl.col("at_ms").is_between(since, until))
            )
        recipe: Recipe = AdResponseRecipe()
        return recipe.fit(tables, AdResponseRecipe.Options(**options), seed=0, progress=silent)

    def test_it_says_what_is_missing(self, shop: Shop) -> None:
        for frame in (None, shown(100)):
            with pytest.raises(NotReadyError, match="ad_response"):
                self.fit(shop, frame)
        with pytest.raises(ValueError, match="'deep' is not allowed"):
            AdResponseRecipe.Options(model="deep")

    def test_what_it_learned_is_used_in_a_shop(self, shop: Shop) -> None:
        frame = shown().with_columns(
            traits=pl.when(pl.col("item") >= 8).then(pl.lit('{"ad":"ad-nova"}')).otherwise(pl.col("traits"))
        )
        fitted = self.fit(shop, frame)
        figures = fitted.figures
        assert figures["used"]
        assert figures["traits"] == ["ad", "place"]
        assert figures["click"]["auc"] > 0.6
        assert figures["click"]["log_loss"] < figures["click"]["log_loss_of_mean"]
        before = shop.recommend("ads", anchors=["ele-01"])
        assert any("ad_response: not trained yet" in each for each in before.degraded)
        card = {"figures": figures, "event_number": 0, "tail": False}
        shop.artifacts.save("ad_response", fitted.arrays, card)
        shop._answering.refresh()
        slate = shop.recommend("ads", anchors=["ele-01"])
        (hit,) = slate.hits
        assert slate.degraded == ()
        assert hit.placement is not None
        assert hit.placement.chances[0] == pytest.approx(0.27, abs=0.06)  # not the prior's 0.02

    def test_one_that_is_no_better_than_the_mean_is_not_used(self, shop: Shop) -> None:
        random = np.random.default_rng(4)
        even = shown().with_columns(clicked=pl.Series(random.random(3_000) < 0.05))
        assert not self.fit(shop, even).figures["used"]

    def test_only_what_was_seen_counts_where_that_is_known(self) -> None:
        frame = shown(4).with_columns(
            request_id=pl.Series(["a", "a", "b", "c"]),
            seen=pl.Series([True, False, False, True]),
            traits=pl.Series(['{"ad":"1"}', '{"ad":"2"}', '{"ad":"3"}', "{}"]),
        )
        assert seen(frame)["number"].to_list() == [0, 2]
        told, names = views_of(frame.head(1))
        assert names == ("ad", "place")
        assert told.codes.shape == (1, 2)

    def test_the_visits_of_a_day_are_shares_of_its_hours(self) -> None:
        rows = {"timestamp_ms": [NOW_MS - DAY_MS + 9 * HOUR_MS] * 110, "type": [EVENT_TYPES.index("view")] * 110}
        found = visits(pl.DataFrame(rows), NOW_MS)
        assert found[9] == pytest.approx(120 / 350)
        assert sum(found) == pytest.approx(1, abs=1e-4)


def test_a_calibrated_model_is_read_from_its_artifact() -> None:
    model = MENU.load("logistic").fit(views(1_000), seed=0)
    figures = {"model": "logistic", "click": {"calibration": [1.0, -1.0]}, "purchase": {"calibration": [1.0, 0.0]}}
    told, plain = Calibrated.of(model.arrays(), figures).chances(ASKED), model.chances(ASKED)
    np.testing.assert_allclose(logit(told[0]), logit(plain[0]) - 1)
    np.testing.assert_allclose(told[1], plain[1])
