"""An offer, read from the attributes of an item of kind promotion; what contradicts itself is refused with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from shopmind.domain import Item
from shopmind.kit.clock import format_time, parse_time
from shopmind.kit.errors import InputError, not_allowed
from shopmind.pipeline.filters.language import parse

Stacking = Literal["combinable", "exclusive"]


@dataclass(frozen=True, slots=True)
class Offer:
    """The rules of one offer; money in minor units of `currency`.

    Attributes:
        starts_ms, ends_ms: it may be used from the first and before the second; None is open.
        segment: of the filter language over the attributes of the user; "" is for everybody.
        first_time: for those who have bought nothing yet.
        min_basket_minor: what the cart must be worth before anything is taken off.
        stacking: "exclusive" stands alone in a cart.
        group: at most one offer of a group in a cart; "" is of none.
        excludes: ids of offers that it is not combined with.
        discount_minor, discount_percent: what it takes off the goods that it covers; one of them, or neither (a gift).
        most_minor: the most that a percentage takes off.
        budget_minor, budget_uses: what it may give away to all, as money and as redemptions; None is without limit.
        per_user: redemptions of one user; None is without limit.
        cost_minor: what giving it costs, whether it is redeemed or not.
        worth_minor: what one more outcome is worth, where a trial has no column value; None says nothing.
        arm: the arm of a trial that it was tried as.
    """

    offer_id: str
    starts_ms: int | None = None
    ends_ms: int | None = None
    segment: str = ""
    first_time: bool = False
    min_basket_minor: int = 0
    stacking: Stacking = "combinable"
    group: str = ""
    excludes: tuple[str, ...] = ()
    discount_minor: int | None = None
    discount_percent: float | None = None
    most_minor: int | None = None
    budget_minor: int | None = None
    budget_uses: int | None = None
    per_user: int | None = None
    cost_minor: int = 0
    worth_minor: int | None = None
    arm: str = ""
    currency: str = ""


def read_offer(item: Item) -> Offer:
    """The offer of an item.

    Raises:
        InputError: an attribute cannot be read, or two of them contradict each other; the message names them.
    """
    said = dict(item.attributes)
    where = f"offer {item.item_id!r}"
    stacking = str(said.get("stacking", "combinable"))
    if stacking not in get_args(Stacking):
        raise not_allowed(f"{where}: stacking", stacking, get_args(Stacking), field="stacking")
    offer = Offer(
        offer_id=item.item_id,
        starts_ms=_time(said, "starts_at", where),
        ends_ms=_time(said, "ends_at", where),
        segment=str(said.get("segment", "")),
        first_time=_flag(said, "first_time", where),
        min_basket_minor=_whole(said, "min_basket_minor", where) or 0,
        stacking="exclusive" if stacking == "exclusive" else "combinable",
        group=str(said.get("offer_group", "")),
        excludes=tuple(each.strip() for each in str(said.get("excludes", "")).split(";") if each.strip()),
        discount_minor=_whole(said, "discount_minor", where),
        discount_percent=_percent(said, where),
        most_minor=_whole(said, "most_minor", where),
        budget_minor=_whole(said, "budget_minor", where),
        budget_uses=_whole(said, "budget_uses", where),
        per_user=_whole(said, "per_user", where),
        cost_minor=_whole(said, "cost_minor", where) or 0,
        worth_minor=_whole(said, "worth_minor", where),
        arm=str(said.get("arm", "")),
        currency=item.currency or "",
    )
    _check(offer, where)
    return offer


def _check(offer: Offer, where: str) -> None:
    """Raises InputError where two rules contradict each other, or one can never hold."""

    def wrong(name: str, what: str) -> InputError:
        return InputError(f"{where}: {name}: {what}", field=name)

    if offer.starts_ms is not None and offer.ends_ms is not None and offer.ends_ms <= offer.starts_ms:
        raise wrong("ends_at", f"{format_time(offer.ends_ms)} does not come after {format_time(offer.starts_ms)}")
    if offer.discount_minor is not None and offer.discount_percent is not None:
        raise wrong("discount_percent", "it takes off an amount and a percentage; give one of the two")
    if offer.most_minor is not None and offer.discount_percent is None:
        raise wrong("most_minor", "it is the most that a percentage takes off, and there is no discount_percent")
    if offer.per_user == 0:
        raise wrong("per_user", "0: nobody could ever redeem it; leave it out, or set the item's status")
    if offer.offer_id in offer.excludes:
        raise wrong("excludes", "it excludes itself")
    if offer.stacking == "exclusive" and (offer.excludes or offer.group):
        raise wrong("stacking", "exclusive stands alone anyway; excludes and offer_group are of combinable offers")
    if (
        offer.discount_minor is not None
        and offer.budget_minor is not None
        and 0 < offer.budget_minor < offer.discount_minor
    ):
        raise wrong("budget_minor", f"{offer.budget_minor} does not pay one discount of {offer.discount_minor}")
    if offer.segment:
        try:
            parse(offer.segment)
        except InputError as error:
            raise wrong("segment", error.message.removeprefix("filter: ")) from error


def _time(said: Mapping[str, object], name: str, where: str) -> int | None:
    value = said.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return parse_time(value, where=f"{where}: {name}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{where}: {name}: {value!r} is neither a time nor epoch milliseconds", field=name)
    return int(value)


def _flag(said: Mapping[str, object], name: str, where: str) -> bool:
    value = said.get(name, False)
    plain = str(value).casefold()
    if plain not in ("true", "false", "1", "0", "1.0", "0.0", ""):
        raise InputError(f"{where}: {name}: {value!r} is neither true nor false", field=name)
    return plain in ("true", "1", "1.0")


def _whole(said: Mapping[str, object], name: str, where: str) -> int | None:
    """A whole number from 0, also where a file wrote it as a text."""
    value = said.get(name)
    if value is None or value == "":
        return None
    try:
        number = float(str(value)) if not isinstance(value, bool) else float("nan")
    except ValueError:
        number = float("nan")
    if not number >= 0 or not number.is_integer():
        raise InputError(f"{where}: {name}: {value!r} is not a whole number from 0", field=name)
    return int(number)


def _percent(said: Mapping[str, object], where: str) -> float | None:
    value = said.get("discount_percent")
    if value is None or value == "":
        return None
    try:
        number = float(str(value)) if not isinstance(value, bool) else float("nan")
    except ValueError:
        number = float("nan")
    if not 0 < number <= 100:
        raise InputError(
            f"{where}: discount_percent: {value!r} must lie above 0 and at most at 100", field="discount_percent"
        )
    return number
