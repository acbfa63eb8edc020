"""Planning: who gets which items when, block by block; nothing is sent here."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from shopmind.domain import HISTORY_TYPES, History, Query, Slate, User
from shopmind.kit.clock import HOUR_MS, WEEK_MS, format_time
from shopmind.kit.errors import InputError
from shopmind.kit.progress import Progress, silent
from shopmind.kit.seeds import hash64
from shopmind.operations.messages.campaigns import Plans
from shopmind.operations.messages.moments import HOURS, Shares, best_moment, habits, likely, moved, offset_of, shares
from shopmind.operations.messages.people import may_write, personal
from shopmind.operations.messages.rendering import Words
from shopmind.pipeline.rules.segment import belongs
from shopmind.shop import Shop
from shopmind.stores.outbox import Contact, Message

BLOCK = 2_000
"""People of one transaction: what a kill loses at most, and what is held in memory."""
HABIT_WEEKS = 4
"""How far back everybody's habit is looked for."""

_RUN = re.compile(r"[\w.:-]{1,64}")


@dataclass
class Report:
    """What became of everybody who has a contact on the channel.

    Attributes:
        people: how many were looked at. counts: planned, there (planned before), capped, and every reason for none.
        rules: id of a merchandiser's rule → in how many slates it took part.
        degraded: named fallbacks → in how many slates.
        by_hour: hour of the local day → how many are planned for it.
    """

    campaign: str
    run: str
    people: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    degraded: Counter[str] = field(default_factory=Counter)
    by_hour: Counter[int] = field(default_factory=Counter)

    def data(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "campaign": self.campaign,
            "run": self.run,
            "people": self.people,
            "counts": dict(sorted(self.counts.items())),
            "rules": dict(sorted(self.rules.items())),
            "degraded": dict(sorted(self.degraded.items())),
            "by_hour": {str(hour): n for hour, n in sorted(self.by_hour.items())},
        }


