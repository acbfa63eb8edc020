"""What advertisers got for their money: each ad, and each advertiser, over a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from shopmind.kit.clock import DAY_MS, format_time
from shopmind.kit.errors import not_allowed
from shopmind.pipeline.ads.book import Ad, AdBook
from shopmind.pipeline.ads.standing import standing
from shopmind.pipeline.filters.biddable import Biddable
from shopmind.shop import Shop
from shopmind.stores.ad_terms import money
from shopmind.stores.ledger import Account


@dataclass(frozen=True, slots=True)
class AdFigures:
    """What was shown and came of it. Money is in major units; what has no denominator is None.

    Attributes:
        shown: answers that held it. seen: those of them that were reported as seen, or clicked.
        purchases: of the ad, or of what it leads to after a click.
        spent: charged in this time. foreseen_clicks: as the ranking foresaw, of the same answers.
    """

    shown: int = 0
    seen: int = 0
    clicks: int = 0
    purchases: int = 0
    spent: float = 0.0
    foreseen_clicks: float = 0.0
    click_rate: float | None = None
    per_click: float | None = None
    per_thousand: float | None = None


@dataclass(frozen=True, slots=True)
class AdLine:
    """One ad.

    Attributes:
        state: "bids", or why it does not.
        budget, left, held: of the whole flight; None without terms that can be used.
    """

    item_id: str
    title: str
    advertiser: str
    pricing: str | None
    bid: float | None
    budget: float | None
    spent_in_all: float | None
    held: float | None
    state: str
    figures: AdFigures


@dataclass(frozen=True, slots=True)
class AdsReport:
    """All ads, dearest first, and their advertisers.

    Attributes:
        left_out: how many ads do not bid now.
    """

    since_ms: int
    until_ms: int
    currency: str | None
    ads: tuple[AdLine, ...]
    advertisers: Mapping[str, AdFigures]
    left_out: int


def ads(shop: Shop, days: float = 30.0, advertiser: str = "") -> AdsReport:
    """The report of the last days, after what came by now was charged.

    Args:
        advertiser: only the ads of this one; "" is all.

    Raises:
        InputError: no ad is of this advertiser.
    """
    ledger, now_ms = shop.folder.database.ledger, int(shop.folder.clock())
    ledger.settle(now_ms)
    book = AdBook(shop.catalogue).read(shop.catalogue.columns())
    accounts = ledger.accounts(now_ms // DAY_MS)
    now = standing(book, lambda item: accounts.get(item, Account()), now_ms, slack=Biddable.Options().slack)
    since_ms = now_ms - round(days * DAY_MS)
    shown = ledger.shown(since_ms, now_ms + 1)
    currency = next((ad.terms.currency for ad in book.sound.values()), None)
    totals = _totals(shown, "item", currency)
    numbers = sorted({*book.sound, *book.wrong})
    paced = dict(zip(now.numbers.tolist(), now.chances.tolist(), strict=True))
    lines, named = [], dict[int, str]()
    for number, item in zip(numbers, shop.catalogue.get(numbers), strict=True):
        if item is None:
            continue
        ad = book.sound.get(number)
        name = ad.terms.advertiser if ad is not None else str(item.attributes.get("advertiser") or item.brand or "")
        named[number] = name
        chance = paced.get(number, 1.0)
        state = now.why.get(number) or ("bids" if chance == 1 else f"paced: takes part in {chance:.0%} of the requests")
        money_of = _money(ad, accounts.get(number, Account()))
        lines.append(AdLine(item.item_id, item.title, name, *money_of, state, totals.get(number, AdFigures())))
    if advertiser and advertiser not in named.values():
        raise not_allowed("advertiser", advertiser, set(named.values()), field="advertiser")
    by_name = shown.with_columns(name=pl.col("item").replace_strict(named, default="", return_dtype=pl.String))
    kept = sorted(
        (line for line in lines if advertiser in ("", line.advertiser)),
        key=lambda line: (-line.figures.spent, -(line.spent_in_all or 0.0), line.item_id),
    )
    advertisers = {name: each for name, each in sorted(_totals(by_name, "name", currency).items()) if name}
    return AdsReport(
        since_ms,
        now_ms,
        currency,
        tuple(kept),
        {name: each for name, each in advertisers.items() if advertiser in ("", name)},
        sum(line.state != "bids" and not line.state.startswith("paced") for line in kept),
    )


def told_ads(report: AdsReport) -> dict[str, Any]:
    """As JSON-ready data, times as people write them."""
    data = asdict(report)
    return {"since": format_time(data.pop("since_ms")), "until": format_time(data.pop("until_ms")), **data}


def _money(
    ad: Ad | None, account: Account
) -> tuple[str | None, float | None, float | None, float | None, float | None]:
    """Pricing, bid as it was written, budget, spent and held."""
    if ad is None:
        return None, None, None, None, None
    terms = ad.terms
    bid = terms.bid * (1_000 if terms.pricing == "cpm" else 1)
    told = (money(each, terms.currency) for each in (bid, terms.budget, account.spent, account.held))
    return terms.pricing, next(told), next(told), next(told), next(told)


def _totals(shown: pl.DataFrame, by: str, currency: str | None) -> dict[Any, AdFigures]:
    summed = shown.group_by(by).agg(
        shown=pl.len(),
        seen=pl.col("seen").sum(),
        clicks=pl.col("clicked").sum(),
        purchases=pl.col("bought").sum(),
        mills=pl.col("price").filter(pl.col("state") == 1).sum(),
        foreseen=pl.col("foreseen_click").sum(),
    )
    found: dict[Any, AdFigures] = {}
    for key, many, seen, clicks, purchases, mills, foreseen in summed.iter_rows():
        spent, looked = money(mills, currency), seen or many
        found[key] = AdFigures(
            shown=many,
            seen=seen,
            clicks=clicks,
            purchases=purchases,
            spent=spent,
            foreseen_clicks=round(foreseen, 3),
            click_rate=clicks / looked if looked else None,
            per_click=spent / clicks if clicks else None,
            per_thousand=1_000 * spent / looked if looked else None,
        )
    return found
