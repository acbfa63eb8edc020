"""Which words of a query stand where in an item."""

from __future__ import annotations

from collections.abc import Sequence

from shopmind.domain import Item
from shopmind.pipeline.context import Context
from shopmind.text.analyse import analyse
from shopmind.text.surface import surface

FIELDS = {
    "title": {"en": "in the title", "zh": "标题"},
    "brand": {"en": "in the brand", "zh": "品牌"},
    "categories": {"en": "in the category", "zh": "类目"},
    "description": {"en": "in the description", "zh": "描述"},
    "attributes": {"en": "in its properties", "zh": "属性"},
}


def words_of(context: Context) -> list[tuple[str, frozenset[str]]]:
    """The words of what was searched, as written, each with the tokens that count as it: its own and their synonyms."""
    alternatives = {term.token: frozenset(term.alternatives) for term in context.terms}
    found = []
    for word in surface(context.text):
        tokens = [token for token in analyse(word.text, context.language) if token in alternatives]
        if tokens:
            own = frozenset(tokens)
            found.append((context.text[word.start : word.end], own.union(*(alternatives[token] for token in tokens))))
    return found


def matched(item: Item, words: Sequence[tuple[str, frozenset[str]]]) -> dict[str, list[str]]:
    """Field → the words that stand in it and in no field before; "" → the words that stand nowhere."""
    texts = {
        "title": item.title,
        "brand": item.brand or "",
        "categories": " ".join(item.categories),
        "description": item.description,
        "attributes": " ".join(value for value in item.attributes.values() if isinstance(value, str)),
    }
    left, found = list(words), {}
    for field, text in texts.items():
        here = frozenset(analyse(text, item.language)) if left and text else frozenset()
        found[field] = [word for word, tokens in left if tokens & here]
        left = [(word, tokens) for word, tokens in left if not tokens & here]
    found[""] = [word for word, _ in left]
    return {field: some for field, some in found.items() if some}


def said(found: dict[str, list[str]], language: str) -> str:
    """One sentence, e.g. "Matches “red shoes” in the title; “size 42” in the description; not “waterproof”."."""
    between = "、" if language == "zh" else ", "
    quoted = {field: between.join(f"“{word}”" for word in some) for field, some in found.items()}
    nowhere = quoted.pop("", "")
    if language == "zh":
        parts = [f"{FIELDS[field]['zh']}含{words}" for field, words in quoted.items()]
        return ";".join([*parts, *([f"未出现{nowhere}"] if nowhere else [])]) + "。"
    parts = [f"{words} {FIELDS[field]['en']}" for field, words in quoted.items()]
    return "Matches " + "; ".join([*parts, *([f"not {nowhere}"] if nowhere else [])]) + "."
