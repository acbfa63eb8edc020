"""What the API tells shoppers in English has Chinese words in the storefront."""

from __future__ import annotations

import json
import re

import pytest

from shopmind.serving.scripts import source
from shopmind.testing import sentences

PAIR = re.compile(r'^  (\["(?:[^"\\]|\\.)*", "(?:[^"\\]|\\.)*"\]),$', re.MULTILINE)
PAIRS: list[tuple[str, str]] = [tuple(json.loads(found[1])) for found in PAIR.finditer(source("worded.js"))]
NOT_SHOWN = (
    "more than ",
    "; hits are near in meaning alone",
    "; and x7 more",
    "no ads",
    "cart: cap_minor is x7, it must not be below 0",
)
"""Parts of sentences that are told whole, and what is for the log or for programs."""
OF_PARTS = ("linucb", "cross_encoder")
"""Parts that no scenario of the storefront has."""


def known(text: str) -> bool:
    """Whether worded.js has words for it; its patterns are those of this test."""
    return any(re.fullmatch(re.sub(r"\\\{\w+\\\}", ".+?", re.escape(english)), text) for english, _ in PAIRS)


def lacking(said: list[str]) -> list[str]:
    wanted = [each for each in said if each not in NOT_SHOWN]
    assert wanted
    return [each for each in wanted if not any(known(way) for way in sentences.ways(each))]


@pytest.mark.parametrize(
    ("file", "parts"),
    [
        ("pipeline/offers/combination.py", ("best_combination", "clash")),
        ("pipeline/offers/eligibility.py", ("gone", "running", "refusal", "OVER")),
        ("shop/offers.py", ("cart",)),
        ("shop/remarks.py", ()),
        ("shop/booking.py", ("WHY", "book")),
    ],
)
def test_why_an_offer_is_refused_and_what_an_answer_lacks_is_told_in_chinese(file: str, parts: tuple[str, ...]) -> None:
    assert lacking(sentences.of(file, *parts)) == []


def test_what_answers_do_without_is_told_in_chinese() -> None:
    said = sentences.given_to(lambda called: called.endswith("degraded.append"), without=("cli", "testing"))
    assert lacking([each for each in said if not each.startswith(OF_PARTS)]) == []


def test_both_languages_have_the_same_holes() -> None:
    assert len(PAIRS) == source("worded.js").count('\n  ["')
    for english, chinese in PAIRS:
        unused = set(re.findall(r"\{(\w+)\}", chinese)) - set(re.findall(r"\{(\w+)\}", english))
        assert not unused, english
        assert re.search("[\u4e00-\u9fff]", chinese), english
