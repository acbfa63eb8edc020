from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import shopmind
from shopmind.domain import Query, Slate
from shopmind.kit.clock import DAY_MS, format_time, parse_time, system_clock
from shopmind.kit.errors import InputError, NotFoundError
from shopmind.kit.toml import dumps
from shopmind.operations.backup import backup
from shopmind.operations.doctor import examine
from shopmind.scenarios.experiment import Experiment
from shopmind.scenarios.experiments import clash
from shopmind.shop import Shop, experiment_book, experimenting

HALVES: dict[str, Any] = {
    "title": "Fewer at home",
    "scenario": "home",
    "variants": {"plain": {"share": 0.5}, "few": {"share": 0.5, "n": 3}},
}
USERS = [f"visitor-{i}" for i in range(60)]


def arms(shop: Shop, scenario: str = "home") -> dict[str, str | None]:
    return {user: shop.recommend(scenario, user=user).variant for user in USERS}


def told(slate: Slate) -> tuple[str, ...]:
    """What `degraded` says of experiments; the tiny shop is too small for some artifacts of home."""
    return tuple(each for each in slate.degraded if each.startswith("experiment"))


def running(shop: Shop, name: str = "fewer", **keys: Any) -> None:
    shop.experiments.put(name, {**HALVES, **keys})
    shop.experiments.start(name)


def test_a_unit_is_answered_by_its_variant_and_the_answer_says_so(shop: Shop) -> None:
    assert shop.recommend("home", user="u01").variant is None
    running(shop)
    seen: Counter[str | None] = Counter()
    for user in USERS:
        slate = shop.recommend("home", user=user)
        seen[slate.variant] += 1
        assert (len(slate.hits) == 3) == (slate.variant == "fewer/few")
        assert slate.variant == shop.recommend("home", user=user).variant
        assert told(slate) == ()
    assert min(seen["fewer/plain"], seen["fewer/few"]) > 15
    assert set(seen) == {"fewer/plain", "fewer/few"}
    assert shop.recommend("similar", user="u01", anchors=["tea-01"]).variant is None


def test_the_record_and_the_impressions_carry_the_variant(shop_folder: Path) -> None:
    with shopmind.open(shop_folder, impressions="served") as shop:
        running(shop)
        slate = shop.recommend("home", user="u01")
        shop._slates.flush()
        body = shop.records.get("slate", slate.request_id)
        assert body is not None
        assert body["variant"] == slate.variant
        assert "teams" not in body
        shown = shop.events.table(["impression"], whole=True).filter(request_id=slate.request_id)
        assert shown["variant"].to_list() == [slate.variant] * len(slate.hits)


def test_visitors_without_the_unit_take_no_part_and_neither_do_questions_that_are_not_logged(shop: Shop) -> None:
    running(shop)
    assert shop.recommend("home", session="s").variant is None
    assert shop.recommend("home").variant is None
    history = shop.events.history(None, None)
    assert shop.answer(Query("home", user_id="x", history=history)).variant is None
    shop.experiments.stop("fewer")
    running(shop, "sessions", unit="session")
    assert shop.recommend("home", session="s").variant is not None
    assert shop.recommend("home", user="u01").variant is None


def test_who_is_held_out_sees_the_plain_scenario_under_that_name(shop: Shop) -> None:
    running(shop, holdout=0.5)
    seen = {user: shop.recommend("home", user=user) for user in USERS}
    held = [slate for slate in seen.values() if slate.variant == "fewer/holdout"]
    assert 15 < len(held) < 45
    assert all(len(slate.hits) == shop.scenarios["home"].n for slate in held)


def test_a_file_is_taken_up_without_a_restart_and_a_wrong_one_leaves_what_was_before(shop: Shop) -> None:
    running(shop)
    before = arms(shop)
    path = shop.path / "experiments" / "fewer.toml"
    good = path.read_text("utf-8")
    path.write_text(good.replace("n = 3", "n = 3.5"), "utf-8")
    shop.experiments.all()  # looks at once
    slate = shop.recommend("home", user="u01")
    assert told(slate)[0].startswith("experiments: experiments/fewer.toml line")
    assert arms(shop) == before
    assert told(shop.recommend("similar", user="u01", anchors=["tea-01"])) == ()
    path.write_bytes(b"title = \xff")
    assert shop.experiments.fault == "experiments/fewer.toml: not UTF-8 at byte 8"
    (shop.path / "experiments" / "folder.toml").mkdir()
    path.write_text(good, "utf-8")
    assert shop.experiments.fault.startswith("experiments/folder.toml: cannot be read")
    assert arms(shop) == before
    (shop.path / "experiments" / "folder.toml").rmdir()
    path.write_text(good.replace("n = 3", "n = 2"), "utf-8")
    few = next(user for user, arm in before.items() if arm == "fewer/few")
    assert shop.experiments.get("fewer").remarks == (
        "variant few answers otherwise than at the start: figures mix both",
    )
    assert len(shop.recommend("home", user=few).hits) == 2


