"""`shopmind insight map SHOP`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from shopmind.cli import show

if TYPE_CHECKING:
    from shopmind.insights.map import Node
    from shopmind.insights.map.words import Language

Of = Literal["shop", "catalogue", "user"]
Format = Literal["text", "json", "mermaid", "svg"]


def add(insight: typer.Typer) -> None:
    """Puts the verb on `insight`."""

    @insight.command("map")
    def map_of(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        of: Annotated[Of, typer.Option(help="What is drawn.")] = "shop",
        user: Annotated[str, typer.Option(help="The shop's own id of a customer, for a map of their interests.")] = "",
        days: Annotated[int, typer.Option(help="Of the figures, today the last of them.", min=1)] = 7,
        depth: Annotated[int, typer.Option(help="Levels below the root.", min=0)] = 3,
        each: Annotated[int, typer.Option(help="Children of a node at most.", min=1)] = 8,
        language: Annotated[str, typer.Option(help="en or zh; the shop's own when left out.")] = "",
        format: Annotated[Format, typer.Option(help="On stdout.")] = "text",
        json: show.AsJson = False,
    ) -> None:
        """A map with live figures: what the shop wants → its places → parts and models → data; or of its goods."""
        import shopmind
        from shopmind.insights.map import catalogue_map, cut, mermaid, shop_map, svg, told, user_map
        from shopmind.insights.map.words import LANGUAGES, line
        from shopmind.kit.errors import InputError, not_allowed

        if language and language not in LANGUAGES:
            raise not_allowed("language", language, LANGUAGES, field="language")
        if (of == "user") != bool(user):
            raise InputError("user: --of user and --user ID go together", field="user")
        with shopmind.open(folder) as shop:
            said: Language = "zh" if (language or shop.settings.language) == "zh" else "en"
            if of == "shop":
                root = shop_map(shop, days=days, language=said)
            elif of == "catalogue":
                root = catalogue_map(shop, days=days, each=each, language=said)
            else:
                root = user_map(shop, shop.pseudonyms.user(user), each=each, language=said)
        root = cut(root, depth)
        if json or format == "json":
            show.data(told(root, lambda node: line(node, said)))
        elif format == "text":
            _print(root, said, 0)
        else:
            show.line((mermaid if format == "mermaid" else svg)(root, said).rstrip("\n"))


def _print(node: Node, language: Language, level: int) -> None:
    from shopmind.insights.map.words import HEALTH, line

    said = line(node, language)
    show.line(f"{'  ' * level}{HEALTH[node.health][0]} {node.title}" + (f" ({said})" if said else ""))
    for reason in node.says:
        show.line(f"{'  ' * level}    {reason}")
    for child in node.children:
        _print(child, language, level + 1)
