"""Several words or ids in one line of a form."""

from __future__ import annotations

import re
from collections.abc import Iterable

BETWEEN = re.compile(r"[,，、;；\n]")


def split(text: str | None) -> list[str]:
    """The parts of a line with commas between, English or Chinese, without empty ones; each once."""
    parts = (" ".join(part.split()) for part in BETWEEN.split(text or ""))
    return list(dict.fromkeys(part for part in parts if part))


def joined(parts: Iterable[str]) -> str:
    """The line of these parts."""
    return ", ".join(parts)