class Planner:
    """Plans one campaign of a shop.

    Args:
        now_ms: the moment it is planned at; None takes the clock's.

    Raises:
        NotFoundError: no such campaign, or no words for it.
        InputError: its words cannot be read.
    """

    def __init__(self, shop: Shop, plans: Plans, campaign: str, *, now_ms: int | None = None) -> None:
        self._shop = shop
        self._plans = plans
        self.campaign = plans.campaign(campaign)
        self._now_ms = shop.folder.clock() if now_ms is None else now_ms
        self._local: dict[int, Shares] = {}
        Words(shop.path, shop.settings.name, plans.public_url).check(self.campaign.template, self.campaign.channel)

    def run_name(self) -> str:
        """What a run is called when nobody says: the day. Planning again on the same day goes on with it."""
        return format_time(self._now_ms)[:10]

    def plan(self, run: str | None = None, *, part: tuple[int, int] = (0, 1), progress: Progress = silent) -> Report:
        """Plans a message for each person who may be written to, at most one a person and run.

        It may be killed and asked again: who is planned already stays as planned. A target is looked up once.

        Args:
            part: (i, of): the i-th share of the people, so that processes work side by side.
        """
        name = self.run_name() if run is None else run
        if not _RUN.fullmatch(name):
            raise InputError(f"run {name[:40]!r}: 1 to 64 letters, digits, '.', ':', '_' and '-'", field="run")
        report = Report(self.campaign.name, name)
        wanted = self._wanted()
        for block in self._people(part):
            here = block if wanted is None else [each for each in block if each in wanted]
            self._plan_block(here, name, report)
            progress(f"plan {self.campaign.name}", report.people, None)
        return report

    def preview(self, user_id: str) -> tuple[Slate, int | None, str]:
        """What one pseudonym would get: the slate, when, and why nothing is sent ("" when it is); nothing is kept."""
        campaign = self.campaign
        user = self._shop.users.get(user_id)
        held = self._shop.postbox.outbox.contacts([user_id], campaign.channel) if self._shop.postbox.used else {}
        stops = self._stops([user_id], held)
        why = may_write(user, held.get(user_id), campaign.channel, stops)
        if not why and campaign.segment and not belongs(user, campaign.segment):
            why = "not in the segment"
        someone = User(user_id) if user is None else user
        history = self._history(someone)
        slate = self._slate(someone, history)
        moment = self.moment(someone, history, self._id("preview", user_id))
        if not why and len(slate.hits) < campaign.at_least:
            why = "too few items"
        return slate, moment, why or ("" if moment is not None else "quiet hours")

    def moment(self, user: User, history: History, message_id: str) -> int | None:
        """Epoch milliseconds at which a person is written to; None when every hour is quiet. Nothing is kept.

        Args:
            history: what the person did; what is later than the moment of planning is not looked at.
            message_id: which minute of the hour is drawn from it.
        """
        offset_ms = offset_of(user.attributes.get("timezone"), self._plans.zone, self._now_ms)
        times = history.times_ms[history.times_ms <= self._now_ms]
        local = self._local.get(offset_ms)
        if local is None:
            local = self._local[offset_ms] = moved(self._everybody, offset_ms)
        chances = likely(habits(times, offset_ms), local, self._plans.own_hours)
        within, draw = self.campaign.within_hours, hash64(message_id)
        return best_moment(self._now_ms, within, chances.tolist(), self._plans.quiet, offset_ms, draw)

    def _people(self, part: tuple[int, int]) -> Iterator[list[str]]:
        """Pseudonyms are evenly spread, so that a stretch of them is a share of the people."""
        at, of = part
        after, end = (f"{place * 16**8 // of:08x}" if place < of else "g" for place in (at, at + 1))
        outbox = self._shop.postbox.outbox
        while block := outbox.reachable(self.campaign.channel, after, BLOCK):
            yield [each for each in block if each < end]
            after = block[-1]
            if after >= end:
                return

    def _wanted(self) -> frozenset[str] | None:
        """Pseudonyms of the campaign's target; None where it has none."""
        target = self.campaign.target
        if target is None:
            return None
        found = self._shop.audience_for(
            items=target.items,
            brand=target.brand,
            category=target.category,
            promotion=target.promotion,
            n=target.most,
            least=target.least,
        )
        return frozenset(each.user_id for each in found.people)

    def _stops(self, user_ids: list[str], held: Mapping[str, Contact]) -> dict[str, str]:
        subjects = [*user_ids, *(each.digest for each in held.values())]
        return self._shop.postbox.outbox.stopped(subjects, self.campaign.channel)

    def _plan_block(self, user_ids: list[str], run: str, report: Report) -> None:
        campaign, outbox = self.campaign, self._shop.postbox.outbox
        report.people += len(user_ids)
        held = outbox.contacts(user_ids, campaign.channel)
        stops = self._stops(user_ids, held)
        users = self._shop.users.some(user_ids)
        ids = {self._id(run, each): each for each in user_ids}
        there = outbox.known(list(ids))
        messages = []
        for message_id, user_id in ids.items():
            user = users.get(user_id)
            why = may_write(user, held.get(user_id), campaign.channel, stops)
            if user is None or why:
                report.counts[why] += 1
            elif message_id in there:
                report.counts["there"] += 1
            elif campaign.segment and not belongs(user, campaign.segment):
                report.counts["not in the segment"] += 1
            else:
                messages += self._message(user, message_id, run, report)
        for message, what in zip(messages, outbox.plan(messages, self._plans.caps), strict=True):
            report.counts[what] += 1
            if what == "planned":
                report.by_hour[self._hour(users[message.user_id], message.send_at_ms)] += 1

    def _message(self, user: User, message_id: str, run: str, report: Report) -> list[Message]:
        campaign = self.campaign
        history = self._history(user)
        moment = self.moment(user, history, message_id)
        if moment is None:
            report.counts["quiet hours"] += 1
            return []
        slate = self._slate(user, history)
        report.rules.update(rule.rule_id for rule in slate.applied_rules)
        report.degraded.update(slate.degraded)
        if len(slate.hits) < campaign.at_least:
            report.counts["too few items"] += 1
            return []
        late_ms = moment + int(campaign.late_hours * HOUR_MS)
        return [Message(message_id, campaign.name, run, user.user_id, campaign.channel, moment, late_ms, _body(slate))]

    def _history(self, user: User) -> History:
        if not personal(user):
            return History.empty()
        return self._shop.events.history(user.user_id, None, limit=self._shop.settings.history)

    def _slate(self, user: User, history: History) -> Slate:
        """With a history of its own the answer is logged by nobody; it is once it is sent."""
        campaign = self.campaign
        query = Query(
            campaign.scenario,
            user_id=user.user_id if personal(user) else None,
            filter=campaign.filters,
            n=campaign.n,
            now_ms=self._now_ms,
            history=history,
            personal=personal(user),
            explore=False,
        )
        return self._shop.answer(query)

    @cached_property
    def _everybody(self) -> Shares:
        """(24,) habit of all by hour of UTC, in the last weeks of the log."""
        span = self._shop.events.time_range()
        if span is None:
            return shares(np.zeros(HOURS))
        end_ms = min(span[1], self._now_ms) + 1
        counts = np.zeros(HOURS)
        for week in range(HABIT_WEEKS):  # a piece at a time: the log may be large
            until_ms = end_ms - week * WEEK_MS
            table = self._shop.events.table(HISTORY_TYPES, since_ms=until_ms - WEEK_MS, until_ms=until_ms)
            counts += habits(table["timestamp_ms"].to_numpy(), 0)
        return shares(counts)

    def _hour(self, user: User, at_ms: int) -> int:
        offset_ms = offset_of(user.attributes.get("timezone"), self._plans.zone, self._now_ms)
        return (at_ms + offset_ms) // HOUR_MS % HOURS

    def _id(self, run: str, user_id: str) -> str:
        campaign = self.campaign
        said = "\x1f".join((campaign.name, run, user_id, campaign.channel))
        return hashlib.blake2b(said.encode(), digest_size=12).hexdigest()


def _body(slate: Slate) -> dict[str, Any]:
    """What is kept of the slate until it is sent, and logged then."""
    body: dict[str, Any] = {
        "scenario": slate.scenario,
        "items": [hit.item.item_id for hit in slate.hits],
        "scores": [None if hit.score != hit.score else round(hit.score, 4) for hit in slate.hits],
        "model_version": slate.model_version,
    }
    if slate.variant is not None:
        body["variant"] = slate.variant
    if slate.applied_rules:
        body["rules"] = [[rule.rule_id, rule.version] for rule in slate.applied_rules]
    if any(hit.propensity != 1.0 for hit in slate.hits):
        body["propensities"] = [hit.propensity for hit in slate.hits]
    return body
