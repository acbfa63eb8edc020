"""The knowledge log: what is written, and what is found of it by words in two languages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import shopmind
from shopmind.kit.errors import InputError, NotFoundError
from shopmind.operations.knowledge import Entry, Knowledge, Words, finding, telling
from shopmind.operations.knowledge.versions import code_version, data_version
from shopmind.privacy.erase import RECEIPT
from shopmind.shop import Shop


@pytest.fixture
def log(shop: Shop) -> Knowledge:
    made = Knowledge(shop)
    made.add(
        "More diversity in the cart costs add-to-carts",
        "A strength of 0.4 in place of 0.2 lost two percent.",
        about="scenario:cart, topic:diversity",
        by="mia",
    )
    made.add("Tea is looked for before nine", about=["scenario:home"])
    made.add("手机壳和充电器要放在一起推荐", "转化率提高了百分之三", about=["scenario:goes_with"])
    made.add("Sofa and couch are one word", about=["scenario:search"])
    return made


def titles(log: Knowledge, text: str) -> list[str]:
    return [found.entry.told("en").title for found in log.search(text)]


def test_a_question_in_words_finds_what_was_learned(log: Knowledge) -> None:
    assert titles(log, "what did we learn about cart diversity") == ["More diversity in the cart costs add-to-carts"]


def test_a_chinese_question_finds_chinese_notes_and_english_ones_by_what_they_are_about(log: Knowledge) -> None:
    assert titles(log, "关于手机壳我们学到了什么")[0] == "手机壳和充电器要放在一起推荐"
    assert titles(log, "我们对购物车多样性学到了什么")[0] == "More diversity in the cart costs add-to-carts"


def test_a_question_of_nothing_gives_the_newest_and_one_of_no_words_gives_nothing(log: Knowledge) -> None:
    assert sorted(titles(log, "What did we learn?")) == sorted(each.told("en").title for each in log.all())
    assert titles(log, "!?") == []
    assert titles(log, "chromodynamics") == []


def test_an_entry_says_what_data_and_what_code_it_was_made_with(shop: Shop, log: Knowledge) -> None:
    before = log.all(n=1)[0]
    assert before.data == data_version(shop)
    assert before.code == code_version()
    assert before.code.startswith(f"{shopmind.__version__}+")
    shop.track({"type": "view", "item_id": "tea-01", "user_id": "u01"})
    after = log.add("One more view")
    assert after.data["event_number"] == before.data["event_number"] + 1
    assert after.data["digest"] != before.data["digest"]


def test_the_log_outlives_the_process_and_is_read_by_sort_and_subject(shop_folder: Path) -> None:
    with shopmind.open(shop_folder) as shop:
        Knowledge(shop).add("The cart stays as it is", about="scenario:cart", what="decided")
        Knowledge(shop).add("A thought", about="scenario:home")
    with shopmind.open(shop_folder) as shop:
        log = Knowledge(shop)
        assert [each.told("en").title for each in log.all(what="decided")] == ["The cart stays as it is"]
        assert [each.told("en").title for each in log.all(about="scenario:")] == [
            "A thought",
            "The cart stays as it is",
        ]
        assert log.search("cart", about="scenario:home") == []


def test_a_step_written_again_under_its_key_is_one_entry(log: Knowledge) -> None:
    words = {"en": Words("Promoted home"), "zh": Words("首页已上线")}
    for _ in range(2):
        log.write("promoted", words, key="c1.promote", about=["scenario:home"], metrics={"ndcg@10": 0.3}, reason="won")
    assert [each.key for each in log.all(what="promoted")] == ["c1.promote"]
    assert log.get("c1.promote").told("zh").title == "首页已上线"
    assert log.get("c1.promote").told("fr").title == "Promoted home"


def test_an_entry_is_read_back_as_it_was_written() -> None:
    entry = Entry(
        "k", 5, "ramped", ("cycle:1",), {"zh": Words("甲", "乙")}, "me", {"a": [1]}, "why", {"events": 2}, "c"
    )
    assert Entry.of("k", entry.body()) == entry


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        ({}, "title", "a title is needed"),
        ({"title": "  "}, "title", "a title is needed"),
        ({"title": 5}, "title", "text is expected"),
        ({"title": "x" * 201}, "title", "at most 200"),
        ({"title": "x", "what": "promoted"}, "what", "allowed: decided, noted"),
        ({"title": "x", "about": "cart"}, "about", "such as scenario:cart"),
        ({"title": "x", "about": ["shelf:cart"]}, "about", "kind: 'shelf' is not allowed"),
        ({"title": "x", "about": {"scenario": "cart"}}, "about", "a list"),
        ({"title": "x", "colour": "red"}, "colour", "is not allowed"),
        ({"title": "x", "key": "a b"}, "key", "letters, digits"),
    ],
)
def test_a_note_that_cannot_be_kept_says_which_field_and_what_is_allowed(
    log: Knowledge, row: dict[str, object], field: str, says: str
) -> None:
    (status,) = log.put([row])
    assert (status.status, status.field) == ("rejected", field)
    assert says in str(status.reason)


def test_a_note_with_a_key_is_written_once_and_not_rewritten(log: Knowledge) -> None:
    row = {"title": "Once", "key": "n1"}
    assert [each.status for each in log.put([row, row, {**row, "title": "Twice"}])] == [
        "accepted",
        "duplicate",
        "rejected",
    ]
    with pytest.raises(InputError, match="not rewritten"):
        log.add("Twice", key="n1")


def test_an_entry_can_be_taken_out(log: Knowledge) -> None:
    key = log.add("u01 buys tea every Monday").key
    log.remove(key)
    with pytest.raises(NotFoundError):
        log.get(key)
    with pytest.raises(NotFoundError):
        log.remove(key)


def test_erasing_a_user_leaves_the_log_alone(shop: Shop, log: Knowledge) -> None:
    count = len(log.all())
    shop.forget("u01")
    assert len(log.all()) == count
    assert shop.records.scan(RECEIPT)


def test_an_evaluation_is_told_with_its_figures(log: Knowledge) -> None:
    figure = {"value": 0.31, "low": 0.28, "high": 0.34}
    result = {
        "protocol": {"task": "recommend", "split": "time", "scenario": "home"},
        "cases": 40,
        "systems": {"shopmind": {"full": {"ndcg@10": figure}}, "random": {"full": {"ndcg@10": figure}}},
        "differences": {"shopmind-random": {"full": {"ndcg@10": figure}}},
    }
    entry = telling.evaluated(log, result, by="cli")
    assert entry.told("en").title == "Evaluated home: ndcg@10 0.3100 (0.2800 to 0.3400)"
    assert entry.metrics["differences"]["shopmind-random"]["ndcg@10"] == figure
    assert entry.about == ("scenario:home",)
    assert titles(log, "首页的评估")[0] == entry.told("en").title


def entry(title: str, text: str = "") -> Entry:
    return Entry("k", 0, "noted", (), {"en": Words(title, text)})


def test_bm25_of_a_title_is_as_worked_by_hand() -> None:
    """Two entries of one word each, one has it: idf = ln(1 + 1.5 / 1.5) = ln 2 cancels out of the share; the count is
    weight 3 over 1, so 3 / (3 + 0.6); every word is there, so COMPLETE adds 1."""
    found = finding.scores("tea", [entry("tea"), entry("pan")], None)
    weight = finding.WORDS + finding.COMPLETE
    assert found[0] == pytest.approx((finding.WORDS * 3 / 3.6 + finding.COMPLETE) / weight)
    assert np.isnan(found[1])


def test_meaning_brings_what_says_the_same_in_other_words() -> None:
    """The mean cosine is (1 + .8 + 0) / 3 = .6; all entries are of one language, so its centre is the same."""
    vectors = {"tea. ": [1.0, 0.0], "infusion. ": [0.8, 0.6], "pan. ": [0.0, 1.0], "tea": [1.0, 0.0]}

    def encode(texts: Sequence[str], query: bool) -> np.ndarray:
        return np.array([vectors[each] for each in texts], np.float32)

    found = finding.scores("tea", [entry("tea"), entry("infusion"), entry("pan")], encode)
    assert found[1] == pytest.approx(finding.MEANING * (0.8 - 0.6) / (1 - 0.6), rel=1e-5)
    assert found[0] > found[1]
    assert np.isnan(found[2])


def test_a_question_finds_an_entry_of_another_language_before_strangers_of_its_own() -> None:
    """Every English text is nearer to an English question than any Chinese one; above the mean of its language only
    the right one is."""
    cosines = {"红茶. ": 0.6, "锅. ": 0.3, "灯. ": 0.3, "pan. ": 0.7, "lamp. ": 0.7, "desk. ": 0.7}

    def encode(texts: Sequence[str], query: bool) -> np.ndarray:
        return np.array([[1.0 if query else cosines[each]] for each in texts], np.float32)

    said = [Entry("k", 0, "noted", (), {"en" if each.isascii() else "zh": Words(each[:-2])}) for each in cosines]
    found = finding.scores("tea", said, encode)
    assert int(np.nanargmax(found)) == 0


def test_without_weights_the_answer_says_that_it_goes_by_words_alone(log: Knowledge) -> None:
    assert log.degraded("tea")[0].startswith("meaning: ")


def test_an_experiment_leaves_its_newest_decision_once_it_has_one(log: Knowledge) -> None:
    waits = {"action": "wait", "variant": None, "english": "Wait.", "chinese": "等待。"}
    ships = {
        "action": "ship",
        "variant": "b",
        "english": "Variant b adds 3 %; ship it.",
        "chinese": "变体 b 多 3%;上线。",
    }
    report = {"name": "fewer", "title": "Fewer at home", "units": {"a": 500, "b": 510}, "decision": waits}
    assert telling.decided(log, report, ["home"], by="cli") is None
    for _ in range(2):
        entry = telling.decided(log, {**report, "decision": ships}, ["home"], by="cli")
    assert entry is not None
    assert entry.about == ("experiment:fewer", "scenario:home")
    assert [each.key for each in log.all(about="experiment:fewer")] == ["experiment.fewer"]
    assert log.search("what did the experiment on fewer hits decide")[0].entry.reason == ships["english"]
    assert log.search("首页实验的结论")[0].entry.told("zh").title == "实验 fewer:上线"


def test_an_estimate_from_the_log_is_told_and_so_is_a_refusal(log: Knowledge) -> None:
    figure = {"value": 0.051, "low": 0.048, "high": 0.054, "trusts": "propensities"}
    result = {"protocol": {"target": "home.toml"}, "cases": 900, "refused": None, "estimators": {"snips": figure}}
    entry = telling.estimated(log, result, "home", by="cli")
    assert entry.told("en").title == "Estimated home.toml from the log: snips 0.0510"
    assert entry.metrics["estimators"]["snips"] == {"value": 0.051, "low": 0.048, "high": 0.054}
    none = {**result, "refused": "nothing was explored", "estimators": {"snips": {**figure, "value": None}}}
    assert telling.estimated(log, none, "home", by="cli").reason == "nothing was explored"
