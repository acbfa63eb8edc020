from __future__ import annotations

from shopmind.console.page import Page
from shopmind.console.pages import MENU
from shopmind.console.words import every


def test_every_page_of_the_menu_is_one_and_has_a_title() -> None:
    for name in MENU:
        page = MENU.load(name)
        assert isinstance(page, Page)
        assert page.name == name
        assert f"{name}.title" in every()
        assert page.scope in ("read", "merchandise", "admin")
