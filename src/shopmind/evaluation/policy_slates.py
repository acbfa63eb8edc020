"""A shop's own log beside a candidate scenario: the same requests asked again, before any customer sees the answers."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from shopmind.domain import EVENT_TYPES, History, Query
from shopmind.evaluation import slates as shown_slates
from shopmind.evaluation.attribution import attribute
from shopmind.evaluation.estimators.logged import Logged, Target
from shopmind.evaluation.policy_features import matrix
from shopmind.kit.clock import DAY_MS, format_time
from shopmind.kit.errors import InputError, NotFoundError, not_allowed
from shopmind.kit.progress import Progress, silent
from shopmind.pipeline.histories import Histories
from shopmind.pipeline.scenario import Scenario
from shopmind.scenarios.load import Source, checked_keys, made, merged
from shopmind.shop import Shop
from shopmind.shop.answering import Answering
from shopmind.shop.tooling import tools_of
from shopmind.training.credit import LEARNED_WITHIN_DAYS
from shopmind.training.impressions import OBJECTIVES

MOST = 5_000
"""Newest answers that are asked again, unless told otherwise."""


@dataclass(frozen=True)
class Replayed:
    """A log of answers beside what a candidate answers.

    Attributes:
        logged: one row for each place where the log explored; None when it did not explore anywhere.
        told: what a reader must know: how many answers, which places, how alike the rest is.
        notes: the same in sentences.
    """

    logged: Logged | None
    told: Mapping[str, Any]
    notes: tuple[str, ...]


def candidate(shop: Shop, path: Path, name: str | None = None) -> Scenario:
    """The scenario of a file that is not in the shop yet, under the name whose log it is tried on.

    Args:
        name: of the scenario in the log; by default the file's own name, or else its base.

    Raises:
        NotFoundError: there is no such file.
        InputError: the file is no scenario, or no scenario of the shop is meant.
    """
    if not path.is_file():
        raise NotFoundError(f"{path}: there is no such file", field="target")
    source = Source(path.name, path.read_text(encoding="utf-8"))
    checked_keys(source.table, source)
    base = source.table.get("base")
    meant = name if name is not None else path.stem if path.stem in shop.scenarios else base
    if meant is None or meant not in shop.scenarios:
        raise not_allowed(f"{path.name}: whose log is meant (--scenario)", meant, shop.scenarios, field="scenario")
    below: Mapping[str, Any] = {}
    if base is not None:
        if base not in shop.scenarios:
            raise not_allowed(f"{source.at('base')}: base", base, shop.scenarios, field="base")
        below = shop.scenarios[base].table
    return made(meant, merged(below, {key: each for key, each in source.table.items() if key != "base"}), source)


def replay(
    shop: Shop,
    scenario: Scenario,
    *,
    reward: str = "click",
    days: float = 1.0,
    most: int = MOST,
    seed: int = 0,
    progress: Progress = silent,
) -> Replayed:
    """Asks the newest answers of the log again, of the candidate, for who asked and as of then.

    The candidate answers without exploring. A place counts where the log's own choice was by chance; elsewhere the log
    can say nothing of another item, and how often both agree there is told.

    Raises:
        InputError: a reward that is not known.
        NotFoundError: the log has no answer of this scenario.
    """
    if reward not in OBJECTIVES:
        raise not_allowed("evaluate policy: reward", reward, OBJECTIVES, field="reward")
    records = _records(shop, scenario.name, days, most)
    if not records:
        raise NotFoundError(f"{scenario.name}: the log holds no answer of this scenario", field="scenario")
    shown = shown_slates.places_of(
        ((place, key, body) for place, (key, body) in enumerate(records)), shop.catalogue, shop.users
    )
    first = min(int(body["at_ms"]) for _, body in records)
    events = shop.events.table(since_ms=first - DAY_MS)
    rows = _rewarded(shown, events, reward)
    asked = _asked(shop, scenario, records, progress)
    rows = rows.join(asked, on=["request_id", "position"], how="left").with_columns(pl.col("candidate").fill_null(-1))
    unknown = rows["propensity"].null_count()
    rows = rows.filter(pl.col("propensity").is_not_null())
    explored = sorted(rows.filter(pl.col("propensity") < 1)["position"].unique().to_list())
    here, rest = rows.filter(pl.col("position").is_in(explored)), rows.filter(~pl.col("position").is_in(explored))
    alike = rest.select((pl.col("item") == pl.col("candidate")).mean()).item() if rest.height else None
    told = {
        "scenario": scenario.name,
        "answers": len(records),
        "from": format_time(first),
        "to": format_time(max(int(body["at_ms"]) for _, body in records)),
        "reward": reward,
        "explored_places": explored,
        "other_places_alike": alike,
        "unknown_propensities": unknown,
        "first_place_alike": rows.filter(pl.col("position") == 0).select(
            (pl.col("item") == pl.col("candidate")).mean()
        ).item(),
    }  # fmt: skip
    return Replayed(_logged(here, seed) if explored else None, told, _notes(shop, told, first))


def _records(shop: Shop, scenario: str, days: float, most: int) -> list[tuple[str, dict[str, Any]]]:
    """(request id, body) of the answers of the last `days` of this scenario's log, newest first."""
    found: list[tuple[str, dict[str, Any]]] = []
    newest = None
    with contextlib.closing(shop.records.stream("slate", 1_000_000)) as slates:
        for key, body in slates:
            if body.get("scenario") != scenario or not body.get("items"):
                continue
            at_ms = int(body["at_ms"])
            newest = at_ms if newest is None else max(newest, at_ms)
            if at_ms < newest - days * DAY_MS or len(found) >= most:
                break
            found.append((key, body))
    return found


