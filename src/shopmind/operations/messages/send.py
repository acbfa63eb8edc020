"""Sending: what is due is taken, looked at once more, handed over and recorded; a crash sends nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from shopmind.domain import Item, User
from shopmind.kit.clock import MINUTE_MS
from shopmind.kit.errors import InputError
from shopmind.operations.messages.campaigns import Campaign, Plans
from shopmind.operations.messages.deliveries import MENU as DELIVERIES
from shopmind.operations.messages.deliveries.delivery import Delivery, Handed, Letter
from shopmind.operations.messages.moments import offset_of, quiet_until
from shopmind.operations.messages.people import language_of, may_write
from shopmind.operations.messages.rendering import Words
from shopmind.operations.messages.slates import log_sent
from shopmind.privacy.erase import being_erased
from shopmind.shop import Shop
from shopmind.shop.postbox import SENDING
from shopmind.stores.lease import Lease
from shopmind.stores.outbox import Cap, Contact, Message, Outcome, breaks

IN_A_ROW = 3
"""Hand-overs of a channel that fail for now, one after the other, before the rest is left for later."""

Ready = tuple[Message, Letter, Contact]


@dataclass
class Sent:
    """What one sending did.

    Attributes:
        counts: channel → state, or why it was skipped → how many.
        found: of messages that a sender left behind as it died: what became of them → how many.
        paused: channel → why the rest is left for later.
    """

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    found: Counter[str] = field(default_factory=Counter)
    paused: dict[str, str] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """Ready for JSON."""
        told = {channel: dict(sorted(each.items())) for channel, each in sorted(self.counts.items())}
        return {"sent": told, "found": dict(sorted(self.found.items())), "paused": dict(self.paused)}


class Sender:
    """The one sender of a shop; a lease of the kernel keeps others out and is given back when it dies."""

    def __init__(self, shop: Shop, plans: Plans) -> None:
        self._shop = shop
        self._plans = plans
        self._outbox = shop.postbox.outbox
        self._words = Words(shop.path, shop.settings.name, plans.public_url)
        self._lease = Lease(shop.path / SENDING)

    def send(self, stop: Callable[[], bool] = lambda: False, *, limit: int | None = None) -> Sent:
        """Hands over what is due now, channel after channel; returns when nothing is left, or `stop` says so.

        Args:
            limit: messages of each channel that are taken at most.

        Raises:
            BusyError: another process is sending.
        """
        told = Sent()
        with self._lease.hold(), ExitStack() as opened:
            deliveries: dict[str, Delivery] = {}
            for channel, (way, options) in self._plans.deliveries.items():
                deliveries[channel] = DELIVERIES.load(way)(options, self._shop.postbox)
                opened.callback(deliveries[channel].close)
            self._find(deliveries, told)
            for channel, delivery in deliveries.items():
                self._channel(channel, delivery, told, stop, limit)
        return told

    def _find(self, deliveries: Mapping[str, Delivery], told: Sent) -> None:
        """Messages in `sending` belong to a sender that is gone, for the lease is ours: were they handed over? All of
        them at once: what is `sending` from now on is in our hands."""
        outcomes = []
        for each in self._outbox.taken():
            delivery = deliveries.get(each.channel)
            there = None if delivery is None else delivery.was_handed(each.channel, each.message_id)
            if there:
                log_sent(self._shop, [each])
                outcomes.append(Outcome(each.message_id, "sent", "found handed over"))
            elif there is False or (delivery is not None and delivery.repeatable):
                outcomes.append(Outcome(each.message_id, "planned", "given back after a crash"))
            else:
                outcomes.append(Outcome(each.message_id, "unknown", "crash while sending"))
            told.found[outcomes[-1].state] += 1
        if outcomes:
            self._outbox.exchange(outcomes, 0, self._shop.folder.clock())

    def _channel(
        self, channel: str, delivery: Delivery, told: Sent, stop: Callable[[], bool], limit: int | None
    ) -> None:
        """One transaction records a batch and takes the next, so that a batch is all that can ever be in doubt."""
        counts = told.counts.setdefault(channel, Counter())
        outcomes: list[Outcome] = []
        failures = taken = 0
        with ThreadPoolExecutor(delivery.at_once) as pool:
            while True:
                n = delivery.at_once if limit is None else min(delivery.at_once, limit - taken)
                now_ms = self._shop.folder.clock()
                batch = self._outbox.exchange(outcomes, 0 if stop() or channel in told.paused else n, now_ms, [channel])
                if not batch:
                    return
                taken += len(batch)
                outcomes, ready = self._looked_at(batch, now_ms)
                ends = list(pool.map(lambda each: delivery.hand_over(each[1]), ready))
                log_sent(self._shop, [each[0] for each, end in zip(ready, ends, strict=True) if end.state == "sent"])
                for each, end in zip(ready, ends, strict=True):
                    outcomes.append(self._outcome(each, end, now_ms))
                    failures = failures + 1 if end.state == "retry" else 0
                    if failures >= IN_A_ROW:
                        told.paused[channel] = end.why
                for outcome in outcomes:
                    counts[outcome.why if outcome.state == "skipped" else outcome.state] += 1

    def _outcome(self, ready: Ready, end: Handed, now_ms: int) -> Outcome:
        message, _, contact = ready
        if end.gone:
            self._outbox.stop([(contact.digest, message.channel, "bounced")], now_ms)
        if end.state != "retry":
            return Outcome(message.message_id, end.state, end.why)
        if message.attempts >= self._plans.max_attempts:
            return Outcome(message.message_id, "failed", f"given up: {end.why}")
        later = now_ms + MINUTE_MS * 4 ** min(message.attempts - 1, 6)
        return Outcome(message.message_id, "planned", end.why, later)

    def _looked_at(self, batch: Sequence[Message], now_ms: int) -> tuple[list[Outcome], list[Ready]]:
        """Consent, stops, caps and hours may have changed since it was planned; so may the goods."""
        first = {each.user_id: each for each in reversed(batch)}
        outcomes = [
            Outcome(each.message_id, "planned", "one a person at a time", now_ms, begun=False)
            for each in batch
            if first[each.user_id] is not each
        ]
        channel, people, mates = batch[0].channel, list(first), Counter(each.user_id for each in batch)
        leaving = being_erased(self._shop.records, people)
        contacts = self._outbox.contacts(people, channel)
        stops = self._outbox.stopped([*people, *(each.digest for each in contacts.values())], channel)
        users = self._shop.users.some([each for each in people if each not in leaving])
        longest = max((cap.window_ms for cap in self._plans.caps), default=0)
        times = self._outbox.times(people, now_ms - longest - 1, tried=True)
        ready: list[Ready] = []
        for user_id, message in first.items():
            user, contact = users.get(user_id), contacts.get(user_id)
            earlier = list(times.get(user_id, ()))
            for _ in range(mates[user_id]):  # themselves
                earlier.remove((channel, now_ms))
            campaign = self._plans.campaigns.get(message.campaign)
            why = may_write(user, contact, channel, stops)
            if campaign is None:
                why = "campaign is gone"
            elif now_ms > message.expires_ms:
                why = "too late"
            elif not why and _over(earlier, channel, now_ms, self._plans.caps):
                why = "cap"
            if why or campaign is None or contact is None:
                outcomes.append(Outcome(message.message_id, "skipped", why, begun=False))
                continue
            until_ms = self._quiet(user, now_ms)
            if until_ms is not None:
                outcomes.append(Outcome(message.message_id, "planned", "quiet hours", until_ms, begun=False))
                continue
            self._write(message, campaign, user, contact, outcomes, ready)
        return outcomes, ready

    def _write(
        self,
        message: Message,
        campaign: Campaign,
        user: User | None,
        contact: Contact,
        outcomes: list[Outcome],
        ready: list[Ready],
    ) -> None:
        items = self._items(message)
        if len(items) < campaign.at_least:
            outcomes.append(Outcome(message.message_id, "skipped", "too few items left", begun=False))
            return
        shown = [item.item_id for item in items]
        data = {"campaign": message.campaign, "run": message.run, "request_id": message.message_id, "items": shown}
        try:
            letter = self._words.letter(
                campaign.template,
                message.channel,
                language_of(user, self._shop.settings.language),
                items,
                message_id=message.message_id,
                address=contact.address,
                title=campaign.title,
                token=self._shop.postbox.token(message.user_id, message.channel),
                data=data,
            )
        except InputError as error:
            outcomes.append(Outcome(message.message_id, "failed", error.message[:200]))
            return
        ready.append((_showing(message, shown), letter, contact))

    def _items(self, message: Message) -> list[Item]:
        """What is still there to be had, in the order it was chosen in."""
        numbers = self._shop.catalogue.numbers(list(message.body.get("items", ())))
        found = self._shop.catalogue.get(numbers[numbers > 0])
        return [item for item in found if item is not None and item.status == "active" and item.stock != 0]

    def _quiet(self, user: User | None, now_ms: int) -> int | None:
        zone = None if user is None else user.attributes.get("timezone")
        return quiet_until(now_ms, self._plans.quiet, offset_of(zone, self._plans.zone, now_ms))


def _showing(message: Message, items: Sequence[str]) -> Message:
    """The message with what of it is shown, for the log."""
    body: Mapping[str, Any] = message.body
    kept = np.isin(body["items"], items)
    columns = {
        name: [value for value, stays in zip(body[name], kept, strict=True) if stays]
        for name in ("items", "scores", "propensities")
        if name in body
    }
    return replace(message, body={**body, **columns})


def _over(times: Sequence[tuple[str, int]], channel: str, now_ms: int, caps: Sequence[Cap]) -> bool:
    return any(
        breaks([at for other, at in times if cap.channel in ("", other)], now_ms, cap)
        for cap in caps
        if cap.channel in ("", channel)
    )
