"""Goods from one's circle: who may be shown what whom chose, and how soon a withdrawn consent holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import shopmind
from shopmind.shop import Shop, create
from shopmind.testing.tiny_shop import make_tiny_shop

YES = {"social": True}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with make_tiny_shop(tmp_path_factory.mktemp("circles") / "shop") as shop:
        yield shop


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Shop]:
    """ann and bob are friends, cas follows ann; each bought a thing of their own."""
    with create(tmp_path / "shop", name="Three", encoder="none") as shop:
        shop.put_items([{"item_id": each, "title": each} for each in ("a", "b", "c", "d")])
        shop.put_users([{"user_id": each, "consent": YES} for each in ("ann", "bob", "cas")])
        shop.put_links(
            [
                {"type": "friend", "source_id": "ann", "target_id": "bob"},
                {"type": "follow", "source_id": "cas", "target_id": "ann"},
            ]
        )
        shop.track([_bought("ann", "a"), _bought("bob", "b"), _bought("cas", "c")])
        yield shop


def _bought(user: str, item: str) -> dict[str, str]:
    return {"type": "purchase", "user_id": user, "item_id": item}


def friends_goods(shop: Shop, user: str, **asked: bool) -> set[str]:
    hits = shop.recommend("social", user=user, **asked).hits  # type: ignore[arg-type]
    return {hit.item.item_id for hit in hits if "friends" in hit.source}


def test_a_friendship_is_read_from_both_ends_and_a_follow_from_one(three: Shop) -> None:
    three.train(["circles"])
    assert friends_goods(three, "ann") == {"b"}
    assert friends_goods(three, "bob") == {"a"}
    assert friends_goods(three, "cas") == {"a"}


def test_links_are_walked_one_step_so_that_a_ring_and_a_link_to_oneself_do_no_harm(three: Shop) -> None:
    three.put_links(
        [
            {"type": "follow", "source_id": "ann", "target_id": "cas"},
            {"type": "follow", "source_id": "bob", "target_id": "bob"},
        ]
    )
    three.train(["circles"])
    assert friends_goods(three, "ann") == {"b", "c"}
    assert friends_goods(three, "bob") == {"a"}
    assert friends_goods(three, "cas") == {"a"}


@pytest.mark.parametrize("consent", [{}, {"social": False}, {"social": True, "personalise": False}])
def test_a_link_that_one_side_does_not_allow_is_none(three: Shop, consent: dict[str, bool]) -> None:
    three.put_users([{"user_id": "ann", "consent": consent}])
    three.train(["circles"])
    assert "circles" in three.untrained()
    assert "none of 3 links" in three.untrained()["circles"]
    assert friends_goods(three, "ann") == friends_goods(three, "bob") == friends_goods(three, "cas") == set()


def test_a_withdrawn_consent_holds_in_the_next_answer(three: Shop) -> None:
    three.train(["circles"])
    three.put_users([{"user_id": "bob", "consent": {"social": False}}])
    assert friends_goods(three, "ann") == set()
    assert friends_goods(three, "bob") == set()
    assert friends_goods(three, "cas") == {"a"}
    three.put_users([{"user_id": "bob", "consent": YES}])
    assert friends_goods(three, "ann") == {"b"}


def test_a_request_that_is_not_to_be_personal_is_told_nothing_of_others(three: Shop) -> None:
    three.train(["circles"])
    assert friends_goods(three, "ann", personal=False) == set()


def test_what_a_friend_does_now_is_in_the_next_answer(three: Shop) -> None:
    three.train(["circles"])
    three.track(_bought("bob", "d"))
    assert friends_goods(three, "ann") == {"b", "d"}


def test_forgetting_wipes_what_was_learned_of_a_person_from_the_artifact(three: Shop) -> None:
    three.train(["circles"])
    artifact = three.artifacts.load("circles")
    assert artifact is not None
    assert artifact.card["personal"] == ["wants"]
    known = int((artifact.arrays["wants_values"] > 0).sum())
    receipt = three.forget("bob")
    assert receipt["erased"]["learned_rows"] == 1
    again = three.artifacts.load("circles")
    assert again is not None
    assert int((again.arrays["wants_values"] > 0).sum()) == known - 1
    number = int(three.catalogue.numbers(["b"])[0])
    assert number not in again.arrays["wants_columns"].tolist()
    assert friends_goods(three, "ann") == set()
    assert three.forget("bob")["erased"]["learned_rows"] == 0


def test_without_links_the_scenario_says_so_and_answers_all_the_same(tmp_path: Path) -> None:
    with create(tmp_path / "shop", name="Alone", encoder="none") as shop:
        shop.put_items([{"item_id": "a", "title": "a"}])
        shop.put_users([{"user_id": "ann", "consent": YES}])
        shop.track(_bought("bob", "a"))
        shop.train(["circles", "popularity"])
        assert any("no links between people" in line for line in shop.readiness()["social"])
        slate = shop.recommend("social", user="ann")
        assert [hit.item.item_id for hit in slate.hits] == ["a"]
        assert any(line.startswith("friends: ") for line in slate.degraded)


def test_a_shop_may_presume_what_its_customers_agreed_to_elsewhere(tmp_path: Path) -> None:
    create(tmp_path / "shop", name="P", encoder="none").close()
    with shopmind.open(tmp_path / "shop", training={"circles": {"presumed": True}}) as shop:
        shop.put_items([{"item_id": "a", "title": "a"}])
        shop.put_users([{"user_id": "ann"}, {"user_id": "bob"}, {"user_id": "cas", "consent": {"social": False}}])
        shop.put_links([{"type": "friend", "source_id": "ann", "target_id": each} for each in ("bob", "cas")])
        shop.track([_bought("bob", "a"), _bought("cas", "a")])
        shop.train(["circles"])
        assert friends_goods(shop, "ann") == {"a"}
        assert friends_goods(shop, "cas") == set()


def test_the_circle_changes_what_the_linear_model_expects(tiny: Shop) -> None:
    hits = tiny.recommend("social", user="u03", explain=True, n=20).hits
    assert any("social" in hit.source for hit in hits)
    said = [reason.text for hit in hits for reason in hit.reasons]
    assert any("people you are linked with" in text.lower() for text in said)
    chinese = tiny.recommend("social", user="u03", explain=True, language="zh", n=20).hits
    assert any("联系" in reason.text for hit in chinese for reason in hit.reasons)
