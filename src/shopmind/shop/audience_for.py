"""The other way round: from goods to the people most likely to buy them, with size, expected response and reasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import orjson
from numpy.typing import NDArray

from shopmind.kit.errors import InputError, NotFoundError
from shopmind.shop.audience import alike, wanting
from shopmind.shop.folder import Folder
from shopmind.stores.columns import TextColumn
from shopmind.stores.ports import Numbers
from shopmind.training.response import COLUMNS, Interest, chances, shares

ARTIFACT = "response"
MOST_REASONS = 3

WORDS: dict[str, tuple[str, str]] = {
    "own": ("has chosen it before", "曾选择过它"),
    "own_days": ("chose it not long ago", "不久前选择过它"),
    "brand": ("chooses other goods of the brand", "常选该品牌的其他商品"),
    "category": ("chooses from the category", "常选该类目的商品"),
    "orders": ("orders often", "下单频繁"),
    "days": ("was here lately", "最近来过"),
    "alike": ("chose what reads like it", "选择过与它相似的商品"),
}
"""Signal → why somebody is in an audience, in English and Chinese."""


@dataclass(frozen=True, slots=True)
class Member:
    """One of an audience.

    Attributes:
        user_id: pseudonym.
        score: by which they are ordered: the chance where there is one.
        chance: of buying any of the goods within the days of the audience; None without a model.
        reasons: signals that speak for this person most, strongest first.
    """

    user_id: str
    score: float
    chance: float | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Audience:
    """Who to write to about some goods.

    Attributes:
        people: best first, at most as many as asked for.
        size: everybody of whom something speaks for the goods, whoever is listed.
        goods: ids, of those that are shown.
        days: within which the response is expected; None without a model.
        expected: buyers among the people listed, as the chances say; of_chance: among as many drawn by lot from all
            customers known. None without a model.
        reachable: channel → how many of the people listed agreed to be written to there.
        degraded: why there are no chances; "" when there are.
    """

    people: tuple[Member, ...]
    size: int
    goods: tuple[str, ...]
    days: int | None
    expected: float | None
    of_chance: float | None
    reachable: dict[str, int]
    degraded: str


def audience_for(
    folder: Folder,
    *,
    items: tuple[str, ...] = (),
    brand: str = "",
    category: str = "",
    promotion: str = "",
    n: int = 1_000,
    least: float = 0.0,
) -> Audience:
    """The n people most likely to buy any of the goods; who refuses to be personalised is left out and not counted.

    With the artifact `response` people are ordered by a calibrated chance. Without it, and for goods that nobody has
    touched and whose brand and category say nothing, by how much they chose of what reads like them.

    Args:
        items, brand, category, promotion: what it is about; one of them. A promotion stands for what it covers.
        least: people of a smaller chance are left out.

    Raises:
        InputError: none of the four, or several.
        NotFoundError: there are no such goods.
    """
    if sum(bool(each) for each in (items, brand, category, promotion)) != 1:
        raise InputError("audience: exactly one of items, brand, category and promotion", field="items")
    if n < 1 or not 0 <= least <= 1:
        raise InputError("audience: n is at least 1, least lies in 0..1", field="n" if n < 1 else "least")
    goods = _goods(folder, items, brand, category, promotion)
    events = folder.events.table()
    interest = Interest(events, folder.catalogue.columns(), folder.clock() + 1)
    table = folder.users.table()
    willing = _willing(table["number"].to_numpy(), table["consent"].to_list(), interest.users)
    matrix = interest.of(goods)
    artifact = folder.artifacts.load(ARTIFACT)
    if artifact is not None:
        scores = chances(artifact.arrays["weights"], matrix)
        lifts = shares(artifact.arrays["weights"], artifact.arrays["means"], matrix)
        days, degraded = int(artifact.card["figures"]["days"]), ""
        about = (matrix[:, [0, 2, 3]] > 0).any(axis=1)
    else:
        scores, lifts = _by_interest(folder, matrix, interest, goods)
        days, degraded = None, f"{ARTIFACT}: not trained yet; run: shopmind train FOLDER {ARTIFACT}"
        about = scores > 0
    listed = np.flatnonzero(willing & (scores >= least) & (scores > 0) & (about if artifact is None else True))
    order = listed[np.lexsort((interest.users[listed], -scores[listed]))][:n]
    ids = dict(zip(table["number"].to_list(), table["user_id"].to_list(), strict=True))
    consents = dict(zip(table["number"].to_list(), table["consent"].to_list(), strict=True))
    names = COLUMNS if artifact is not None else (*COLUMNS, "alike")
    people = tuple(
        Member(
            ids[int(interest.users[row])],
            float(scores[row]),
            None if artifact is None else float(scores[row]),
            _reasons(lifts[row], matrix[row], names),
        )
        for row in order.tolist()
    )
    everybody = scores[willing]
    return Audience(
        people=people,
        size=int(np.count_nonzero(willing & about)),
        goods=tuple(item.item_id for item in folder.catalogue.get(goods) if item is not None),
        days=days,
        expected=None if artifact is None else float(scores[order].sum()),
        of_chance=None if artifact is None or not len(everybody) else float(everybody.mean() * len(order)),
        reachable=_reachable([consents[int(interest.users[row])] for row in order.tolist()]),
        degraded=degraded,
    )


def _goods(folder: Folder, items: tuple[str, ...], brand: str, category: str, promotion: str) -> Numbers:
    columns = folder.catalogue.columns()
    if items:
        numbers = folder.catalogue.numbers(items)
        if (numbers < 1).any():
            strangers = [item for item, number in zip(items, numbers.tolist(), strict=True) if number < 1]
            raise NotFoundError(f"items: not in the catalogue: {', '.join(strangers[:5])}", field="items")
        return numbers
    if promotion:
        number = int(folder.catalogue.numbers([promotion])[0])
        links = folder.links.table("covers")
        covered = links["target"].to_numpy()[links["source"].to_numpy() == number]
        if number < 1 or not len(covered):
            raise NotFoundError(f"promotion {promotion!r}: there is none that covers anything", field="promotion")
        return np.append(covered, number).astype(np.int64)
    name, wanted = ("brand", brand) if brand else ("category", category)
    column = columns.column(name)
    code = column.index.get(wanted, -1) if isinstance(column, TextColumn) else -1
    found = (
        np.flatnonzero((column.codes == code) & columns.shown) if isinstance(column, TextColumn) and code >= 0 else ()
    )
    if not len(found):
        raise NotFoundError(f"{name} {wanted!r}: no item that is shown has it", field=name)
    return np.asarray(found, np.int64)


def _willing(numbers: Numbers, consents: list[str], users: Numbers) -> NDArray[np.bool_]:
    """(users,) False for who refuses to be personalised, and for who is gone."""
    yes = [orjson.loads(text).get("personalise") is not False for text in consents]
    return np.isin(users, numbers[np.array(yes, np.bool_)])


def _by_interest(
    folder: Folder, matrix: NDArray[np.float32], interest: Interest, goods: Numbers
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scores without a model, own acts before brand and category, and what reads like the goods where nothing else
    speaks; and the share of each signal."""
    near = np.zeros(len(interest.users))
    if len(goods) == 1:
        others, nearness = alike(folder, int(goods[0]))
        if len(others):
            people, scores = wanting(
                folder.events.table().drop_nulls(["user", "item"]), others, nearness, folder.clock()
            )
            here = np.isin(people, interest.users)
            near[np.searchsorted(interest.users, people[here])] = scores[here]
    weights = np.array([1.0, 0, 0.5, 0.25, 0, 0, 0])
    lifts = np.column_stack([matrix * weights, near])
    return np.asarray(lifts.sum(axis=1), np.float64), lifts


def _reasons(lifts: NDArray[np.float64], values: NDArray[np.float32], names: tuple[str, ...]) -> tuple[str, ...]:
    """The signals that lift most; what a person never did is no reason, however it lifts."""
    told = []
    for at in np.argsort(-lifts):
        name = names[at]
        never = name == "own_days" and values[0] == 0
        if lifts[at] > 0 and name != "rate" and not never:
            told.append(name)
    return tuple(told[:MOST_REASONS])


def _reachable(consents: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for text in consents:
        for channel, yes in orjson.loads(text).items():
            if yes is True and channel in ("email", "sms", "push"):
                found[channel] = found.get(channel, 0) + 1
    return found
