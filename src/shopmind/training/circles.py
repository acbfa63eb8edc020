"""Whose goods may be shown to whom, and what those people want: circles of people who are linked and agreed to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from shopmind.domain import LinkType
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.stores.ports import Links, Users
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.sparse import best_of_rows, parts
from shopmind.training.worth import WORTH, type_weights

PURPOSE = "social"
"""What a customer agrees to: to be shown what those they are linked with chose, and that these are shown what they
chose themselves, never with a name."""

PERSONALISE = "personalise"

CIRCLE: tuple[LinkType, ...] = ("friend", "follow")


@dataclass(frozen=True)
class Agreed:
    """Links between people that both sides allow.

    Attributes:
        reach: (people, people) CSR by user number: row = who is shown, column = whose goods, value = weight.
        refused: how many links one of the sides does not allow.
    """

    reach: sparse.csr_array
    refused: int

    @staticmethod
    def nobody() -> Agreed:
        """No links at all."""
        none = np.empty(0, np.int64)
        return Agreed(sparse.csr_array((np.empty(0, np.float32), (none, none)), shape=(1, 1)), 0)

    def of(self, user: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Whose goods this user may be shown, and the weights of the links; empty for who has no circle."""
        if not 0 < user < self.reach.shape[0]:
            return np.empty(0, np.int64), np.empty(0)
        here = slice(int(self.reach.indptr[user]), int(self.reach.indptr[user + 1]))
        return self.reach.indices[here].astype(np.int64), self.reach.data[here].astype(np.float64)


def agreed(links: Links, users: Users, types: Sequence[LinkType], *, presumed: bool) -> Agreed:
    """The links of these types that both people allow, as they are now.

    A `friend` is read from both ends, a `follow` from the one who follows; both need both people's leave all the same.
    Somebody allows it whose consent says {"social": true}, and with `presumed` also who has not decided; who refuses
    to be personalised does not. A link to oneself says nothing, and links are never walked further than one step, so
    that a ring of people is no different from a row. Links of no or negative weight are none.
    """
    tables = [links.table(each) for each in types]
    found = pl.concat([pl.DataFrame(schema={"source": pl.Int64, "target": pl.Int64, "weight": pl.Float32}), *tables])
    found = found.filter((pl.col("source") != pl.col("target")) & (pl.col("weight") > 0))
    if not found.height:
        return Agreed.nobody()
    willing = _willing(users.table(), presumed)
    source, target = found["source"].to_numpy(), found["target"].to_numpy()
    size = max(len(willing), 1 + int(max(source.max(), target.max())))
    willing = np.pad(willing, (0, size - len(willing)))
    both = willing[source] & willing[target]
    reach = sparse.csr_array(
        (found["weight"].to_numpy()[both], (source[both], target[both])), shape=(size, size), dtype=np.float32
    )
    reach.sum_duplicates()
    return Agreed(reach, int(np.count_nonzero(~both)))


def _willing(users: pl.DataFrame, presumed: bool) -> NDArray[np.bool_]:
    """(1 + largest number,) by user number; the few different texts of consent are read once each."""
    texts = users["consent"].unique().to_list()
    allows = {text: _allows(orjson.loads(text), presumed) for text in texts}
    numbers = users["number"].to_numpy()
    found = np.zeros(1 + int(numbers.max(initial=0)), np.bool_)
    found[numbers] = users["consent"].replace_strict(allows, return_dtype=pl.Boolean).to_numpy()
    return found


def _allows(consent: Mapping[str, bool], presumed: bool) -> bool:
    return consent.get(PERSONALISE) is not False and consent.get(PURPOSE, presumed) is True


class CirclesRecipe(Recipe):
    """What each person wants whose goods may be shown to somebody (`agreed`), and of nobody else.

    The rows are people's own. They are blanked when one of them is forgotten, and whether a row may be read is asked
    again with every answer, so that a withdrawn consent holds at once.
    """

    @dataclass(frozen=True)
    class Options:
        """presumed: whether who has not decided about the purpose "social" allows it; only for a shop whose customers
        agreed elsewhere. links: types of links that make a circle. weights: event type → weight. half_life_days: age
        at which an event counts half. k: goods kept of one person.
        """

        presumed: bool = False
        links: tuple[LinkType, ...] = CIRCLE
        weights: dict[str, float] = field(default_factory=lambda: dict(WORTH))
        half_life_days: float = 180.0
        k: int = 200

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """CSR `wants`: row = user number, columns = goods, values = sum of weight * 0.5 ** (age / H); `weights`.

        Raises:
            NotReadyError: nobody is linked, nobody allows it, or nobody of a circle chose anything.
        """
        if tables.links is None or tables.users is None:
            raise NotReadyError("circles: links and users are not at hand here")
        circles = agreed(tables.links, tables.users, options.links, presumed=options.presumed)
        if not circles.reach.nnz:
            kinds = " or ".join(options.links)
            if circles.refused:
                raise NotReadyError(
                    f"circles: none of {circles.refused} links ({kinds}) is allowed by both people; "
                    f'it needs their consent: {{"{PURPOSE}": true}}'
                )
            raise NotReadyError(f"circles: the shop has no links between people ({kinds})")
        weights = type_weights(options.weights)
        shown = np.unique(circles.reach.indices).tolist()
        rows = tables.events.filter(
            pl.col("user").is_in(shown) & pl.col("type").is_in(np.flatnonzero(weights > 0).tolist())
        ).drop_nulls("item")
        if not rows.height:
            raise NotReadyError(f"circles: none of {len(shown)} people who are linked chose anything yet")
        age_days = np.maximum(0, tables.now_ms - rows["timestamp_ms"].to_numpy()) / DAY_MS
        worth = weights[rows["type"].to_numpy()] * np.power(0.5, age_days / options.half_life_days)
        shape = (circles.reach.shape[0], tables.columns.size)
        wants = sparse.csr_array((worth, (rows["user"].to_numpy(), rows["item"].to_numpy())), shape=shape)
        wants.sum_duplicates()
        wants = best_of_rows(wants, options.k)
        progress("fit circles", 1, 1)
        figures = {
            "people": int(np.count_nonzero(np.diff(wants.indptr))),
            "shown_to": int(np.count_nonzero(np.diff(circles.reach.indptr))),
            "links": int(circles.reach.nnz),
            "refused": circles.refused,
        }
        arrays = {**parts(wants, "wants"), "weights": weights.astype(np.float32)}
        return Fitted(arrays, figures, personal=("wants",))
