"""Chinese known items and pairs of questions: how they are read, and what counts as right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import jieba
import polars as pl

Split = Literal["train", "valid", "test"]
PARTS: dict[Split, str] = {"train": "train", "valid": "dev", "test": "test"}
"""Our names of the parts → those in the files."""

BRAND, PRODUCT = "HPPX", "HCCX"
_WORD = re.compile(r"[^\W_]+(?:[-'.][^\W_]+)*")
_HAN = re.compile("[\u4e00-\u9fff]")


def tagged(tokens: Sequence[str], tags: Sequence[str]) -> list[str]:
    """The words of a title tagged as brand or product, each once, in their order."""
    spans: list[str] = []
    for token, raw in zip(tokens, tags, strict=True):
        tag = raw.strip()  # the source's lines end with a carriage return
        if tag in (f"B-{BRAND}", f"B-{PRODUCT}"):
            spans.append(token)
        elif tag in (f"I-{BRAND}", f"I-{PRODUCT}") and spans:
            spans[-1] += token
    return list(dict.fromkeys(spans))


def known_items(table: pl.DataFrame, split: Split) -> tuple[list[str], list[str], list[list[int]]]:
    """All titles; the queries of one part; for each the rows of every title that contains all its words.

    Titles that give the same words are one query.
    """
    titles = ["".join(tokens) for tokens in table["tokens"].to_list()]
    queries: dict[str, list[int]] = {}
    rows = zip(table["split"].to_list(), table["tokens"].to_list(), table["tags"].to_list(), strict=True)
    for part, tokens, tags in rows:
        spans = tagged(tokens, tags) if part == PARTS[split] else []
        text = " ".join(spans)
        if spans and text not in queries:
            queries[text] = [row for row, title in enumerate(titles) if all(span in title for span in spans)]
    return titles, list(queries), list(queries.values())


def words(text: str) -> list[str]:
    """Words of a text in lower case: by spaces and signs, Chinese by jieba's dictionary, and no single letters."""
    text = text.lower()
    found = jieba.lcut(text) if _HAN.search(text) else _WORD.findall(text)
    return [word for word in (each.strip() for each in found) if len(word) > 1 or word.isdigit()]
