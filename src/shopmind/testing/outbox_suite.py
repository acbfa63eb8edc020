"""The contract of the port Outbox; a test module brings the fixture `outbox`."""

from __future__ import annotations

import threading

import pytest

from shopmind.kit.clock import DAY_MS
from shopmind.stores.outbox import Cap, Contact, Message, Outbox, Outcome, breaks

NOW = 1_700_000_000_000


def message(name: str, user: str = "u", channel: str = "email", at_ms: int = NOW, **more: object) -> Message:
    """A message that is due at `at_ms`."""
    return Message(name, "weekly", "r1", user, channel, at_ms, at_ms + DAY_MS, **more)  # type: ignore[arg-type]


def reach(outbox: Outbox, *users: str, channel: str = "email") -> None:
    """Gives people an address."""
    outbox.put_contacts([Contact(user, channel, f"{user}@x.example", f"digest-{user}") for user in users])


class OutboxSuite:
    """What every outbox keeps to."""

    def test_a_contact_is_replaced_found_walked_through_and_taken_away(self, outbox: Outbox) -> None:
        reach(outbox, "c", "a", "b")
        reach(outbox, "z", channel="sms")
        outbox.put_contacts([Contact("a", "email", "new@x.example", "d")])
        assert outbox.contacts(["a", "b", "nobody"], "email")["a"] == Contact("a", "email", "new@x.example", "d")
        assert set(outbox.contacts(["a", "b", "nobody"], "email")) == {"a", "b"}
        assert outbox.reachable("email", "", 2) == ["a", "b"]
        assert outbox.reachable("email", "b", 2) == ["c"]
        outbox.put_contacts([Contact("a", "email", "", "")])
        assert outbox.reachable("email", "", 9) == ["b", "c"]

    def test_a_stop_holds_on_its_channel_or_on_all_until_it_is_taken_back(self, outbox: Outbox) -> None:
        outbox.stop([("a", "email", "unsubscribed"), ("b", "", "complained"), ("a", "email", "again")], NOW)
        assert outbox.stopped(["a", "b", "c"], "email") == {"a": "unsubscribed", "b": "complained"}
        assert outbox.stopped(["a", "b", "c"], "sms") == {"b": "complained"}
        assert outbox.allow("a", "email")
        assert not outbox.allow("a", "email")
        assert outbox.stopped(["a"], "email") == {}

    def test_a_stop_that_is_only_for_somebody_known_is_kept_for_nobody_else(self, outbox: Outbox) -> None:
        reach(outbox, "a")
        outbox.stop([("a", "email", "x")], NOW, of="a")
        outbox.stop([("b", "email", "x"), ("digest-b", "email", "x")], NOW, of="b")
        assert outbox.stopped(["a", "b", "digest-b"], "email") == {"a": "x"}

    def test_what_is_planned_twice_is_there_once(self, outbox: Outbox) -> None:
        reach(outbox, "u", "v")
        assert outbox.plan([message("m1"), message("m2", "v"), message("m1")], []) == ["planned", "planned", "there"]
        assert outbox.plan([message("m1"), message("m3", "w")], []) == ["there", "unreachable"]
        assert outbox.plan([], []) == []
        assert outbox.counts() == [("weekly", "r1", "email", "planned", "", 2)]

    def test_caps_count_all_campaigns_what_is_planned_and_what_was_sent(self, outbox: Outbox) -> None:
        reach(outbox, "u")
        reach(outbox, "u", channel="sms")
        caps = [Cap(1, DAY_MS, "email"), Cap(2, DAY_MS)]
        given = [message("m1"), message("m2", at_ms=NOW + DAY_MS - 1), message("m3", channel="sms")]
        assert outbox.plan(given, caps) == ["planned", "capped", "planned"]
        assert outbox.plan([message("m4", channel="sms", at_ms=NOW - 5)], caps) == ["capped"]  # any two of the day
        outbox.exchange([], 1, NOW)
        outbox.exchange([Outcome("m1", "sent")], 0, NOW)
        assert outbox.plan([message("m5", at_ms=NOW + 9)], caps) == ["capped"]
        assert outbox.plan([message("m6", at_ms=NOW + DAY_MS)], caps) == ["planned"]

    def test_what_was_not_received_takes_no_room(self, outbox: Outbox) -> None:
        reach(outbox, "u")
        outbox.plan([message("m1")], [])
        outbox.exchange([], 1, NOW)
        outbox.exchange([Outcome("m1", "failed", "refused")], 0, NOW)
        assert outbox.plan([message("m2")], [Cap(1, DAY_MS)]) == ["planned"]

    def test_only_what_is_due_is_taken_the_soonest_first_and_never_twice(self, outbox: Outbox) -> None:
        reach(outbox, "u")
        reach(outbox, "u", channel="sms")
        outbox.plan([message("m3", at_ms=NOW + 1), message("m2"), message("m1", at_ms=NOW - 1)], [])
        outbox.plan([message("s1", channel="sms")], [])
        taken = outbox.exchange([], 9, NOW, ["email"])
        assert [(each.message_id, each.state, each.attempts, each.tried_ms) for each in taken] == [
            ("m1", "sending", 1, NOW),
            ("m2", "sending", 1, NOW),
        ]
        assert outbox.exchange([], 9, NOW, ["email"]) == []
        assert {each.message_id for each in outbox.taken()} == {"m1", "m2"}
        assert [each.message_id for each in outbox.exchange([], 9, NOW)] == ["s1"]

    def test_an_outcome_is_recorded_and_one_given_back_is_taken_again_at_its_time(self, outbox: Outbox) -> None:
        reach(outbox, "u")
        outbox.plan([message("m1"), message("m2")], [])
        outbox.exchange([], 2, NOW)
        again = Outcome("m1", "planned", "refused for now", NOW + 60)
        assert outbox.exchange([again, Outcome("m2", "unknown", "connection lost")], 9, NOW) == []
        assert [each.message_id for each in outbox.exchange([], 9, NOW + 60)] == ["m1"]
        found = outbox.get("m1")
        assert found is not None
        assert (found.attempts, found.why, found.send_at_ms) == (2, "refused for now", NOW + 60)
        assert outbox.get("nothing") is None
        outbox.exchange([Outcome("m1", "planned", "quiet hours", NOW + 90, begun=False)], 0, NOW + 61)
        assert outbox.get("m1").attempts == 1  # type: ignore[union-attr]
        assert outbox.known(["m1", "m2", "m3"]) == {"m1", "m2"}
        assert sorted(outbox.ids_of("u")) == ["m1", "m2"]

    def test_what_is_done_is_not_undone_by_a_late_word_but_for_a_proof(self, outbox: Outbox) -> None:
        reach(outbox, "u")
        outbox.plan([message("m1"), message("m2")], [])
        outbox.exchange([], 2, NOW)
        outbox.exchange([Outcome("m1", "sent"), Outcome("m2", "unknown", "killed")], 0, NOW)
        outbox.exchange([Outcome("m1", "planned", "late"), Outcome("m2", "failed", "late")], 0, NOW)
        assert [outbox.get(name).state for name in ("m1", "m2")] == ["sent", "unknown"]  # type: ignore[union-attr]
        outbox.exchange([Outcome("m2", "sent", "proved")], 0, NOW)
        assert outbox.get("m2").state == "sent"  # type: ignore[union-attr]

    def test_unknown_ones_wait_for_a_word_and_planned_ones_can_be_cancelled(self, outbox: Outbox) -> None:
        reach(outbox, "u")
        outbox.plan([message(f"m{at}") for at in range(4)], [])
        outbox.exchange([], 2, NOW)
        outbox.exchange([Outcome("m0", "unknown", "killed"), Outcome("m1", "unknown", "killed")], 0, NOW)
        assert len(outbox.listed("weekly", "r1", "unknown")) == 2
        assert outbox.resolve("weekly", "r1", "sent", NOW) == 2
        assert outbox.cancel("weekly", "r1") == 2
        assert outbox.cancel("weekly", "r1") == 0
        assert [(row[3], row[4], row[5]) for row in outbox.counts("weekly", "r1")] == [
            ("sent", "resolved", 2),
            ("skipped", "cancelled", 2),
        ]
        assert outbox.counts("other") == []

    def test_times_tell_when_a_person_is_or_was_written_to(self, outbox: Outbox) -> None:
        reach(outbox, "u")
        outbox.plan([message("m1"), message("m2", at_ms=NOW + 5)], [])
        outbox.exchange([], 1, NOW + 1)
        assert outbox.times(["u", "v"], 0, tried=False) == {"u": [("email", NOW), ("email", NOW + 5)]}
        assert outbox.times(["u"], 0, tried=True) == {"u": [("email", NOW + 1)]}
        assert outbox.times(["u"], NOW + 1, tried=True) == {}

    def test_erasing_a_person_leaves_nothing_but_the_stop_of_an_address(self, outbox: Outbox) -> None:
        reach(outbox, "u", "v")
        outbox.plan([message("m1"), message("m2", "v")], [])
        outbox.stop([("u", "email", "x"), ("digest-u", "email", "x")], NOW)
        assert outbox.erase("u") == {"contacts": 1, "messages": 1, "stops": 1}
        assert outbox.erase("u") == {"contacts": 0, "messages": 0, "stops": 0}
        assert outbox.get("m1") is None
        assert outbox.reachable("email", "", 9) == ["v"]
        assert outbox.stopped(["u", "digest-u"], "email") == {"digest-u": "x"}

    def test_runs_and_their_reports_are_kept_newest_first(self, outbox: Outbox) -> None:
        outbox.put_run("weekly", "r1", {"planned": 1})
        outbox.put_run("daily", "r1", {"planned": 2})
        outbox.put_run("weekly", "r1", {"planned": 3})
        assert outbox.runs() == [("weekly", "r1", {"planned": 3}), ("daily", "r1", {"planned": 2})]

    def test_what_is_done_and_old_is_pruned(self, outbox: Outbox) -> None:
        reach(outbox, "u")
        outbox.plan([message("m1"), message("m2"), message("m3", at_ms=NOW + 9)], [])
        outbox.exchange([], 1, NOW)
        outbox.exchange([Outcome("m1", "sent")], 0, NOW)
        assert outbox.prune(NOW + 1) == 1
        assert outbox.get("m2") is not None

    def test_threads_that_take_side_by_side_take_nothing_twice(self, outbox: Outbox) -> None:
        reach(outbox, "u")
        outbox.plan([message(f"m{at}") for at in range(40)], [])
        taken: list[str] = []

        def take() -> None:
            while found := outbox.exchange([], 3, NOW):
                taken.extend(each.message_id for each in found)

        threads = [threading.Thread(target=take) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(taken) == sorted(f"m{at}" for at in range(40))

    @pytest.mark.parametrize(
        ("times", "at", "most", "broken"),
        [
            ([], 5, 1, False),
            ([5], 5, 1, True),
            ([0], 10, 1, False),  # a stretch of ten does not hold both ends
            ([1], 10, 1, True),
            ([0, 9], 12, 2, False),
            ([3, 9], 12, 2, True),
            ([14, 18], 9, 2, True),
            ([0, 18], 9, 2, False),
        ],
    )
    def test_a_cap_looks_at_every_stretch_that_holds_the_moment(
        self, outbox: Outbox, times: list[int], at: int, most: int, broken: bool
    ) -> None:
        assert breaks(times, at, Cap(most, 10)) is broken
