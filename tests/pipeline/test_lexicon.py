from __future__ import annotations

import pytest

from shopmind.kit.errors import InputError, NotFoundError
from shopmind.pipeline import lexicon
from shopmind.pipeline.lexicon import Entry, compiled, parse
from shopmind.shop import Shop


def test_an_entry_survives_being_written_and_read() -> None:
    entry = parse({"kind": "one_way", "words": ["laptop"], "to": ["notebook"], "author": "ann"}, key="k")
    assert parse(entry.body(), key="k") == entry


def test_an_entry_without_a_key_gets_the_same_one_again() -> None:
    first = parse({"kind": "two_way", "words": ["sofa", "Couch"]})
    assert first.key == parse({"kind": "two_way", "words": ["couch", "sofa"]}).key != ""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"kind": "twoway", "words": ["a", "b"]}, "did you mean 'two_way'"),
        ({"kind": "two_way", "word": ["a", "b"]}, "did you mean 'words'"),
        ({"kind": "two_way", "words": ["sofa"]}, "at least two words"),
        ({"kind": "one_way", "words": ["sofa"]}, "needs 'to'"),
        ({"kind": "stop_word", "words": ["buy"], "to": ["x"]}, "has no 'to'"),
        ({"kind": "correction", "words": ["soffa"], "to": ["sofa", "couch"]}, "leads to one text"),
        ({"kind": "correction", "words": ["Sofa"], "to": ["sofa"]}, "corrected to itself"),
        ({"kind": "protected", "words": ["😀"]}, "no letter or digit"),
        ({"kind": "protected", "words": 7}, "a list of texts"),
        ({"kind": "protected", "words": ["x" * 101]}, "longer than 100"),
        ({"kind": "protected", "words": [f"w{i}" for i in range(101)]}, "at most 100"),
        ({"kind": "two_way", "words": ["a", "b"], "worth": 3}, "0..1"),
        ({"kind": "two_way", "words": ["a", "b"], "version": "x"}, "int is expected"),
        ("sofa", "is not an object"),
        ({}, "kind"),
    ],
)
def test_a_wrong_entry_says_what_is_wrong(body: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse(body)


def test_a_change_is_seen_at_the_very_next_reading_and_versions_rise(shop: Shop) -> None:
    records = shop.tools.records
    assert lexicon.read(records).synonyms == {}
    (written,) = lexicon.put(records, [parse({"kind": "two_way", "words": ["sofa", "couch"]})], now_ms=5)
    assert (written.version, written.updated_ms) == (1, 5)
    assert lexicon.read(records).synonyms[("sofa",)] == (("couch", 0.8),)
    (again,) = lexicon.put(records, [written], now_ms=6)
    assert again.version == 2
    assert lexicon.entries(records) == [again]
    lexicon.remove(records, written.key)
    assert lexicon.read(records).synonyms == {}
    assert lexicon.entries(records) == []
    with pytest.raises(NotFoundError):
        lexicon.remove(records, written.key)


def test_a_half_written_row_is_left_out_and_named(shop: Shop) -> None:
    records = shop.tools.records
    records.put(lexicon.ROWS, "broken", {"kind": "two_way", "words": ["sofa"]})
    lexicon.put(records, [parse({"kind": "stop_word", "words": ["buy"]})], now_ms=1)
    found = lexicon.read(records)
    assert found.stop_words == {("buy",)}
    assert "at least two words" in found.faults["broken"]


def test_synonyms_in_a_circle_lead_one_step_and_never_to_themselves() -> None:
    found = compiled([Entry("one_way", ("a",), ("b",)), Entry("one_way", ("b",), ("a",)), Entry("two_way", ("b", "b"))])
    assert found.synonyms == {("a",): (("b", 0.8),), ("b",): (("a", 0.8),)}


def test_protected_phrases_are_found_where_they_stand_in_english_and_chinese() -> None:
    found = compiled([Entry("protected", ("red bull", "小米")), Entry("protected", ("x",))])
    assert found.shields("a Red Bulls can") == [(2, 11)]
    assert found.shields("红色小米手机") == [(2, 4)]
