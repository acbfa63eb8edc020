"""Answers as lists of items, alone or side by side with what moved between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from nicegui import ui

from shopmind.client.merchandise import Move
from shopmind.console.cards import heading
from shopmind.console.figures import price
from shopmind.console.page import PageContext
from shopmind.console.picture import picture
from shopmind.domain import Hit, Slate

Beside = Callable[[Hit], None]
"""Draws something more below an item."""


def answer(
    page: PageContext,
    slate: Slate,
    title: str,
    *,
    marks: Callable[[Hit], tuple[str, str] | None] | None = None,
    beside: Beside | None = None,
) -> None:
    """The hits of an answer in their order, with what it says of itself.

    Args:
        marks: (state, words) of an item that stands out; state is up, down, new, gone or "".
    """
    with ui.element("section").classes("card answer") as card:
        card.props["aria-label"] = title
        heading(title, 2)
        ui.label(page.say("slate.took", items=len(slate.hits), took=f"{slate.took_ms:,.1f}")).classes("muted")
        for told in _told(page, slate):
            ui.label(told).classes("told")
        with ui.element("ol").classes("plain hits"):
            pictured = any(hit.item.image for hit in slate.hits)
            for hit in slate.hits:
                _line(page, hit, pictured, marks(hit) if marks is not None else None, beside)
        if not slate.hits:
            ui.label(page.say("slate.none"))


def side_by_side(
    page: PageContext,
    before: tuple[str, Slate],
    after: tuple[str, Slate],
    moved: Iterable[Move],
    *,
    beside: Beside | None = None,
) -> None:
    """Two answers to one question, with what moved marked in words and colour.

    Args:
        before, after: title and answer.
    """
    by_item = {each.item_id: each for each in moved}

    def left(hit: Hit) -> tuple[str, str] | None:
        move = by_item.get(hit.item.item_id)
        return ("gone", page.say("slate.gone")) if move is not None and move.after is None else None

    def right(hit: Hit) -> tuple[str, str] | None:
        move = by_item.get(hit.item.item_id)
        if move is None or move.after is None:
            return None
        if move.before is None:
            return "new", page.say("slate.new")
        steps = move.before - move.after
        return ("up", page.say("slate.up", n=steps)) if steps > 0 else ("down", page.say("slate.down", n=-steps))

    with ui.element("div").classes("split"):
        answer(page, before[1], before[0], marks=left, beside=beside)
        answer(page, after[1], after[0], marks=right, beside=beside)


def _line(page: PageContext, hit: Hit, pictured: bool, mark: tuple[str, str] | None, beside: Beside | None) -> None:
    with ui.element("li").classes(f"hit {mark[0] if mark else ''}").mark(f"hit-{hit.position}"):
        ui.label(f"{hit.position + 1}").classes("place")
        if pictured:
            with ui.element("div").classes("frame"):
                picture(page, hit.item)
        with ui.element("div").classes("what"):
            ui.label(hit.item.title or hit.item.item_id).classes("name")
            if hit.item.kind == "product" or hit.item.price is not None:
                ui.label(price(hit.item) or page.say("slate.price.none")).classes("price")
            ui.label(" · ".join(_facts(hit))).classes("muted")
            if beside is not None:
                beside(hit)
        if mark is not None:
            ui.label(mark[1]).classes("moved")


def _facts(hit: Hit) -> Sequence[str]:
    item = hit.item
    return [each for each in (item.item_id, item.brand or "", ", ".join(hit.source)) if each]


def _told(page: PageContext, slate: Slate) -> list[str]:
    """What the answer says of itself: how the text was taken, which rules took part, what was done without."""
    told = []
    understood = slate.understood
    if understood is not None and understood.corrected is not None:
        told.append(page.say("slate.corrected", text=understood.corrected))
    if slate.applied_rules:
        rules = ", ".join(f"{each.rule_id} ({each.action})" for each in slate.applied_rules)
        told.append(page.say("slate.rules", rules=rules))
    told += [page.say("slate.degraded", what=page.told(each)) for each in slate.degraded]
    return told
