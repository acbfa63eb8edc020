"""`shopmind insight audience SHOP`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show


def add(insight: typer.Typer) -> None:
    """Puts the verb on `shopmind insight`."""

    @insight.command("audience")
    def audience(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        item: Annotated[list[str] | None, typer.Option(help="An item; say it again for more.")] = None,
        brand: Annotated[str, typer.Option(help="All goods of a brand.")] = "",
        category: Annotated[str, typer.Option(help="All goods of a first category.")] = "",
        promotion: Annotated[str, typer.Option(help="What a promotion covers.")] = "",
        n: Annotated[int, typer.Option(help="People at most.", min=1)] = 1_000,
        least: Annotated[float, typer.Option(help="Leave people of a smaller chance out.", min=0, max=1)] = 0.0,
        show_people: Annotated[int, typer.Option("--show", help="How many of them to print.", min=0)] = 10,
        json: show.AsJson = False,
    ) -> None:
        """Who is most likely to buy some goods, how many will, and why. `shopmind train SHOP response` comes first."""
        import shopmind
        from shopmind.shop.audience_for import WORDS

        with shopmind.open(folder) as shop:
            asked = {"brand": brand, "category": category, "promotion": promotion}
            found = shop.audience_for(items=item or (), n=n, least=least, **asked)
            words = {name: told[shop.settings.language == "zh"] for name, told in WORDS.items()}
        if json:
            show.data(asdict(found))
            return
        told = {"people": len(found.people), "of whom something speaks for it": found.size, "goods": len(found.goods)}
        if found.expected is not None and found.of_chance is not None:
            told[f"buyers expected in {found.days} days"] = f"{found.expected:.1f}, by lot {found.of_chance:.1f}"  # type: ignore[assignment]
        show.pairs({**told, **{f"may be written to by {name}": many for name, many in found.reachable.items()}})
        for each in found.people[:show_people]:
            why = "; ".join(words[name] for name in each.reasons)
            show.line(f"{each.user_id}  {each.score:.3f}  {why}")
        if found.degraded:
            show.console.print(found.degraded, style="yellow", markup=False)
