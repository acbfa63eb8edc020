"""The reference in the docs folder is the one the routes describe."""

from __future__ import annotations

from pathlib import Path

from shopmind.serving.reference import markdown
from shopmind.testing.asgi import document

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "http.md"
COMMAND = "python -m shopmind.serving.reference docs/reference/http.md"


def test_the_reference_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == markdown(document()), f"run: {COMMAND}"


def test_the_reference_says_how_it_is_made() -> None:
    assert COMMAND in PAGE.read_text(encoding="utf-8")
