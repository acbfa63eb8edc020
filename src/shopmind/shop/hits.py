"""From ranked candidates to the hits of a slate: the items as they are now, where they come from, and why."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from shopmind.domain import Candidates, Hit, Item
from shopmind.explain import Reasons
from shopmind.pipeline.ads.bidding import placed
from shopmind.pipeline.context import Context
from shopmind.pipeline.scenario import Scenario
from shopmind.shop.item_memory import ItemMemory
from shopmind.stores.ports import Numbers
from shopmind.text.highlight import highlight, snippet


def shown(
    context: Context, scenario: Scenario, candidates: Candidates, memory: ItemMemory, language: str, n: int
) -> tuple[Hit, ...]:
    """The hits of the page that the query asks for; an item that was removed after it was ranked is left out.

    Args:
        memory: where items are read from.
        language: of reasons.
        n: length of the page.
    """
    query = context.query
    rows = np.arange(min(query.offset, len(candidates)), min(query.offset + n, len(candidates)))
    items = memory.get(candidates.items[rows])
    why = Reasons(context, candidates, lambda number: memory.get([number])[0], language) if query.explain else None
    tokens = context.tokens
    chances = context.exploration.propensities if context.exploration is not None else {}
    ads = placed(context)
    hits = []
    for row, item in zip(rows, items, strict=True):
        if item is None:
            continue
        ad = ads.get(int(candidates.items[row]))
        hits.append(
            Hit(
                item=item,
                score=float(candidates.scores[row]),
                source=_source(candidates, int(row), scenario.retrievers),
                position=int(row),
                propensity=chances.get(int(candidates.items[row]), 1.0) if ad is None else None,
                reasons=why.of(int(row)) if why else (),
                highlights=_highlights(item, tokens),
                variants=_ids(memory, context.variants.get(int(candidates.items[row]))),
                advertiser=None if ad is None else ad.terms.advertiser,
                placement=ad,
            )
        )
    return tuple(hits)


def _ids(memory: ItemMemory, numbers: Numbers | None) -> tuple[str, ...]:
    found = [] if numbers is None else memory.get(numbers)
    return tuple(item.item_id for item in found if item is not None)


def _highlights(item: Item, tokens: tuple[str, ...]) -> dict[str, str]:
    """Title, and the part of the description that speaks most of what was asked."""
    if not tokens:
        return {}
    part = snippet(item.description, tokens)
    return {"title": highlight(item.title, tokens), **({"description": part} if part else {})}


def _source(candidates: Candidates, row: int, retrievers: Iterable[str]) -> tuple[str, ...]:
    """The retrievers that brought a candidate, largest share of the score first."""
    shares = {name: float(share[row]) for name, share in candidates.contributions.items()}
    brought = [name for name in retrievers if not np.isnan(candidates.column(name)[row])]
    return tuple(sorted(brought, key=lambda name: -shares.get(name, 0.0)))
