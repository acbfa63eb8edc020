from __future__ import annotations

import pytest

from shopmind.client import Client
from shopmind.domain import AppliedRule
from shopmind.kit.errors import InputError, NotFoundError


def test_rules_through_the_client(client: Client) -> None:
    rule = {"rule_id": "p", "action": "pin", "items": ["kit-02"], "query": ["green tea"]}
    shown = client.preview_rules([rule], text="green tea", n=2)
    assert shown.after.hits[0].item.item_id == "kit-02"
    assert shown.before.hits[0].item.item_id != "kit-02"
    assert client.put_rules(rule)[0].status == "accepted"
    assert client.search("green tea").applied_rules == (AppliedRule("p", 1, "pin", ("kit-02",)),)
    assert [each.rule["rule_id"] for each in client.rules()] == ["p"]
    client.remove_rule("p")
    assert client.roll_back_rule("p", 1).version == 3
    assert client.roll_back_rule("p", 1).version == 3
    assert [each.version for each in client.rule_history("p")] == [3, 2, 1]
    with pytest.raises(NotFoundError):
        client.remove_rule("none")
    assert client.put_rules([{"rule_id": "p", "action": "pinn"}])[0].field == "action"
    with pytest.raises(InputError):
        client.preview_rules([{"rule_id": "p", "action": "pinn"}], text="tea")


def test_words_and_reports_through_the_client(client: Client) -> None:
    assert client.put_words({"kind": "two_way", "words": ["sofa", "沙发"], "key": "sofas"})[0].id == "sofas"
    assert [each.key for each in client.words()] == ["sofas"]
    client.remove_word("sofas")
    assert client.words() == []
    assert {line.query for line in client.query_report(days=100).top} >= {"green tea", "龙井茶"}
