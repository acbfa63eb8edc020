"""The workbench through the client."""

from __future__ import annotations

import pytest

from shopmind.client import Client
from shopmind.kit.errors import InputError, NotFoundError

FUSED = {"scenario_toml": 'base = "search"\n[ranker]\npart = "fusion"\n'}


def test_an_answer_is_looked_into(client: Client) -> None:
    found = client.trace(text="green tea", n=3, without=[("retrieve", "lexical")], each=True)
    assert [each.item_id for each in found.trace.items[:3]] == [hit.item.item_id for hit in found.slate.hits]
    assert found.without is not None
    assert found.moved
    assert {(each.stage, each.part) for each in found.each} == {(each.stage, each.part) for each in found.signals}
    plain = client.trace("home", user="u01")
    assert (plain.without, plain.moved, plain.each) == (None, (), ())
    with pytest.raises(InputError, match="scenario"):
        client.trace("hoem")


def test_two_configurations_are_compared(client: Client) -> None:
    found = client.compare({}, FUSED, text="tea", n=3)
    assert len(found.one.hits) == len(found.other.hits) == 3


def test_judgements_go_in_and_come_out(client: Client) -> None:
    rows = [{"query": "green tea", "item_id": f"tea-0{at}", "grade": grade} for at, grade in ((1, 3), (5, 2))]
    assert [each.status for each in client.judge(rows)] == ["accepted", "accepted"]
    client.judge({**rows[0], "grade": 2})
    found = {each.item_id: each for each in client.judgements(set_name="main", query="green tea")}
    assert (found["tea-01"].grade, found["tea-01"].history[0].grade) == (2, 3)
    assert [(each.name, each.judgements) for each in client.judgement_sets()] == [("main", 2)]
    queries, judgments = client.export_judgements(set_name="main", form="csv")
    assert queries.splitlines()[0] == "query_id,query,language"
    assert len(judgments.splitlines()) == 3
    report = client.judgement_report("main", [{}, FUSED])
    assert report.systems[0]["ndcg@10"].value is not None
    assert report.difference is not None
    assert client.judgement_report().difference is None
    client.remove_judgement(found["tea-01"].key)
    assert client.remove_judgement_set("main") == 1
    with pytest.raises(NotFoundError):
        client.remove_judgement_set("main")
