"""`shopmind offers SHOP`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopmind.cli import show
from shopmind.kit.errors import InputError

if TYPE_CHECKING:
    from shopmind.shop import Shop
    from shopmind.shop.offers import OfferState


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def offers(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        cart: Annotated[
            Path | None,
            typer.Option(help="Rows of item_id, quantity, price_minor: which offers take most off this cart."),
        ] = None,
        user: Annotated[str | None, typer.Option(help="Whose cart it is.")] = None,
        offer: Annotated[list[str] | None, typer.Option(help="Only these offers, once for each.")] = None,
        cap: Annotated[int | None, typer.Option(help="Most that all together may take off, minor units.")] = None,
        redeem: Annotated[
            str | None, typer.Option(help="Count that this order uses the offers on the cart, once.")
        ] = None,
        take_back: Annotated[
            str | None, typer.Option(help="Give what this order redeemed of the offers back to them.")
        ] = None,
        plan: Annotated[
            int | None,
            typer.Option(
                help="Give everybody at most so many offers, where a trial says that it pays, within budgets."
            ),
        ] = None,
        json: show.AsJson = False,
    ) -> None:
        """List offers with what is wrong with them, find the best for a cart, redeem and take back."""
        import shopmind

        if take_back is not None and not offer:
            raise InputError("offers: --take-back needs --offer", field="offer")
        if redeem is not None and (cart is None or not offer):
            raise InputError("offers: --redeem needs --cart and --offer", field="cart")
        with shopmind.open(folder) as shop:
            if plan is not None:
                _plan(shop, plan, json)
                return
            if take_back is not None:
                told: Any = {each: shop.offers.take_back(take_back, each) for each in offer or ()}
            elif redeem is not None and cart is not None:
                told = shop.offers.redeem(redeem, offer or (), _lines(cart), user=user)
            elif cart is not None:
                found = shop.offers.cart(_lines(cart), user=user, offers=offer, cap_minor=cap)
                told = {
                    "amounts": dict(found.amounts),
                    "total_minor": found.total_minor,
                    "refused": dict(found.refused),
                    "exact": found.exact,
                    "unknown": list(found.unknown),
                }
            else:
                _list(shop.offers.all(), json)
                return
        if json:
            show.data(told)
            return
        for name, what in told.items():
            show.line(f"{name}: {what}")


def _plan(shop: Shop, each: int, json: bool) -> None:
    given = shop.offers.plan(each=each)
    if json:
        show.data([{"user_id": one.user_id, "offer_id": one.offer_id, "gain_minor": one.gain_minor} for one in given])
        return
    for one in given:
        show.line(f"{one.user_id} {one.offer_id} {one.gain_minor:.1f}")


def _lines(path: Path) -> list[dict[str, Any]]:
    """The rows of a cart: NDJSON, or one JSON list."""
    import orjson

    try:
        text = path.read_bytes().strip()
        rows = orjson.loads(text) if text.startswith(b"[") else [orjson.loads(line) for line in text.splitlines()]
    except (OSError, orjson.JSONDecodeError) as error:
        raise InputError(f"{path.name}: cannot be read: {error}", field="cart") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputError(f"{path.name}: a cart is a list of rows with item_id, quantity and price_minor", field="cart")
    return rows


def _list(states: list[OfferState], json: bool) -> None:
    if json:
        show.data(
            [
                {
                    "offer_id": each.offer_id,
                    "state": each.state,
                    "why": each.why,
                    "uses": each.spent.uses,
                    "spent_minor": each.spent.amount_minor,
                }
                for each in states
            ]
        )
        return
    for each in states:
        used = f" · {each.spent.uses} redeemed, {each.spent.amount_minor} off" if each.spent.uses else ""
        show.line(f"{each.offer_id}: {each.state}{f' ({each.why})' if each.why else ''}{used}")
