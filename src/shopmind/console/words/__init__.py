"""The words of the console in English and Chinese: one file a page, key → (English, Chinese)."""

from __future__ import annotations

import functools
import pkgutil
from importlib import import_module

LANGUAGES = ("en", "zh")


@functools.cache
def every() -> dict[str, tuple[str, str]]:
    """Key → (English, Chinese) of all files of this folder."""
    words: dict[str, tuple[str, str]] = {}
    for module in pkgutil.iter_modules(__path__):
        words |= import_module(f"{__name__}.{module.name}").WORDS
    return words


def said(language: str, key: str, **values: object) -> str:
    """The words of a key in a language, with `{name}` replaced; raises KeyError for a key that no file has."""
    text = every()[key][LANGUAGES.index(language)]
    return text.format(**values) if values else text
