"""Two ways of answering in one slate, by team draft: each hit is credited to the way that picked it.

Source: Radlinski, Kurup, Joachims, How does clickthrough data reflect retrieval quality? CIKM 2008, algorithm 2: in
each round a coin says who picks first; each picks the best of its list that is not yet taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from shopmind.domain import Hit, Query, Slate
from shopmind.kit.seeds import hash64
from shopmind.shop.choosing import Choice, Way
from shopmind.shop.limits import LONGEST_SLATE

MOST_DRAFTS = 256
"""Different drafts that are followed to say how likely a place is; with more, it is unknown."""


def interleaved(answer: Callable[[Query, Way], Slate], query: Query, choice: Choice, n: int) -> Slate:
    """The page of the drafted slate.

    Args:
        answer: the slate of one way.
        n: length of the page.
    """
    draft = choice.draft
    depth = query.offset + n
    if draft is None or depth > LONGEST_SLATE:
        slate = answer(query, choice.way)
        fallen = f"interleaving: pages end at {LONGEST_SLATE} hits, the plain scenario answers beyond"
        return replace(slate, degraded=(*slate.degraded, fallen))
    whole = replace(query, offset=0, n=depth, explore=False)
    names, slates = list(draft.teams), [answer(whole, way) for way in draft.teams.values()]
    lists = [[hit.item.item_id for hit in slate.hits] for slate in slates]
    picks = team_draft(lists[0], lists[1], draft.coins, depth)
    sure = all(hit.propensity == 1.0 for slate in slates for hit in slate.hits)
    chances = propensities(lists[0], lists[1], picks) if sure else [None] * len(picks)
    hits: list[Hit] = []
    teams: list[str] = []
    for place in range(query.offset, len(picks)):
        team, item = picks[place]
        hit = slates[team].hits[lists[team].index(item)]
        hits.append(replace(hit, position=place, propensity=chances[place]))
        teams.append(f"{draft.experiment}/{names[team]}")
    return replace(
        slates[0],
        hits=tuple(hits),
        teams=tuple(teams),
        variant=choice.variant,
        total=max(slates[0].total, slates[1].total, len(picks)),
        took_ms=sum(slate.took_ms for slate in slates),
        degraded=tuple(dict.fromkeys(each for slate in slates for each in slate.degraded)),
    )


def team_draft(first: Sequence[str], second: Sequence[str], coins: str, n: int) -> list[tuple[int, str]]:
    """At most n picks as (team 0 or 1, item); the coin of a round is a hash, so a page asked again is the same."""
    lists, taken, picks = (first, second), set[str](), list[tuple[int, str]]()
    turn = 0
    while len(picks) < n:
        starts = hash64(f"{coins}\x1f{turn}") & 1
        before = len(picks)
        for team in (starts, 1 - starts):
            item = next((each for each in lists[team] if each not in taken), None)
            if item is not None and len(picks) < n:
                picks.append((team, item))
                taken.add(item)
        if len(picks) == before:
            break
        turn += 1
    return picks


def propensities(first: Sequence[str], second: Sequence[str], picks: Sequence[tuple[int, str]]) -> list[float | None]:
    """Probability over all coins that the item of each pick stands where it stands, whoever picks it.

    Every draft is followed round by round; drafts that have taken the same items are one. None from the place on where
    there would be more than MOST_DRAFTS.
    """
    n = len(picks)
    places: list[dict[str, float]] = [{} for _ in range(n)]
    taken: dict[frozenset[str], float] = {frozenset(): 1.0}
    known = n
    while taken:
        if len(taken) > MOST_DRAFTS:
            known = min(len(held) for held in taken)
            break
        after: dict[frozenset[str], float] = {}
        for held, chance in taken.items():
            for order in ((first, second), (second, first)):
                now = held
                for one in order:
                    item = next((each for each in one if each not in now), None)
                    if item is not None and len(now) < n:
                        at = places[len(now)]
                        at[item] = at.get(item, 0.0) + chance / 2
                        now |= {item}
                if held != now and len(now) < n:
                    after[now] = after.get(now, 0.0) + chance / 2
        taken = after
    return [
        at[item] if place < known else None for place, (at, (_, item)) in enumerate(zip(places, picks, strict=True))
    ]
