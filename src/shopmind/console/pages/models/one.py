"""One kind of model: its versions, the card of each, what its training went through, and which one answers."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from shopmind.client.models import Model, ModelVersion
from shopmind.console.act import attempt, confirmed
from shopmind.console.cards import empty, heading, tile, tiles
from shopmind.console.chart import lines
from shopmind.console.facts import facts, plain
from shopmind.console.figures import count, moment
from shopmind.console.page import PageContext
from shopmind.console.pages.models.comparing import compared, told
from shopmind.console.pages.models.naming import meant
from shopmind.console.section import Section, section
from shopmind.console.table import Action, Column, table

HEAD = ("recipe", "seed", "made_for_ms", "events", "items", "users", "first_event_ms", "last_event_ms", "event_number")


async def build(page: PageContext, kind: str) -> None:
    """The part of the page."""
    ui.link(page.say("models.back"), "/models")
    made: list[Section[Model]] = []

    async def changed() -> None:
        await made[0].refresh()

    made.append(await section(page, lambda: page.client.model(kind), lambda model: _One(page, model, changed).show()))


class _One:
    """What the part shows of one kind."""

    def __init__(self, page: PageContext, model: Model, changed: Any) -> None:
        self._page, self._model, self._changed = page, model, changed

    def show(self) -> None:
        """Draws it."""
        page, model = self._page, self._model
        heading(model.kind, 2)
        ui.label(meant(page, model.kind, model.about)).classes("muted")
        if not model.versions:
            empty(page.say("models.untrained"), page.told(model.untrained), icon="model_training")
            return
        self._tiles()
        if model.before and page.may("admin"):
            back = ui.button(page.say("models.rollback"), icon="undo", on_click=self._roll_back)
            back.props("outline no-caps").classes("do")
        self._versions()
        if len(model.versions) > 1:
            compared(page, model)
        chosen = model.current or model.versions[0]
        self._curves(chosen)
        self._card(chosen)

    def _tiles(self) -> None:
        page, now = self._page, self._model.current
        with tiles():
            if now is None:
                tile(page.say("models.state"), page.say("models.state.none"))
                return
            note = page.say("models.waiting.note") if self._model.waiting else now.version
            tile(page.say("models.trained"), moment(now.trained_at_ms), note)
            tile(page.say("models.events"), count(now.events), page.say("models.behind.many", n=count(now.behind)))
            stale = page.say("models.stale.note") if now.stale else page.say("models.stale.not")
            word = page.say("yes" if now.stale else "no")
            tile(page.say("models.stale"), word, stale, state="warn" if now.stale else "good")
            tile(page.say("models.needed"), count(len(self._model.needed_by)), plain(self._model.needed_by))

    def _versions(self) -> None:
        page = self._page
        columns = [
            Column("version", page.say("models.version")),
            Column("state", page.say("models.state")),
            Column("trained", page.say("models.trained")),
            Column("events", page.say("models.events"), "number"),
            Column("behind", page.say("models.behind"), "number"),
            Column("figures", page.say("models.figures")),
        ]
        rows = [
            {
                "version": each.version,
                "state": self._state(each),
                "trained": moment(each.trained_at_ms),
                "events": each.events,
                "behind": each.behind,
                "figures": plain(dict(list(each.figures.items())[:6])),
            }
            for each in self._model.versions
        ]
        acts = []
        if page.may("admin") and len(self._model.versions) > 1:
            acts = [Action("promote", page.say("models.promote"), "publish", self._promote)]
        table(page, f"{self._model.kind}-versions", columns, rows, title=page.say("models.versions"), actions=acts)

    def _state(self, version: ModelVersion) -> str:
        page = self._page
        words = [page.say("models.answers")] if version.current else []
        words += [page.say("models.state.stale")] if version.stale else []
        words += [f"{page.say('models.state.damaged')}: {version.damaged}"] if version.damaged else []
        return " · ".join(words) or page.say("models.kept")

    async def _promote(self, row: dict[str, Any]) -> None:
        page, kind, version = self._page, self._model.kind, str(row["version"])
        chosen = next((each for each in self._model.versions if each.version == version), None)
        if chosen is None or chosen.current:
            ui.notify(page.say("models.answers.already"), position="bottom")
            return
        text = page.say("models.promote.text", kind=kind, version=version)
        text += " " + page.say("models.promote.stale") if chosen.stale else ""
        if await confirmed(page, page.say("models.promote"), text, action=page.say("models.promote")):
            call = lambda: page.client.promote_model(kind, version)  # noqa: E731
            if await attempt(page, call, done=page.say("models.promoted", version=version)):
                await self._changed()

    async def _roll_back(self) -> None:
        page, kind, version = self._page, self._model.kind, self._model.before
        text = page.say("models.rollback.text", kind=kind, version=version)
        if await confirmed(page, page.say("models.rollback"), text, action=page.say("models.rollback")):
            call = lambda: page.client.roll_back_model(kind)  # noqa: E731
            if await attempt(page, call, done=page.say("models.promoted", version=version)):
                await self._changed()

    def _curves(self, version: ModelVersion) -> None:
        page = self._page
        with ui.element("section").classes("card"):
            heading(page.say("models.curves"), 2)
            if not version.curves:
                ui.label(page.say("models.curves.none")).classes("muted")
                return
            steps = max(len(each) for each in version.curves.values())
            title = page.say("models.curves")
            lines(
                page, title, [f"{step + 1}" for step in range(steps)], {k: list(v) for k, v in version.curves.items()}
            )

    def _card(self, version: ModelVersion) -> None:
        page, card = self._page, version.card
        with ui.element("section").classes("card"):
            heading(page.say("models.card"), 2)
            facts((name, told(name, card[name])) for name in HEAD if name in card)
            for part in ("options", "figures"):
                heading(page.say(f"models.{part}"), 3)
                values = card.get(part) or {}
                facts((name, plain(value)[:500]) for name, value in values.items())
