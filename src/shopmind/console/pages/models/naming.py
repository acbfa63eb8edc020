"""What kinds of models are called."""

from __future__ import annotations

from shopmind.console.page import PageContext
from shopmind.console.words import every


def meant(page: PageContext, kind: str, about: str) -> str:
    """What a kind of model is: in our words, or in those of its recipe."""
    key = f"model.{kind}"
    return page.say(key) if key in every() else about
