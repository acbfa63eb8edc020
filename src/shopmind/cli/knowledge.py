"""`shopmind knowledge [SHOP] "what did we learn about cart diversity"`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopmind.cli import show
from shopmind.kit.clock import format_time
from shopmind.kit.errors import NotFoundError

if TYPE_CHECKING:
    from shopmind.operations.knowledge import Entry
    from shopmind.shop import Shop

USUAL = (".", "shops/demo")
"""Where the shop is looked for when none is named: here, or where `shopmind demo` builds it."""


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def knowledge(
        folder: Annotated[str | None, typer.Argument(help="The shop; here or shops/demo when left out.")] = None,
        text: Annotated[str | None, typer.Argument(help="What is asked; the newest entries when left out.")] = None,
        add: Annotated[str | None, typer.Option(help="Write down what was learned, in one sentence.")] = None,
        more: Annotated[str, typer.Option(help="With --add: the whole of it.")] = "",
        about: Annotated[
            list[str] | None, typer.Option(help="KIND:NAME such as scenario:cart; of what is written, or what to show.")
        ] = None,
        what: Annotated[
            str | None, typer.Option(help="noted or decided with --add; else only entries of this sort.")
        ] = None,
        by: Annotated[str, typer.Option(help="With --add: who writes it.")] = "cli",
        remove: Annotated[str | None, typer.Option(help="Take the entry of this key out.")] = None,
        language: Annotated[str, typer.Option(help="en or zh; the shop's own when left out.")] = "",
        n: Annotated[int, typer.Option(help="Most entries.", min=1)] = 10,
        json: show.AsJson = False,
    ) -> None:
        """Ask what was done and learned, or write it down."""
        import shopmind

        place, text = _sorted_out(folder, text)
        with shopmind.open(place) as shop:
            from shopmind.operations.knowledge import Knowledge

            log = Knowledge(shop)
            subject = next(iter(about or ()), None)
            if add is not None:
                entry = log.add(add, more, about=about or (), by=by, what=what or "noted", language=language)
                _print(shop, [(entry, None)], language, json, [])
            elif remove is not None:
                log.remove(remove)
                show.data({"key": remove, "removed": True}) if json else show.line(f"removed {remove}")
            elif text is None:
                found = log.all(what=what, about=subject, n=n)
                _print(shop, [(each, None) for each in found], language, json, [])
            else:
                answers = log.search(text, n=n, what=what, about=subject)
                _print(shop, [(each.entry, each.score) for each in answers], language, json, log.degraded(text))


def _sorted_out(folder: str | None, text: str | None) -> tuple[Path, str | None]:
    """The shop and the question: one word alone is the shop when it is one, else the question.

    Raises:
        NotFoundError: no shop is named, and none is where one is looked for.
    """
    from shopmind.settings import FILE

    if folder is not None and (text is not None or (Path(folder) / FILE).is_file()):
        return Path(folder), text
    for usual in USUAL:
        if (Path(usual) / FILE).is_file():
            return Path(usual), folder
    given = "" if folder is None else f"{folder!r} is not a shop, and "
    raise NotFoundError(
        f'{given}there is none here or in shops/demo; name it first: shopmind knowledge SHOP "…"', field="folder"
    )


def _print(shop: Shop, found: list[tuple[Entry, float | None]], language: str, json: bool, degraded: list[str]) -> None:
    chosen = language or shop.settings.language
    if json:
        show.data({"entries": [_data(entry, score, chosen) for entry, score in found], "degraded": degraded})
        return
    for entry, _ in found:
        told = entry.told(chosen)
        show.line(f"{format_time(entry.at_ms)} {entry.what} {', '.join(entry.about)}".rstrip())
        show.line(f"  {told.title}")
        for line in told.text.splitlines():
            show.line(f"    {line}")
        by = f", by {entry.by}" if entry.by else ""
        show.line(f"    [{entry.key}{by}, data {entry.data.get('digest', '?')}, code {entry.code}]")
    if not found:
        show.line("nothing is written of that")
    for fallback in degraded:
        show.console.print(f"degraded: {fallback}", style="yellow")


def _data(entry: Entry, score: float | None, language: str) -> dict[str, Any]:
    told = entry.told(language)
    named = {"key": entry.key, "at": format_time(entry.at_ms), "title": told.title, "text": told.text}
    body = {name: value for name, value in entry.body().items() if name != "at_ms"}
    return {**named, **({} if score is None else {"score": round(score, 4)}), **body}
