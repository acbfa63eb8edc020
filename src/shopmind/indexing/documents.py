"""What the indexes know of an item: tokens by field for words, one passage for meaning."""

from __future__ import annotations

from shopmind.domain import Item
from shopmind.text.analyse import analyse

FIELDS = ("title", "brand", "categories", "description", "attributes")
"""Fields of the text index; the longest that counts least stands last, where it need not be read."""

LONGEST_PASSAGE = 512
"""Characters; the encoder cuts at 128 tokens anyway."""


def tokens(item: Item) -> dict[str, list[str]]:
    """Field → analysed tokens; attribute values that are numbers alone tell nothing and stay out."""
    texts = {
        "title": item.title,
        "brand": item.brand or "",
        "categories": " ".join(item.categories),
        "attributes": " ".join(value for value in item.attributes.values() if isinstance(value, str)),
        "description": item.description,
    }
    return {field: analyse(text, item.language) for field, text in texts.items() if text}


def passage(item: Item) -> str:
    """The text that stands for the item in the encoder's space; items that read alike share a vector."""
    words = [item.title]
    if item.brand and item.brand.casefold() not in item.title.casefold():
        words.append(item.brand)
    words.extend(item.categories[-2:])
    if item.description:
        words.append(item.description)
    return ". ".join(word for word in words if word)[:LONGEST_PASSAGE]
