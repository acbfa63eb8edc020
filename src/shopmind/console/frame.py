"""What is around every page: the bar with the switches, who is logged in, and the way to the other pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from shopmind.console.cards import heading
from shopmind.console.page import Page, PageContext
from shopmind.console.pages import MENU

SCHEME = "shopmind_scheme"
"""The cookie in which a page says what its browser likes, once that is not what was built."""
ASK = """<script>(() => {
  const like = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light", said = "%s=" + like;
  if (like === "%s") return;
  document.cookie = said + "; path=/; samesite=strict";
  if (document.cookie.includes(said)) location.reload();
})()</script>"""
REACH = """<script>new MutationObserver(() => {
  for (const each of document.querySelectorAll(".q-table__middle"))
    if (each.scrollWidth > each.clientWidth) each.tabIndex = 0; else each.removeAttribute("tabindex");
}).observe(document, {childList: true, subtree: true})</script>"""
"""Who has no mouse must be able to scroll a table that is wider than the page."""
LOCALES = {"en": "en-US", "zh": "zh-CN"}


@contextmanager
def framed(page: PageContext, title: str) -> Iterator[None]:
    """The content area of a page with its frame around it."""
    client = ui.context.client
    client.page.language = LOCALES[page.language]  # type: ignore[assignment]
    ui.page_title(f"{title} · shopmind")
    ui.add_head_html('<link rel="stylesheet" href="/style/console.css"><link rel="icon" href="/style/icon.svg">')
    ui.add_head_html(REACH)
    if page.session.dark is None:
        ui.add_head_html(ASK % (SCHEME, "dark" if page.dark else "light"))
    ui.dark_mode(page.dark)
    ui.colors(primary="#93c5fd" if page.dark else "#1d4ed8", negative="#fca5a5" if page.dark else "#b91c1c")
    with ui.header(elevated=False).classes("bar"):
        with ui.link(target="#content").classes("skip"):
            ui.label(page.say("skip"))
        drawer_button = ui.button(icon="menu").props("flat round dense color=inherit")
        _named(drawer_button, page.say("menu.open"))
        ui.label(page.visitor.shop or "shopmind").classes("shop")
        ui.space()
        _switches(page)
        _who(page)
    shown = 'width=220 breakpoint=900 show-if-above role="navigation"'
    with ui.left_drawer(value=False, bordered=True).props(shown).classes("pages") as drawer:
        drawer.props(f'aria-label="{page.say("menu")}"')
        _navigation(page)
    drawer_button.on_click(drawer.toggle)
    with ui.element("main").classes("content").props('id="content" tabindex="-1"'):
        heading(title, 1)
        yield


def _navigation(page: PageContext) -> None:
    with ui.element("ul").classes("plain"):
        for name in MENU:
            entry: Page = MENU.load(name)
            if page.visitor.role and not page.may(entry.scope):
                continue
            with ui.element("li"), ui.link(target=f"/{name}").classes("way") as link:
                if name == page.name:
                    link.classes("here").props('aria-current="page"')
                ui.icon(entry.icon).props('aria-hidden="true"')
                ui.label(page.say(f"{name}.title"))


def _switches(page: PageContext) -> None:
    def speak() -> None:
        page.session.language = "zh" if page.language == "en" else "en"
        ui.navigate.reload()

    def colour() -> None:
        page.session.dark = not page.dark
        ui.navigate.reload()

    other = ui.button(page.say("language"), on_click=speak).props("flat dense no-caps color=inherit")
    _named(other, page.say("language.change"))
    word = page.say("light" if page.dark else "dark")
    _named(
        ui.button(icon="light_mode" if page.dark else "dark_mode", on_click=colour).props(
            "flat round dense color=inherit"
        ),
        word,
    )


def _who(page: PageContext) -> None:
    visitor = page.visitor
    role = page.say(f"role.{visitor.role or 'none'}")
    told = page.say("who.open") if visitor.open else page.say("who", role=role, key_id=visitor.key_id)
    with ui.label(role).classes("role").mark("role"):
        ui.tooltip(told)
    if page.session.known:
        with ui.element("form").props('method="post" action="/logout"'), ui.element("button").classes("out"):
            ui.label(page.say("logout"))


def _named(element: ui.element, text: str) -> None:
    """A name for people who cannot see the icon, and a hint for those who can."""
    element.props["aria-label"] = text
    with element:
        ui.tooltip(text)
