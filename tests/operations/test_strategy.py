"""The shop looks after itself by its rules: a better candidate is promoted, a worse one is withdrawn, with reasons."""

from __future__ import annotations

from shopmind.kit.clock import format_time
from shopmind.operations.knowledge import Knowledge

from .conftest import CLOTHES, JUNK, RULES, TEA, Life


def test_nothing_is_done_before_a_rule_holds(life: Life) -> None:
    life.rules()
    assert life.steps() == ["idle"]
    life.customers(CLOTHES, people=20)
    assert life.steps() == ["idle"]
    assert life.entries() == []


def test_when_customers_turn_to_clothes_a_candidate_that_knows_it_is_promoted(life: Life) -> None:
    life.rules()
    before = life.served
    life.customers(CLOTHES, people=60)
    assert life.steps() == ["begin", "evaluate", "shadow", "shadow"]  # it waits for requests
    assert life.served == before
    life.clock.pass_hours(1)
    life.ask()
    assert life.steps() == ["ramp", "promote", "promoted", "idle"]
    assert life.served != before
    whats = [what for what, _ in life.entries()]
    assert whats == ["trained", "evaluated", "shadowed", "promoted"]
    reasons = dict(life.entries())
    assert reasons["trained"] == "240 new events (rule: 100)"
    assert "ndcg@10 holds on held-out events: wanted +" in reasons["evaluated"]
    assert {hit.item.item_id for hit in life.shop.recommend("wanted").hits} == set(CLOTHES)


def test_a_candidate_spoilt_by_bots_is_rolled_back_with_its_reason(life: Life) -> None:
    life.rules()
    before = life.served
    life.customers(JUNK, people=28, hours=5)
    life.customers(TEA, people=40, hours=5)
    assert life.steps() == ["begin", "evaluate", "withdraw", "rolled_back", "idle"]
    assert life.served == before
    what, reason = life.entries()[-1]
    assert what == "rolled_back"
    assert reason.startswith("wanted: ndcg@10 does not surely reach +0: -")
    (found, *_) = Knowledge(life.shop).search("why was the candidate of wanted rolled back")
    assert found.entry.reason == reason
    assert found.entry.told("zh").title == "候选模型已撤回:wanted"
    assert Knowledge(life.shop).search("为什么撤回候选模型")[0].entry.what == "rolled_back"
    assert life.steps() == ["idle"]  # and it is not tried again before there is a new reason


def test_every_step_says_what_data_and_code_it_was_made_with_and_about_what(life: Life) -> None:
    life.rules()
    life.customers(CLOTHES, people=60)
    life.steps()
    for entry in Knowledge(life.shop).all():
        assert entry.by == "strategy"
        assert entry.data["event_number"] == life.shop.events.last_number()
        assert entry.data["digest"]
        assert entry.code
        assert entry.metrics
        assert "scenario:wanted" in entry.about
        assert "artifact:popularity" in entry.about
        assert entry.key.startswith("2026")
        assert set(entry.words) == {"en", "zh"}


def test_the_candidate_has_not_seen_what_it_is_asked_for(life: Life) -> None:
    life.rules()
    life.customers(CLOTHES, people=60)
    life.steps()
    cycle = life.strategy.cycle()
    assert cycle is not None
    candidate = life.shop.artifacts.load("popularity", cycle.candidate["popularity"])
    assert candidate is not None
    assert candidate.card["last_event_ms"] < cycle.cutoff_ms
    times = life.shop.events.table(after=cycle.marks["event_number"] - 240)["timestamp_ms"]
    assert (times >= cycle.cutoff_ms).mean() == 0.3


def test_impressions_are_neither_a_reason_nor_do_they_move_what_is_held_out(life: Life) -> None:
    life.rules()
    shown = [{"type": "impression", "item_id": "tea-01", "user_id": "u01", "request_id": "r", "position": 0}] * 500

    def flood(name: str) -> None:
        when = format_time(life.clock())
        life.shop.track([{**row, "event_id": f"{name}-{at}", "timestamp": when} for at, row in enumerate(shown)])

    flood("early")
    assert life.steps() == ["idle"]
    life.customers(CLOTHES, people=60)
    flood("late")
    life.steps()
    cycle = life.strategy.cycle()
    assert cycle is not None
    times = life.shop.events.table(["purchase"], after=cycle.marks["event_number"] - 740)["timestamp_ms"]
    assert (times >= cycle.cutoff_ms).mean() == 0.3


def test_an_old_export_that_is_ingested_late_is_not_held_out(life: Life) -> None:
    life.rules(RULES.replace("new_events = 100", "new_events = 10"))
    rows = [{"type": "view", "item_id": "tea-01", "user_id": "u01", "timestamp": "2026-01-20T00:00:00Z"}] * 20
    life.shop.track([{**row, "event_id": f"old-{place}"} for place, row in enumerate(rows)])
    assert life.steps()[-2:] == ["rolled_back", "idle"]
    cycle = life.strategy.cycle()
    assert cycle is not None
    span = life.shop.events.time_range()
    assert span is not None
    assert cycle.cutoff_ms > span[1]


def test_a_shop_that_was_never_trained_is_trained_and_promoted_at_once(life: Life) -> None:
    life.rules()
    for path in (life.folder / "artifacts" / "popularity").iterdir():
        path.unlink() if path.is_file() else [each.unlink() for each in path.iterdir()]
    assert life.steps() == ["begin", "promote", "promoted", "idle"]
    assert life.entries()[-1] == ("promoted", "nothing was served before")
    assert life.served


def test_a_fit_that_changes_nothing_ends_there(life: Life) -> None:
    life.rules('artifacts = ["copurchase"]' + RULES.replace("new_events = 100", "hours = 1"))
    assert life.steps() == ["begin", "promote", "promoted", "idle"]
    life.clock.pass_hours(2)
    assert life.steps() == ["idle"]  # nothing has happened
    life.shop.track({"type": "search", "query": "tea", "user_id": "u01", "timestamp": format_time(life.clock())})
    assert life.steps() == ["begin", "withdraw", "evaluated", "idle"]
    assert life.entries()[-1] == ("evaluated", "the fit gave what is served already")


def test_too_few_customers_in_the_held_out_time_cannot_say_that_it_is_better(life: Life) -> None:
    life.rules(RULES.replace("least_cases = 10", "least_cases = 1000"))
    before = life.served
    life.customers(CLOTHES, people=60)
    assert life.steps()[-2:] == ["rolled_back", "idle"]
    assert "wanted cannot be judged" in life.entries()[-1][1]
    assert life.served == before
