"""What a variant changes, written as the keys of a scenario file."""

from __future__ import annotations

import tomllib
from typing import Any

from nicegui import ui

from shopmind.console.page import PageContext
from shopmind.kit.errors import InputError

EXAMPLE = "n = 3"


def differing(page: PageContext, label: str, value: str = "") -> ui.textarea:
    """A field for keys of a scenario file."""
    field = ui.textarea(label, value=value).props("dense outlined autogrow input-class=code")
    field.props["hint"] = page.say("differences.hint", example=EXAMPLE)
    return field


def parsed(text: str, where: str) -> dict[str, Any]:
    """The keys; raises InputError for what is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where}: {error}", field=where) from error
