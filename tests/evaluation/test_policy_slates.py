"""A candidate scenario told from a shop's own answers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import shopmind
from shopmind.evaluation.policy import evaluate_policy
from shopmind.evaluation.policy_slates import candidate
from shopmind.kit.errors import InputError, NotFoundError
from shopmind.shop import Shop
from shopmind.testing.exploring import EXPLORING, asked, write_exploring

PLAIN = EXPLORING.replace('rerankers = [{part = "epsilon"', 'rerankers = [{part = "top"}]\n#')
REQUESTS = 600


@pytest.fixture(scope="module")
def answered(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, float]]:
    """A shop whose home explored one place; each item is clicked with a rate of its own, wherever it stands. And the
    rate of what stands there without exploring."""
    folder = Path(shutil.copytree(tiny_folder, tmp_path_factory.mktemp("policy") / "shop"))
    write_exploring(folder)
    with shopmind.open(folder) as shop:
        rates, clicks = asked(shop, REQUESTS)
        plain = shop.recommend("home", n=4, explore=False).hits[3].item.item_id
        shop._slates.flush()
        shop.records.delete("slate", shop.records.scan("slate", 1)[0][0])
        shop.track(clicks)
        yield shop, rates[plain]


def write(folder: Path, text: str, name: str = "home.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_candidate_is_told_from_the_places_the_log_explored(answered: tuple[Shop, float], tmp_path: Path) -> None:
    shop, truth = answered
    told = evaluate_policy(shop, target=write(tmp_path, PLAIN), draws=200)
    assert told["refused"] is None, told["refused"]
    assert told["replay"]["explored_places"] == [3]
    assert told["replay"]["other_places_alike"] == 1.0
    assert told["cases"] == REQUESTS
    for name in ("ips", "snips", "dr", "sndr"):
        found = told["estimators"][name]
        assert abs(found["value"] - truth) < 4 * found["error"], (name, truth, found)
    assert any("without exploring" in note for note in told["protocol"]["notes"])


def test_a_candidate_that_shows_what_the_log_could_not_is_refused(answered: tuple[Shop, float], tmp_path: Path) -> None:
    shop, _ = answered
    turned = PLAIN.replace("popularity = 1.0", "popularity = -1.0")
    told = evaluate_policy(shop, target=write(tmp_path, turned), draws=0)
    assert told["refused"] is not None
    assert told["estimators"]["ips"]["value"] is None


def test_a_log_that_did_not_explore_is_refused_with_the_advice_to(shop: Shop, tmp_path: Path) -> None:
    for _ in range(5):
        shop.recommend("home", n=4)
    shop._slates.flush()
    told = evaluate_policy(shop, target=write(tmp_path, 'base = "home"\ntitle = "New"', "new.toml"))
    assert "switch exploration on" in told["refused"]
    assert told["replay"]["first_place_alike"] == 1.0


def test_the_scenario_that_is_meant_is_the_file_s_name_its_base_or_said(shop: Shop, tmp_path: Path) -> None:
    assert candidate(shop, write(tmp_path, 'base = "home"', "cart.toml")).name == "cart"
    assert candidate(shop, write(tmp_path, 'base = "home"\nn = 3', "try.toml")).n == 3
    assert candidate(shop, write(tmp_path, 'base = "home"', "try.toml"), "similar").name == "similar"
    with pytest.raises(InputError, match="whose log is meant"):
        candidate(shop, write(tmp_path, PLAIN, "try.toml"))
    with pytest.raises(InputError, match=r"try.toml line 1: base: 'hom' is not allowed .*did you mean 'home'"):
        candidate(shop, write(tmp_path, 'base = "hom"', "try.toml"), "home")
    with pytest.raises(NotFoundError):
        candidate(shop, tmp_path / "none.toml")


def test_a_shop_is_asked_for_a_scenario_that_it_has_answered(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a scenario file \(.toml\) is the target"):
        evaluate_policy(shop)
    with pytest.raises(NotFoundError, match="no answer of this scenario"):
        evaluate_policy(shop, target=write(tmp_path, 'base = "trending"', "trending.toml"))
    shop.recommend("home", n=4)
    shop._slates.flush()
    with pytest.raises(InputError, match="did you mean 'click'"):
        evaluate_policy(shop, target=write(tmp_path, 'base = "home"'), reward="clicks")