def test_a_wrong_file_is_refused_when_the_shop_is_opened(shop_folder: Path) -> None:
    (shop_folder / "experiments").mkdir()
    (shop_folder / "experiments" / "broken.toml").write_text('title = "T"\nscenario = "hme"\n[variants]\n', "utf-8")
    with pytest.raises(InputError, match=r"experiments/broken.toml line 2: scenario: 'hme' is not allowed"):
        shopmind.open(shop_folder)


def test_a_variant_removed_while_running_falls_back_by_name_and_moves_nobody_else(shop: Shop) -> None:
    three = {"plain": {"share": 0.3}, "few": {"share": 0.3, "n": 3}, "two": {"share": 0.4, "n": 2}}
    running(shop, variants=three)
    before = arms(shop)
    shop.experiments.put("fewer", {**HALVES, "variants": {"plain": {"share": 0.3}, "two": {"share": 0.4, "n": 2}}})
    after = arms(shop)
    for user, arm in before.items():
        if arm == "fewer/few":
            slate = shop.recommend("home", user=user)
            assert slate.variant is None
            assert told(slate) == ("experiment fewer: variant few was removed, the plain scenario answers",)
            assert len(slate.hits) == shop.scenarios["home"].n
        else:
            assert after[user] == arm
    assert shop.experiments.get("fewer").remarks == ("variant few was removed: its units see the plain scenario",)


def test_shares_and_salt_hold_as_at_the_start_and_a_new_variant_gets_nobody(shop: Shop) -> None:
    running(shop)
    before = arms(shop)
    late = {"plain": {"share": 0.2}, "few": {"share": 0.4, "n": 3}, "late": {"share": 0.4, "n": 1}}
    shop.experiments.put("fewer", {**HALVES, "variants": late, "salt": "other"})
    assert arms(shop) == before
    remarks = " ".join(shop.experiments.get("fewer").remarks)
    for word in ("late came after the start", "plain holds its share of 0.5", "salt holds"):
        assert word in remarks


def test_a_higher_ramp_keeps_who_was_in(shop: Shop) -> None:
    running(shop, ramp=0.2)
    before = arms(shop)
    shop.experiments.put("fewer", {**HALVES, "ramp": 0.7})
    after = arms(shop)
    assert sum(each is not None for each in before.values()) < sum(each is not None for each in after.values())
    assert all(after[user] == arm for user, arm in before.items() if arm is not None)


def test_a_file_that_goes_leaves_its_units_on_the_plain_scenario_by_name(shop: Shop) -> None:
    running(shop)
    (shop.path / "experiments" / "fewer.toml").unlink()
    state = shop.experiments.get("fewer")
    assert (state.status, state.experiment) == ("running", None)
    slate = shop.recommend("home", user="u01")
    assert slate.variant is None
    assert told(slate) == ("experiment fewer: its file is gone, the plain scenario answers",)
    shop.experiments.stop("fewer")
    assert told(shop.recommend("home", user="u01")) == ()


def test_layers_are_dealt_apart_and_their_variants_are_laid_over_each_other(shop: Shop) -> None:
    running(shop)
    ranked = {"a": {"share": 0.5}, "b": {"share": 0.5, "ranker": {"part": "fusion", "by": "rank"}}}
    running(shop, "ranked", layer="order", variants=ranked)
    seen = {user: shop.recommend("home", user=user) for user in USERS}
    assert {slate.variant for slate in seen.values()} == {
        f"fewer/{one}+ranked/{two}" for one in ("plain", "few") for two in "ab"
    }
    assert all((len(slate.hits) == 3) == ("fewer/few+" in str(slate.variant)) for slate in seen.values())


