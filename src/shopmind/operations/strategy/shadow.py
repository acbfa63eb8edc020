"""The candidate beside what is served, on real requests that it is not shown to.

The log of answers is the record of what was asked: whichever process served a request, the runner asks it again of
both, as the visitor was at that moment, and keeps nothing of the answers. So serving is not slowed, and a kill loses
nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shopmind.domain import History, Query, Slate
from shopmind.kit.errors import ShopmindError
from shopmind.shop import Shop

MOST_SLATES = 200_000
LATE_MS = 60_000
"""Several processes write their answers a moment after they gave them: the log is in order up to this."""

Request = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shadowed:
    """What the comparison gave.

    Attributes:
        overlap: mean share of the items that both answers hold, of the longer one.
        same: share of requests with the very same answer.
        served_p95_ms, candidate_p95_ms: 95th percentiles of the time in the engine.
        errors: share of requests at which the candidate failed, or took a fallback that what is served did not take.
        said: what went wrong → how often.
    """

    requests: int
    overlap: float
    same: float
    served_p95_ms: float
    candidate_p95_ms: float
    errors: float
    said: Mapping[str, int]

    @property
    def slower(self) -> float:
        """The candidate's time over that of what is served."""
        return self.candidate_p95_ms / max(self.served_p95_ms, 1e-3)


def requests(shop: Shop, scenarios: Sequence[str], since_ms: int, most: int) -> list[Request]:
    """Answers of these scenarios since a moment, oldest first, at most the newest `most`."""
    found: list[Request] = []
    with contextlib.closing(shop.records.stream("slate", MOST_SLATES)) as slates:
        for _, body in slates:
            if int(body["at_ms"]) < since_ms - LATE_MS:
                break
            if int(body["at_ms"]) >= since_ms and body["scenario"] in scenarios:
                found.append(body)
                if len(found) == most:
                    break
    return found[::-1]


def shadow(shop: Shop, asked: Sequence[Request], candidate: Mapping[str, str]) -> Shadowed:
    """Asks both, in turns, so that neither profits from what the other has warmed up; the first is asked twice."""
    overlaps, same, times, faults, said = [], 0, ([], []), 0, dict[str, int]()  # type: ignore[var-annotated]
    if asked:
        for versions in ({}, candidate):
            _ask(shop, asked[0], versions)
    for place, request in enumerate(asked):
        answers: dict[bool, Slate | str] = {}
        for is_candidate in (False, True) if place % 2 else (True, False):
            answers[is_candidate] = _ask(shop, request, candidate if is_candidate else {})
        served, tried = answers[False], answers[True]
        if isinstance(served, str):
            continue  # what is served cannot answer it any more, so there is nothing to compare with
        wrong = [tried] if isinstance(tried, str) else [each for each in tried.degraded if each not in served.degraded]
        for each in wrong:
            said[each] = said.get(each, 0) + 1
        faults += bool(wrong)
        if isinstance(tried, str):
            overlaps.append(0.0)
            continue
        ours, theirs = _items(served), _items(tried)
        overlaps.append(len(set(ours) & set(theirs)) / max(len(ours), len(theirs)) if ours or theirs else 1.0)
        same += ours == theirs
        times[0].append(served.took_ms)
        times[1].append(tried.took_ms)
    n = len(overlaps)
    p95 = [float(np.percentile(each, 95)) if each else float("nan") for each in times]
    return Shadowed(
        n, float(np.mean(overlaps)) if n else float("nan"), same / n if n else float("nan"), p95[0], p95[1],
        faults / n if n else float("nan"), said,
    )  # fmt: skip


def _items(slate: Slate) -> list[str]:
    return [hit.item.item_id for hit in slate.hits]


def _ask(shop: Shop, request: Request, versions: Mapping[str, str]) -> Slate | str:
    """The answer of some versions to a request as it was asked, or what went wrong."""
    user, session, at_ms = request.get("user_id"), request.get("session_id"), int(request["at_ms"])
    history = History.empty()
    if user or session:
        history = shop.events.history(user, session, limit=shop.settings.history).before(at_ms)
    query = Query(
        request["scenario"],
        user_id=user,
        session_id=session,
        text=request.get("text") or "",
        anchors=tuple(request.get("anchors") or ()),
        filter=request.get("filter") or "",
        offset=int(request.get("offset") or 0),
        now_ms=at_ms,
        history=history,
    )
    try:
        return shop.trial(query, versions)
    except ShopmindError as error:
        return error.message
