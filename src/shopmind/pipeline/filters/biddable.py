"""Ads that may bid in this request: sound terms, in their time, with money left, wanted here and not too often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import User
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.seeds import hash64, uniforms
from shopmind.pipeline.ads.bidding import Bidding, publish
from shopmind.pipeline.ads.book import Ad, AdBook
from shopmind.pipeline.ads.pacing import EVEN
from shopmind.pipeline.ads.standing import Standing, standing
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Filter, Tools
from shopmind.pipeline.rules.segment import belongs
from shopmind.stores.columns import TextColumn
from shopmind.stores.ledger import Account
from shopmind.text.analyse import analyse

LIKED = 50
"""Newest doings whose categories a customer likes."""


class Biddable(Filter):
    """Keeps ads that may bid, and leaves their terms to the parts after it. Whatever is no ad is not kept.

    An ad that has spent ahead of its plan takes part by chance (pipeline/ads/pacing.py), the same for one request
    however often it is looked at. Without an ad the scenario says that it is not ready.
    """

    @dataclass(frozen=True)
    class Options:
        """slack: how far above its plan an ad may be, as a share of its budget, before it takes part no more.
        looks_every_ms: how old the picture of the money may be; the ledger itself is asked before an ad is shown."""

        slack: float = 0.05
        looks_every_ms: int = 500

        def __post_init__(self) -> None:
            if not 0 < self.slack <= 1 or self.looks_every_ms < 0:
                raise ValueError("slack must lie above 0 and up to 1, looks_every_ms must not be below 0")

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._asked = options
        self._book = AdBook(tools.catalogue)
        self._standing: Standing | None = None

    def ready(self) -> None:
        """Raises NotReadyError while no ad has terms that can be used."""
        ads = self._book.read(self._tools.catalogue.columns())
        if not ads.sound:
            why = next(iter(ads.wrong.values()), "items of kind ad with advertiser, pricing, bid and budget come first")
            raise NotReadyError(f"there is no ad that may bid: {why}")

    def keep(self, context: Context) -> NDArray[np.bool_]:
        """See Filter."""
        now = self._now(context)
        seed = hash64(f"{context.draw or context.query.session_id or context.query.user_id} pacing")
        lots = uniforms(seed, context.columns.tie[now.numbers])
        taking_part = now.numbers[lots < now.chances].tolist()
        request = _Request(context, self._tools)
        found = {**now.always, **{number: now.ads[number] for number in taking_part if request.wants(now.ads[number])}}
        bidding = Bidding.of(found, now.lots)
        publish(context, bidding)
        keep = np.zeros(context.columns.size, np.bool_)
        keep[bidding.numbers] = True
        return keep

    def _now(self, context: Context) -> Standing:
        """Which ads may bid by schedule and money, looked at again when the catalogue changed or time went on."""
        held, columns = self._standing, context.columns
        if (
            held is None
            or held.change != columns.change
            or abs(context.now_ms - held.at_ms) >= self._asked.looks_every_ms
        ):
            ledger = self._tools.ledger
            accounts = {} if ledger is None else ledger.accounts(context.now_ms // DAY_MS)
            ads = self._book.read(columns)
            held = standing(
                ads,
                lambda number: accounts.get(number, Account()),
                context.now_ms,
                slack=self._asked.slack,
                visits=self._visits(),
            )
            self._standing = held
        return held

    def _visits(self) -> tuple[float, ...]:
        """(24,) share of a day's visits by UTC hour, as learned with what ads are clicked."""
        try:
            told = self._tools.artifact("ad_response").card["figures"].get("visits")
        except NotReadyError:
            told = None
        return EVEN if told is None else tuple(told)


class _Request:
    """What targeting asks of one request; each thing is found when the first ad asks for it."""

    def __init__(self, context: Context, tools: Tools) -> None:
        self._context = context
        self._tools = tools
        self._tokens: frozenset[str] | None = None
        self._paths: tuple[str, ...] | None = None
        self._user: tuple[User | None] | None = None
        self._shown: dict[int, list[int]] | None = None

    def wants(self, ad: Ad) -> bool:
        """Whether the ad may be shown here, to this customer, once more."""
        terms = ad.terms
        if terms.scenarios and self._context.query.scenario not in terms.scenarios:
            return False
        if ad.asked and not any(word <= self._asked_for() for word in ad.asked):
            return False
        if terms.categories and not any(
            path == name or path.startswith(f"{name} > ") for path in self._about() for name in terms.categories
        ):
            return False
        if terms.users and not belongs(self._who(), terms.users):
            return False
        return not terms.cap or self._times(ad) < terms.cap

    def _asked_for(self) -> frozenset[str]:
        if self._tokens is None:
            self._tokens = frozenset(analyse(self._context.text))
        return self._tokens

    def _about(self) -> tuple[str, ...]:
        """Category paths of what is asked for, in view, and was chosen lately."""
        if self._paths is None:
            self._paths = tuple(dict.fromkeys([*self._context.categories, *_paths(self._context)]))
        return self._paths

    def _who(self) -> User | None:
        if self._user is None:
            query, users = self._context.query, self._tools.users
            known = query.user_id is not None and query.personal and users is not None
            self._user = (users.get(str(query.user_id)) if known and users is not None else None,)
        return self._user[0]

    def _times(self, ad: Ad) -> int:
        """How often this customer was shown it lately."""
        if self._tools.ledger is None:
            return 0
        if self._shown is None:
            query = self._context.query
            since_ms = self._context.now_ms - 31 * DAY_MS
            told = self._tools.ledger.times_shown(query.user_id, query.session_id, since_ms)
            self._shown = {number: list(times) for number, times in told.items()}
        times = self._shown.get(ad.number)
        since_ms = self._context.now_ms - ad.terms.cap_ms
        return 0 if times is None else sum(time > since_ms for time in times)


def _paths(context: Context) -> Iterator[str]:
    column = context.columns.column("categories")
    if not isinstance(column, TextColumn):
        return
    liked = context.history.items[-LIKED:] if context.query.personal else ()
    for item in (*context.anchors.tolist(), *dict.fromkeys(int(each) for each in liked)):
        if (path := column.text(item)) is not None:
            yield path