def test_an_experiment_that_would_meet_another_is_neither_written_nor_started(shop: Shop) -> None:
    running(shop, share=0.5)
    shop.experiments.put("other", {**HALVES, "share": 0.6})
    with pytest.raises(InputError, match="in layer 'default'"):
        shop.experiments.start("other")
    with pytest.raises(InputError, match="in layer 'default'"):
        shop.experiments.put("third", {**HALVES, "start": format_time(system_clock())})
    assert [state.name for state in shop.experiments.all()] == ["fewer", "other"]
    shop.experiments.put("other", {**HALVES, "share": 0.5, "from": 0.5})
    shop.experiments.start("other")
    seen = {user: shop.recommend("home", user=user).variant or "" for user in USERS}
    assert {each.split("/")[0] for each in seen.values()} == {"fewer", "other"}


@pytest.mark.parametrize("how", ["started", "written"])
def test_of_two_that_would_meet_and_come_at_the_same_moment_one_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    times = {"start": format_time(system_clock() + DAY_MS)} if how == "written" else {}
    names = ("one", "other")
    if how == "started":
        for name in names:
            shop.experiments.put(name, HALVES)
    both = threading.Barrier(2)

    def checked(experiments: Iterable[Experiment]) -> None:
        clash(experiments)
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(0.5)  # so that the other one, too, has been checked if it can be

    monkeypatch.setattr(experimenting, "clash", checked)

    def change(process: Shop, name: str) -> str:
        try:
            process.experiments.start(name) if how == "started" else process.experiments.put(name, HALVES | times)
        except InputError as error:
            return error.message
        return ""

    with shopmind.open(shop.path) as second, ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(change, (shop, second), names))
    assert said[0] == ""
    assert "in layer 'default'" in said[1]
    shopmind.open(shop.path).close()  # it would not open if they met


