"""From a plan to letters, and every reason for none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.operations.messages.conftest import PEOPLE, TOML, Writing, agree, reach

import shopmind
from shopmind.kit.errors import BusyError, InputError, NotFoundError
from shopmind.operations.backup import backup, restore
from shopmind.operations.messages import Planner
from shopmind.shop.postbox import SENDING
from shopmind.stores.lease import Lease
from shopmind.stores.outbox import Outcome


def letters(writing: Writing, channel: str = "email") -> list[dict[str, object]]:
    return [
        json.loads(path.read_text("utf-8")) for path in sorted((writing.shop.path / "outbox" / channel).rglob("*.json"))
    ]


def test_everybody_who_agreed_gets_one_letter_with_a_slate_of_their_own(writing: Writing) -> None:
    report = writing.plan()
    assert report.counts["planned"] == len(PEOPLE)
    assert writing.send().counts["email"] == {}  # nothing is due yet: it is sent when people act
    assert writing.day()["sent"] == len(PEOPLE)
    found = letters(writing)
    assert sorted(str(each["address"]) for each in found) == [f"{each}@mail.example" for each in PEOPLE]
    assert len({json.dumps(each["data"]["items"]) for each in found}) > 3  # type: ignore[index]
    assert writing.states() == {"sent": len(PEOPLE)}
    one = found[0]
    slate = writing.shop.records.get("slate", str(one["message_id"]))
    assert slate is not None
    assert slate["items"] == one["data"]["items"]  # type: ignore[index]
    assert (slate["scenario"], slate["campaign"]) == ("messages", ["weekly", "r1", "email"])
    assert oct((writing.shop.path / "messages.db").stat().st_mode & 0o777) == "0o600"


def test_planning_again_plans_nobody_twice_and_sending_again_sends_nothing(writing: Writing) -> None:
    writing.plan()
    assert writing.plan().counts == {"there": len(PEOPLE)}
    writing.day()
    assert writing.send().counts["email"] == {}
    assert writing.plan().counts == {"there": len(PEOPLE)}
    assert len(letters(writing)) == len(PEOPLE)


def test_without_consent_without_contact_or_stopped_nobody_is_written_to(writing: Writing) -> None:
    agree(writing.shop, "u01", email=False)
    writing.shop.put_users([{"user_id": "u02", "attributes": {}}])  # said nothing: that is no
    writing.shop.postbox.put_contacts([{"user_id": "u03", "channel": "email", "address": ""}])
    writing.shop.postbox.put_contacts([{"user_id": "stranger", "channel": "email", "address": "s@mail.example"}])
    writing.shop.postbox.stop(writing.shop.pseudonyms.user("u04"), "email", "complained")
    counts = writing.plan().counts
    assert counts == {"planned": 8, "no consent": 3, "complained": 1}
    assert writing.plan("text").counts == {"planned": 11, "no consent": 1}  # the stop is of the other channel


def test_what_changes_between_plan_and_hand_over_is_heeded(writing: Writing) -> None:
    shop = writing.shop
    writing.plan()
    agree(shop, "u01", email=False)
    shop.postbox.stop(shop.pseudonyms.user("u02"), "")
    shop.postbox.put_contacts([{"user_id": "u03", "channel": "email", "address": ""}])
    shop.forget("u04")
    writing.day()
    assert writing.states() == {"sent": 8, "no consent": 1, "asked": 1, "no contact": 1}
    assert not {f"u0{n}@mail.example" for n in (1, 2, 3, 4)} & {each["address"] for each in letters(writing)}


def test_the_hours_of_the_night_are_quiet_also_for_a_sender_that_comes_late(writing: Writing) -> None:
    writing.plan()
    by_hour = writing.plan("second", "r2")
    assert by_hour.counts == {"capped": len(PEOPLE)}
    writing.at(12.5)  # half past ten at night
    told = writing.send()
    assert told.counts["email"].get("sent", 0) == 0
    due = [each.send_at_ms for each in writing.shop.postbox.outbox.listed("weekly", "r1", "planned")]
    assert all(8 <= at // 3_600_000 % 24 < 21 for at in due)


def test_a_message_that_is_too_late_is_not_sent(writing: Writing) -> None:
    writing.plan()
    writing.at(24 * 3)
    writing.send()
    assert writing.states() == {"too late": len(PEOPLE)}


def test_caps_hold_over_campaigns_and_channels_and_again_at_the_hand_over(writing: Writing) -> None:
    assert writing.plan().counts["planned"] == len(PEOPLE)
    assert writing.plan("second").counts == {"capped": len(PEOPLE)}
    assert writing.plan("text").counts["planned"] == len(PEOPLE)
    assert writing.plan("text", "r2").counts == {"capped": len(PEOPLE)}  # two a day over all channels
    outbox = writing.shop.postbox.outbox
    again = [
        replace(each, message_id=f"x{each.message_id}", campaign="second", run="r9")
        for each in outbox.listed("weekly", "r1", "planned")
    ]
    outbox.plan(again, [])  # as if a clock had been wrong
    writing.day()
    assert writing.states("weekly") == {"sent": len(PEOPLE)}
    assert writing.states("second", "r9") == {"cap": len(PEOPLE)}


def test_goods_that_are_gone_by_then_are_not_shown(writing: Writing) -> None:
    shop = writing.shop
    writing.plan()
    (message, *_) = shop.postbox.outbox.listed("weekly", "r1", "planned", 1)
    gone, sold = message.body["items"][:2]
    shop.put_items(
        [{"item_id": gone, "title": "x", "status": "withdrawn"}, {"item_id": sold, "title": "x", "stock": 0}]
    )
    writing.day()
    shown = {item for each in letters(writing) for item in each["data"]["items"]}  # type: ignore[index]
    assert shown
    assert not shown & {gone, sold}


def test_too_few_goods_mean_no_message(writing: Writing) -> None:
    writing.settle(TOML.format(more='filters = "price < 0.01"'))
    assert writing.plan().counts == {"too few items": len(PEOPLE)}


def test_a_segment_bounds_a_campaign_and_those_who_refuse_to_be_personalised_are_in_none(writing: Writing) -> None:
    agree(writing.shop, "u05", personalise=False)
    writing.settle(TOML.format(more="segment = 'city = \"Leeds\"'"))
    assert writing.plan().counts == {"planned": 11, "not in the segment": 1}
    writing.settle(TOML.format(more=""))
    assert writing.plan("weekly", "r2").counts["planned"] == 1  # the others had one today


def test_who_refuses_to_be_personalised_gets_what_everybody_gets(writing: Writing) -> None:
    shop = writing.shop
    agree(shop, "u05", "u06", personalise=False)
    reach(shop, "newcomer")
    agree(shop, "newcomer")
    planner = Planner(shop, writing.plans, "weekly")
    slates = [
        [hit.item.item_id for hit in planner.preview(shop.pseudonyms.user(each))[0].hits]
        for each in ("u05", "u06", "newcomer", "u01")
    ]
    assert slates[0] == slates[1]
    assert slates[0] == slates[2]
    assert slates[0] != slates[3]


def test_a_preview_says_what_when_and_why_not_and_keeps_nothing(writing: Writing) -> None:
    planner = Planner(writing.shop, writing.plans, "weekly")
    slate, moment, why = planner.preview(writing.shop.pseudonyms.user("u01"))
    assert slate.hits
    assert moment is not None
    assert why == ""
    assert planner.preview(writing.shop.pseudonyms.user("nobody"))[2] == "no contact"
    assert writing.shop.postbox.outbox.counts() == []


def test_rules_of_the_merchandiser_hold_in_messages_and_are_counted(writing: Writing) -> None:
    writing.shop.rules.put({"rule_id": "p", "action": "pin", "items": ["kit-02"], "scenarios": ["messages"]})
    report = writing.plan()
    assert report.rules == {"p": len(PEOPLE)}
    message = writing.shop.postbox.outbox.listed("weekly", "r1", "planned", 1)[0]
    assert message.body["items"][0] == "kit-02"
    assert message.body["rules"] == [["p", 1]]


def test_forgetting_a_person_erases_all_but_the_stop_of_the_address(
    writing: Writing,
) -> None:
    shop, pseudonym = writing.shop, writing.shop.pseudonyms.user("u01")
    writing.plan()
    writing.day()
    shop.postbox.unsubscribe(shop.postbox.token(pseudonym, "email"))
    receipt = shop.forget("u01")
    assert {name: receipt["erased"][name] for name in ("contacts", "messages", "stops", "letters")} == {
        "contacts": 2,
        "messages": 1,
        "stops": 1,
        "letters": 1,
    }
    assert shop.forget("u01")["erased"]["contacts"] == 0
    reach(shop, "u01")  # the same address comes back with a later import: its stop has outlived the person
    agree(shop, "u01")
    assert writing.plan("weekly", "r3").counts["unsubscribed"] == 1


def test_nothing_of_a_forgotten_person_is_left_in_any_file(writing: Writing) -> None:
    shop, pseudonym = writing.shop, writing.shop.pseudonyms.user("u01")
    writing.plan()
    writing.day()
    shop.forget("u01")
    shop.close()
    for path in shop.path.rglob("*"):
        if path.is_file() and path.suffix != ".lease":
            content = path.read_bytes()
            assert b"u01@mail.example" not in content, path.name
            assert pseudonym.encode() not in content, path.name


def test_one_click_ends_the_messages_of_a_channel_for_good(writing: Writing) -> None:
    shop, pseudonym = writing.shop, writing.shop.pseudonyms.user("u01")
    token = shop.postbox.token(pseudonym, "email")
    assert shop.postbox.unsubscribe(token) == "email"
    assert shop.postbox.unsubscribe(token) == "email"
    agree(shop, "u01")  # a later import that says yes does not outweigh a no
    assert writing.plan().counts == {"planned": 11, "unsubscribed": 1}
    assert writing.plan("text").counts["planned"] == 12
    assert shop.postbox.allow(pseudonym, "email")
    assert writing.plan("weekly", "r2").counts["planned"] == 1
    for wrong in ("", token[:-1], token.replace("email", "sms"), "x" * 500, token + "\n"):
        with pytest.raises(NotFoundError, match="not complete"):
            shop.postbox.unsubscribe(wrong)


def test_only_one_sender_sends(writing: Writing) -> None:
    with Lease(writing.shop.path / SENDING).hold(), pytest.raises(BusyError):
        writing.send()


def test_a_campaign_whose_words_are_missing_or_wrong_is_not_planned(writing: Writing) -> None:
    writing.settle(TOML.format(more='template = "other"'))
    with pytest.raises(NotFoundError, match="other/en/subject"):
        writing.plan()
    folder = writing.shop.path / "messages" / "other"
    for language in ("en", "zh"):
        (folder / language).mkdir(parents=True)
        for part in ("subject.txt", "body.txt", "body.html"):
            (folder / language / part).write_text("{{ title ", "utf-8")
    with pytest.raises(InputError, match="line 1"):
        writing.plan()
    with pytest.raises(NotFoundError, match="there are: second, text, weekly"):
        writing.plan("monthly")
    with pytest.raises(InputError, match="run"):
        Planner(writing.shop, writing.plans, "second").plan("a b")


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"channel": "email", "address": "a@b.example"}, "user_id"),
        ({"user_id": "u", "channel": "fax", "address": "1"}, "channel"),
        ({"user_id": "u", "channel": "email", "address": "a@b.example\r\nBcc: c@d.example"}, "address"),
        ({"user_id": "u", "channel": "email", "address": "nobody"}, "address"),
        ({"user_id": "u", "channel": "sms", "address": "call me"}, "address"),
        ({"user_id": "u", "channel": "push", "address": "a b"}, "address"),
        ({"user_id": "u", "channel": "email", "address": 7}, "address"),
    ],
)
def test_a_wrong_contact_is_refused_without_repeating_it(writing: Writing, row: dict[str, object], field: str) -> None:
    status = writing.shop.postbox.put_contacts([row])[0]
    assert (status.status, status.field) == ("rejected", field)
    assert "d.example" not in str(status.reason)


def test_a_message_in_doubt_waits_for_a_word(writing: Writing, tmp_path: Path) -> None:
    writing.plan()
    outbox = writing.shop.postbox.outbox
    while len(taken := outbox.exchange([], 2, writing.now_ms)) < 2:
        outbox.exchange([Outcome(each.message_id, "planned") for each in taken], 0, writing.now_ms)
        writing.at(1)
    outbox.exchange([Outcome(each.message_id, "unknown", "lost") for each in taken], 0, writing.now_ms)
    writing.send()
    assert writing.states().get("unknown") == 2
    assert outbox.resolve("weekly", "r1", "planned", writing.now_ms) == 2
    writing.day()
    assert writing.states() == {"sent": 12}


def test_a_backup_holds_contacts_plans_and_words_and_is_for_its_owner_alone(writing: Writing, tmp_path: Path) -> None:
    writing.plan()
    backup(writing.shop, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "again")
    assert (tmp_path / "again" / "messages.toml").is_file()
    assert oct((tmp_path / "again" / "messages.db").stat().st_mode & 0o777) == "0o600"
    with shopmind.open(tmp_path / "again", clock=lambda: writing.now_ms) as shop:
        assert [row[5] for row in shop.postbox.outbox.counts("weekly")] == [len(PEOPLE)]


def test_shares_of_the_people_are_planned_once_each(writing: Writing) -> None:
    told = [Planner(writing.shop, writing.plans, "weekly").plan("r1", part=(at, 3)) for at in range(3)]
    assert sum(each.people for each in told) == len(PEOPLE)
    assert [set(each.counts) <= {"planned"} for each in told] == [True] * 3
    assert writing.states() == {"planned": len(PEOPLE)}
