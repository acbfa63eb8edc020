"""Which language a text is in, by its script: fast enough for every query, and silent rather than wrong."""

from __future__ import annotations

import re

_SAMPLE = 1_000
_SCRIPTS: dict[str, re.Pattern[str]] = {
    "han": re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]"),
    "kana": re.compile("[\u3041-\u30ff\uff66-\uff9d]"),
    "ko": re.compile("[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]"),
    "latin": re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a]"),
    "ar": re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]"),
    "ru": re.compile("[\u0400-\u052f]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "el": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
    "hi": re.compile("[\u0900-\u097f]"),
}
_WEIGHTS = {"han": 3, "kana": 2, "ko": 2}
"""One such character says as much as so many letters: a Chinese title with a Latin brand name is Chinese."""


def detect(text: str) -> str:
    """The language of the prevailing script: "en" for Latin, "zh", "ja", "ko", "ar", "ru", "he", "el", "th", "hi".

    Languages that share a script are not told apart: French is "en", Persian "ar", Ukrainian "ru". "" where there
    are no letters. Looks at the first 1,000 characters.
    """
    text = text[:_SAMPLE]
    if text.isascii():
        return "en" if any(map(str.isalpha, text)) else ""
    counts = {name: len(pattern.findall(text)) * _WEIGHTS.get(name, 1) for name, pattern in _SCRIPTS.items()}
    if counts["kana"] * 5 >= counts["han"] and counts["kana"] > counts["latin"]:
        return "ja"
    counts["zh"] = counts.pop("han")
    counts["en"] = counts.pop("latin")
    del counts["kana"]
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else ""
