"""Why a hit is there: its signals by their share of the score, each in one sentence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from shopmind.domain import Candidates, Reason
from shopmind.explain.words import OTHER, SENTENCES, SUBJECTS
from shopmind.kit.clock import DAY_MS
from shopmind.pipeline.context import Context

MOST = 5


def reasons(
    context: Context, candidates: Candidates, row: int, title: Callable[[int], str], language: str = "en"
) -> tuple[Reason, ...]:
    """The reasons of one ranked candidate, largest share first, at most five.

    Args:
        candidates: ranked, with the contributions of the ranker where it can say.
        row: which candidate.
        title: item number → title, for sentences that name an anchor.
        language: "zh" for Chinese sentences, English otherwise.
    """
    language = "zh" if language == "zh" else "en"
    shares = {name: float(share[row]) for name, share in candidates.contributions.items()}
    names = [name for name in candidates.columns if not np.isnan(candidates.columns[name][row])]
    names = [name for name in names if shares.get(name, 1.0) != 0]
    names.sort(key=lambda name: -abs(shares.get(name, 0.0)))
    return tuple(
        Reason(
            signal=name,
            value=float(candidates.columns[name][row]),
            share=shares.get(name, float("nan")),
            text=_sentence(name, context, int(candidates.items[row]), title, language),
        )
        for name in names[:MOST]
    )


def _sentence(name: str, context: Context, item: int, title: Callable[[int], str], language: str) -> str:
    if name == "buy_again":
        bought = context.history.of(("purchase",))
        times = bought.times_ms[bought.items == item]
        if len(times):
            days = max(0, context.now_ms - int(times.max())) // DAY_MS
            return SENTENCES[name][language].format(count=len(times), days=days)
    if context.query.text:
        subject = SUBJECTS["text"][language].format(text=context.query.text)
    elif len(context.anchors):
        subject = SUBJECTS["anchors"][language].format(title=title(int(context.anchors[-1])))
    else:
        subject = SUBJECTS["history"][language]
    sentence = SENTENCES.get(name, OTHER)[language]
    if name == "buy_again":
        sentence = OTHER[language]
    return sentence.format(text=context.query.text, subject=subject, signal=name)
