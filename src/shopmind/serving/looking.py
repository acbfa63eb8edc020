"""Traces, comparisons and judgements as the JSON of trace_schemas.py and judgement_schemas.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from shopmind.domain import Query, Slate
from shopmind.evaluation.figures import number, plain
from shopmind.evaluation.workbench import Compared, Judgement, JudgementBook
from shopmind.explain.moves import Move
from shopmind.explain.traced import Told
from shopmind.kit.clock import format_time
from shopmind.kit.errors import AccessError
from shopmind.serving import cursor
from shopmind.serving.answers import slate_json
from shopmind.serving.judgement_schemas import JudgementsQuestion
from shopmind.serving.service import Visit
from shopmind.serving.terms import check_terms
from shopmind.serving.trace_schemas import ConfigurationQuestion, TriedQuestion
from shopmind.shop import Shop
from shopmind.shop.workbench import Configuration, LookedInto


def configuration(visit: Visit, ask: ConfigurationQuestion) -> Configuration:
    """What is to answer.

    Raises:
        AccessError: a text is given by a key that may not change what answers.
    """
    if ask.scenario_toml and "merchandise" not in visit.scopes:
        message = f"scenario_toml needs the scope 'merchandise'; this key has: {', '.join(sorted(visit.scopes))}"
        raise AccessError(message, known=True)
    return Configuration(ask.scenario, ask.scenario_toml)


def query(shop: Shop, visit: Visit, ask: TriedQuestion) -> Query:
    """A question as the engine takes it, with pseudonyms; which scenario answers is said elsewhere.

    Raises:
        AccessError: it filters by what ads are paid by, with a key that may not know it.
    """
    check_terms(shop, visit, ask.filters)
    return Query(
        "search",
        user_id=shop.pseudonyms.user(ask.user) if ask.user else None,
        session_id=shop.pseudonyms.session(ask.session) if ask.session else None,
        text=ask.text,
        anchors=tuple(ask.anchors),
        filter=ask.filters,
        n=ask.n,
        explain=True,
        language=ask.language,
    )


def traced_json(found: LookedInto, *, named: bool) -> dict[str, Any]:
    """As `TracedAnswer`, without the request's id.

    Args:
        named: whether examples of what a filter took out are named; they tell what a person bought.
    """
    without = found.without
    return {
        "slate": tried_json(found.slate),
        "trace": trace_json(found.told, named=named),
        "signals": [{"stage": stage, "part": part} for stage, part in found.signals],
        "without": without and {"slate": tried_json(without.slate), "moved": moved_json(without.moved)},
        "each": [
            {
                "stage": each.stage,
                "part": each.part,
                "left": sum(move.after is None for move in each.moved),
                "moved": moved_json(each.moved),
            }
            for each in found.each
        ],
    }


def trace_json(told: Told, *, named: bool) -> dict[str, Any]:
    """As `TraceAnswer`."""
    content = asdict(told)
    for each in content["removed"] if not named else ():
        each["examples"] = []
    content["items"] = content.pop("rows")
    for step in content["steps"]:
        step["took_ms"] = round(step["took_ms"], 3)
    return content


def tried_json(slate: Slate) -> dict[str, Any]:
    """As `SlateAnswer`; there is no next page of what is merely tried out."""
    return {**slate_json(slate, 0, "", True), "next_cursor": None}


def moved_json(moved: Sequence[Move]) -> list[dict[str, Any]]:
    """As `MoveAnswer`."""
    return [asdict(each) for each in moved]


def book(shop: Shop) -> JudgementBook:
    """The judgements of a shop."""
    return JudgementBook(shop.records, shop.catalogue, shop.folder.clock)


def judgements_json(held: JudgementBook, ask: JudgementsQuestion) -> dict[str, Any]:
    """As `JudgementsAnswer`, without the request's id."""
    mark = f"judgements {ask.set} {ask.query}"
    offset = 0 if ask.cursor is None else cursor.read(ask.cursor, mark)[0]
    found = held.all(set_name=ask.set, query=ask.query)
    after = offset + ask.n
    return {
        "judgements": [judgement_json(each) for each in found[offset:after]],
        "total": len(found),
        "next_cursor": cursor.write(after, mark) if after < min(len(found), cursor.MAX_OFFSET) else None,
        "sets": [
            {
                "name": each.name,
                "queries": each.queries,
                "judgements": each.judgements,
                "changed_at": format_time(each.changed_ms),
            }
            for each in held.sets()
        ],
    }


def judgement_json(each: Judgement) -> dict[str, Any]:
    """As `JudgementAnswer`."""
    return {
        "key": each.key,
        "set": each.set_name,
        "query": each.query,
        "item_id": each.item_id,
        "grade": each.grade,
        "version": each.version,
        "at": format_time(each.at_ms),
        "history": [{"grade": grade, "at": format_time(at_ms)} for grade, at_ms in each.history],
    }


def report_json(found: Compared) -> dict[str, Any]:
    """As `JudgementReportAnswer`, without the request's id and the set."""
    difference = found.difference
    return {
        "queries": found.queries,
        "asked": found.asked,
        "left_out": found.left_out,
        "systems": [{name: plain(each) for name, each in system.items()} for system in found.systems],
        "difference": None if difference is None else {name: plain(each) for name, each in difference.items()},
        "lines": [
            {
                "query": line.query,
                "judged": line.judged,
                "ndcg": [number(each) for each in line.ndcg],
                "judged_share": [number(each) for each in line.judged_share],
            }
            for line in found.lines
        ],
    }