def test_a_stop_outlives_the_start_that_another_process_finds_in_the_file(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiments = shop.path / "experiments"
    experiments.mkdir()
    shop.experiments.all()
    with shopmind.open(shop.path) as other:
        start = format_time(system_clock() - DAY_MS)
        (experiments / "fewer.toml").write_text(f'start = "{start}"\n' + dumps(HALVES, sections=("variants",)), "utf-8")
        given = experiment_book.started

        def late(*what: Any, **how: Any) -> dict[str, Any]:
            monkeypatch.setattr(experiment_book, "started", given)
            other.experiments.stop("fewer")
            return given(*what, **how)

        monkeypatch.setattr(experiment_book, "started", late)
        shop.experiments.all()
        for each in (shop, other):
            state = each.experiments.get("fewer")
            assert (state.status, state.started_ms) == ("stopped", parse_time(start))


def test_start_and_end_of_the_file_are_kept(shop_folder: Path) -> None:
    now = [system_clock()]
    with shopmind.open(shop_folder, clock=lambda: now[0]) as shop:
        times = {"start": format_time(now[0] + DAY_MS), "end": format_time(now[0] + 3 * DAY_MS)}
        shop.experiments.put("fewer", {**HALVES, **times})
        assert shop.experiments.get("fewer").status == "scheduled"
        assert shop.recommend("home", user="u01").variant is None
        now[0] += 2 * DAY_MS
        assert shop.experiments.get("fewer").status == "running"
        assert shop.experiments.get("fewer").started_ms == parse_time(times["start"])
        assert shop.recommend("home", user="u01").variant is not None
        now[0] += 2 * DAY_MS
        assert shop.experiments.get("fewer").status == "ended"
        assert shop.recommend("home", user="u01").variant is None
        shop.experiments.stop("fewer")
        with pytest.raises(InputError, match="has passed"):
            shop.experiments.start("fewer")


def test_another_process_follows_and_a_backup_has_the_definitions(shop: Shop, tmp_path: Path) -> None:
    with shopmind.open(shop.path) as other:
        running(shop)
        other.experiments.all()
        assert arms(other) == arms(shop)
    backup(shop, tmp_path / "copy")
    assert (tmp_path / "copy" / "experiments" / "fewer.toml").is_file()


def test_the_doctor_says_what_runs_and_what_is_not_as_it_was(shop: Shop) -> None:
    assert [each for each in examine(shop) if each.name.startswith("experiment")] == []
    running(shop)
    running(shop, "sessions", unit="session", layer="other", scenario="similar")
    shop.experiments.put("fewer", {**HALVES, "salt": "other"})
    found = [each for each in examine(shop) if each.name.startswith("experiment")]
    assert [(each.name, each.state) for each in found] == [("experiments", "ok"), ("experiment fewer", "warn")]
    assert found[0].text == "2, 2 running: fewer, sessions"
    (shop.path / "experiments" / "fewer.toml").write_text("title = 1", "utf-8")
    assert "experiments/fewer.toml line 1" in next(e for e in examine(shop) if e.name == "experiments").text


def test_what_is_not_there_or_not_allowed_is_said(shop: Shop) -> None:
    for work in (shop.experiments.get, shop.experiments.start, shop.experiments.stop):
        with pytest.raises(NotFoundError, match="no experiment 'none'"):
            work("none")
    with pytest.raises(InputError, match="no name of an experiment"):
        shop.experiments.put("../x", HALVES)
    with pytest.raises(InputError, match="cannot be written"):
        shop.experiments.put("x", {**HALVES, "title": None})
    with pytest.raises(InputError, match="is not a table"):
        shop.experiments.put("x", {**HALVES, "variants": ["a"]})
    assert not (shop.path / "experiments").exists()


def test_what_a_variant_needs_is_trained_with_the_scenarios(shop: Shop) -> None:
    needs = {"plain": {"share": 0.5}, "ease": {"share": 0.5, "retrievers": {"trending": {"k": 20}}}}
    running(shop, scenario="cart", variants=needs)
    assert {way.scenario.name for way in shop.experiments.chooser.ways()} == {"cart"}
    assert "trending" in {artifact.name for artifact in shop.train()}
    shop.warm()


DRAFT: dict[str, Any] = {
    "title": "Two orders of home",
    "kind": "interleaving",
    "scenario": "home",
    "variants": {
        "now": {},
        "plain": {"ranker": {"part": "fusion", "by": "rank"}, "retrievers": {"fresh": {"k": 60}}},
    },
}


def test_an_interleaving_shows_both_in_one_slate_and_says_whose_each_hit_is(shop_folder: Path) -> None:
    with shopmind.open(shop_folder, impressions="served") as shop:
        shop.experiments.put("orders", DRAFT)
        shop.experiments.start("orders")
        slate = shop.recommend("home", user="u01", n=8)
        assert slate.variant == "orders/interleaved"
        assert set(slate.teams) == {"orders/now", "orders/plain"}
        assert len(slate.teams) == len(slate.hits) == 8
        assert [hit.position for hit in slate.hits] == list(range(8))
        assert len({hit.item.item_id for hit in slate.hits}) == 8
        assert all(hit.propensity is not None and 0 < hit.propensity <= 1 for hit in slate.hits)
        shop._slates.flush()
        body = shop.records.get("slate", slate.request_id)
        assert body is not None
        assert body["teams"] == list(slate.teams)
        shown = shop.events.table(["impression"], whole=True).filter(request_id=slate.request_id).sort("position")
        assert shown["variant"].to_list() == list(slate.teams)
        assert shown["propensity"].to_list() == pytest.approx([hit.propensity for hit in slate.hits])


def test_the_pages_of_an_interleaved_slate_fit_together(shop: Shop) -> None:
    shop.experiments.put("orders", DRAFT)
    shop.experiments.start("orders")

    def ids(slate: Slate) -> list[str]:
        return [hit.item.item_id for hit in slate.hits]

    whole = shop.recommend("home", user="u01", n=8)
    pages = [shop.recommend("home", user="u01", n=4, offset=offset) for offset in (0, 4)]
    assert ids(whole) == ids(pages[0]) + ids(pages[1])
    assert whole.teams == pages[0].teams + pages[1].teams
    assert [hit.position for hit in pages[1].hits] == [4, 5, 6, 7]


def test_an_interleaving_that_lost_a_team_says_so(shop: Shop) -> None:
    shop.experiments.put("orders", DRAFT)
    shop.experiments.start("orders")
    shop.experiments.put("orders", {**DRAFT, "variants": {"now": {}, "new": {"n": 5}}})
    slate = shop.recommend("home", user="u01")
    assert slate.variant is None
    assert told(slate)[-1] == "experiment orders: variant plain was removed, the plain scenario answers"