def _rewarded(shown: pl.DataFrame, events: pl.DataFrame, reward: str) -> pl.DataFrame:
    """Rows of `shown` with the reward: 1 when the item was reached from its place in the answer.

    Where the log holds impressions of an answer, only places that were seen count.
    """
    credits = attribute(events, shown, window_days=LEARNED_WITHIN_DAYS, outcomes=OBJECTIVES[reward])  # type: ignore[arg-type]
    reached = credits.filter(pl.col("how") == "request").select("request_id", "item").unique()
    reached = reached.with_columns(reward=pl.lit(1.0))
    seen = events.filter(pl.col("type") == EVENT_TYPES.index("impression"), pl.col("request_id").is_not_null())
    seen = seen.select("request_id", "item").unique()
    reported = pl.col("request_id").is_in(seen["request_id"].unique().implode())
    kept = pl.concat(
        [shown.filter(~reported), shown.filter(reported).join(seen, on=["request_id", "item"], how="semi")]
    )
    return kept.join(reached, on=["request_id", "item"], how="left").with_columns(pl.col("reward").fill_null(0.0))


def _asked(
    shop: Shop, scenario: Scenario, records: list[tuple[str, dict[str, Any]]], progress: Progress
) -> pl.DataFrame:
    """request_id, position, candidate: the number of the item the candidate puts there."""
    answering = Answering(
        {scenario.name: scenario},
        tools_of(shop.folder, shop.artifacts),
        Histories(shop.events, limit=1),
        shop.folder.clock,
        language=shop.settings.language,
        follow=False,
    )
    keys: list[str] = []
    places: list[int] = []
    ids: list[str] = []
    for done, (key, body) in enumerate(records):
        slate = answering.answer(_query(shop, scenario.name, body))
        keys += [key] * len(slate.hits)
        places += [hit.position for hit in slate.hits]
        ids += [hit.item.item_id for hit in slate.hits]
        if done % 64 == 0 or done == len(records) - 1:
            progress(f"ask {scenario.name}", done + 1, len(records))
    different = list(dict.fromkeys(ids))
    numbers = dict(zip(different, shop.catalogue.numbers(different).tolist(), strict=True))
    return pl.DataFrame(
        {"request_id": keys, "position": places, "candidate": [numbers[each] for each in ids]},
        schema={"request_id": pl.String, "position": pl.Int32, "candidate": pl.Int64},
    )


def _query(shop: Shop, scenario: str, body: Mapping[str, Any]) -> Query:
    """The question as it was asked, by who had done so much until then."""
    history = History.empty()
    if body.get("user_id") or body.get("session_id"):
        done = shop.events.history(body.get("user_id"), body.get("session_id"), limit=shop.settings.history)
        history = done.before(int(body["at_ms"]))
    return Query(
        scenario,
        user_id=body.get("user_id"),
        session_id=body.get("session_id"),
        text=body.get("text") or "",
        anchors=tuple(body.get("anchors") or ()),
        filter=body.get("filter") or "",
        n=len(body["items"]),
        offset=int(body.get("offset") or 0),
        now_ms=int(body["at_ms"]),
        history=history,
        explore=False,
    )


def _logged(rows: pl.DataFrame, seed: int) -> Logged:
    """The explored places as a log; values are per answer."""
    bad = rows.filter((pl.col("propensity") <= 0) | (pl.col("propensity") > 1))
    if bad.height:
        first = bad.row(0, named=True)
        raise InputError(
            f"slates: {bad.height} propensities are not above 0 and at most 1, the first {first['propensity']} at "
            f"position {first['position']} of request {first['request_id']}"
        )
    items = np.unique(np.concatenate([rows["item"].to_numpy(), rows["candidate"].to_numpy()]))
    items = items[items > 0]
    wanted = rows["candidate"].to_numpy()
    chosen = np.where(wanted > 0, np.searchsorted(items, np.maximum(wanted, items[0])), -1)
    features, _ = matrix(rows.with_columns(pl.col("position").cast(pl.String)), ["position"])
    slates = _codes(rows["request_id"])
    people = pl.coalesce("u" + pl.col("user").cast(pl.String), "s" + pl.col("session"), "r" + pl.col("request_id"))
    return Logged(
        arms=np.searchsorted(items, rows["item"].to_numpy()),
        propensities=rows["propensity"].to_numpy(),
        rewards=rows["reward"].to_numpy(),
        target=Target.always(chosen, len(items)),
        features=features,
        strata=_codes(rows["position"]),
        slates=slates,
        places=rows["position"].cast(pl.Int64).to_numpy(),
        units=_codes(rows.select(people.alias("who"))["who"]),
        seed=seed,
    )


def _codes(column: pl.Series) -> Any:
    return (column.rank("dense") - 1).cast(pl.Int64).to_numpy()


def _notes(shop: Shop, told: Mapping[str, Any], first_ms: int) -> tuple[str, ...]:
    notes = ["the candidate answers without exploring, for who asked and as of then, by the artifacts of now"]
    late = [
        name
        for name in shop.artifacts.current()
        if (kept := shop.artifacts.load(name)) is not None and int(kept.card.get("made_for_ms", 0)) > first_ms
    ]
    if late:
        notes.append(f"trained since these answers, so they may know what came of them: {', '.join(sorted(late))}")
    if told["other_places_alike"] is not None:
        places = ", ".join(str(each) for each in told["explored_places"]) or "none"
        notes.append(
            f"only places where the log chose by chance count ({places}); at the others the candidate shows the same "
            f"item in {told['other_places_alike']:.0%} of the answers, and of the rest nothing can be said"
        )
    return tuple(notes)
