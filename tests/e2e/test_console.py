"""The console in a real browser: its frame, and the page Today."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from shopmind.testing.processes import Server
    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("dark", [False, True])
def test_today_is_shown_and_axe_has_nothing_grave_to_say(
    visit: Callable[..., Visitor], console: Server, accessible: Callable[[Visitor], None], dark: bool
) -> None:
    visitor = visit(dark=dark)
    page = visitor.go(console.url)
    page.get_by_role("heading", name="Today", level=1).wait_for()
    page.get_by_text("Impressions").first.wait_for()
    accessible(visitor)
