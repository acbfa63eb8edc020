"""Why a hit is there: families of signals by their share of the score, each in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates, Item, Reason
from shopmind.explain.matched import matched, said, words_of
from shopmind.explain.words import OTHER, SENTENCES, SUBJECTS, family_of
from shopmind.kit.clock import DAY_MS
from shopmind.pipeline.ads.bidding import placed
from shopmind.pipeline.context import Context

MOST = 5
Language = Literal["en", "zh"]


class Reasons:
    """The reasons of the ranked candidates of one request.

    A family's share is what it adds to the score above what it adds for the average candidate, so that the shares of a
    hit add up to its score less the average score.

    Source: Shapley values of a linear model with independent features, w * (x - E[x]); Lundberg and Lee, NeurIPS 2017,
    corollary 1. Rankers of other shapes give contributions of their own.

    Args:
        candidates: ranked, with the contributions of the ranker where it can say.
        item: item number → item, for sentences that name an anchor or the words that match.
        language: "zh" for Chinese sentences, English otherwise.
    """

    def __init__(
        self, context: Context, candidates: Candidates, item: Callable[[int], Item | None], language: str = "en"
    ) -> None:
        self._context = context
        self._candidates = candidates
        self._item = item
        self._words = words_of(context)
        choices = context.exploration.choices if context.exploration is not None else ()
        self._tried = {each.item: each.chance for each in choices if each.lifted}
        self._language: Language = "zh" if language == "zh" else "en"
        self._shares: dict[str, NDArray[np.float64]] = {}
        for name, share in candidates.contributions.items():
            family = family_of(name)
            known = np.nan_to_num(np.asarray(share, np.float64))
            self._shares[family] = self._shares.get(family, 0.0) + known - (known.mean() if len(known) else 0.0)

    def of(self, row: int) -> tuple[Reason, ...]:
        """What speaks for one candidate, largest share first, at most five; first that a rule or a draw placed it.

        Where nothing speaks for a hit of a search more than for the average one, its strongest signal is told.
        """
        item = int(self._candidates.items[row])
        if (ad := placed(self._context).get(item)) is not None:
            return self._paid(row, ad.terms.advertiser)
        values = self._values(row)
        shares = {family: float(share[row]) for family, share in self._shares.items() if family in values}
        if not self._shares:
            shares = dict.fromkeys(values, float("nan"))
        ordered = sorted(shares, key=lambda name: -shares[name])
        chosen = [family for family in ordered if not shares[family] <= 0]
        if not chosen and self._words:
            chosen = ordered[:1]
        if "pinned" in values:
            shares["pinned"] = float("nan")
            chosen = ["pinned", *(family for family in chosen if family != "pinned")]
        if (chance := self._tried.get(item)) is not None:
            values["explored"], shares["explored"] = chance, float("nan")
            chosen = ["explored", *chosen]
        return tuple(Reason(name, values[name], shares[name], self._sentence(name, item)) for name in chosen[:MOST])

    def _paid(self, row: int, advertiser: str) -> tuple[Reason, ...]:
        """An ad stands there because it is paid for; what was bid and foreseen is between advertiser and shop."""
        nan = float("nan")
        text = SENTENCES["sponsored"][self._language].format(advertiser=advertiser)
        fit = float(self._candidates.column("ad_fit")[row])
        fits = Reason("ad_fit", fit, nan, SENTENCES["ad_fit"][self._language].format(subject=self._subject()))
        return (Reason("sponsored", nan, nan, text), *((fits,) if fit > 0 else ()))

    def _values(self, row: int) -> dict[str, float]:
        """Family → the value of its first column that can say something of the candidate."""
        values: dict[str, float] = {}
        for name, column in self._candidates.columns.items():
            if not np.isnan(column[row]):
                values.setdefault(family_of(name), float(column[row]))
        return values

    def _sentence(self, family: str, item: int) -> str:
        sentence = SENTENCES.get(family, OTHER)[self._language]
        if family == "buy_again":
            return self._bought(item) or OTHER[self._language].format(signal=family)
        if family == "lexical" and self._words and (shown := self._item(item)) is not None:
            return said(matched(shown, self._words), self._language)
        return sentence.format(text=self._context.query.text, subject=self._subject(family, item), signal=family)

    def _bought(self, item: int) -> str:
        bought = self._context.history.of(("purchase",))
        times = bought.times_ms[bought.items == item]
        if not len(times):
            return ""
        days = max(0, self._context.now_ms - int(times.max())) // DAY_MS
        return SENTENCES["buy_again"][self._language].format(count=len(np.unique(times)), days=days)

    def _subject(self, family: str = "", item: int = 0) -> str:
        if self._context.query.text:
            return SUBJECTS["text"][self._language].format(text=self._context.query.text)
        if len(self._context.anchors):
            leading = self._context.memory.get(f"leading {family}")
            anchor = self._item(int(self._context.anchors[-1]) if leading is None else leading(item))
            title = anchor.title if anchor is not None else ""
            gone = anchor is not None and anchor.stock is not None and anchor.stock <= 0
            return SUBJECTS["gone" if gone else "anchors"][self._language].format(title=title)
        return SUBJECTS["history"][self._language]
