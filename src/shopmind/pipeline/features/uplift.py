"""What an offer changes of who asks, and what that is worth less what the offer costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.domain.money import DIGITS
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.offers.book import OfferBook
from shopmind.pipeline.offers.offer import Offer
from shopmind.pipeline.parts import Feature, NoOptions, Tools
from shopmind.training.uplift.encoding import of_card, row
from shopmind.training.uplift.learners import Sum, of_arrays, summed
from shopmind.training.uplift.recipe import NO_TRIAL


@dataclass(frozen=True)
class Arm:
    """What was learned of one arm.

    Attributes:
        used: whether its order beat chance; if not, everybody is told the means.
        effect, value, response: of whoever asks; `value` is empty where the trial had no money.
        mean_effect, mean_value, mean_response: of everybody; a value that is not known is NaN.
    """

    used: bool
    effect: Sum
    value: Sum
    response: Sum
    mean_effect: float
    mean_value: float
    mean_response: float


class Uplift(Feature):
    """Columns `uplift`, what the offer changes of the chance (or size) of the trial's outcome, and `gain_minor`.

    gain = value − cost where the trial had a column value, which is then what the shop keeps after the discount; else
    uplift · worth − response · discount − cost: worth is the offer's own or the margin of the mean order, the response
    is the chance of the outcome of those who are given it. An offer is looked up by its attribute `arm`, then by its
    id; a trial with one arm that is neither speaks of every offer. Strangers, and who refuses to be personalised, are
    told the means. NaN for an offer that was not tried.
    """

    artifacts = ("uplift",)

    def __init__(self, options: NoOptions, tools: Tools) -> None:
        super().__init__(options, tools)
        self._book = OfferBook(tools.catalogue, None)

    def ready(self) -> None:
        """Raises NotReadyError before a trial was learned from."""
        try:
            super().ready()
        except NotReadyError as error:
            raise NotReadyError(NO_TRIAL if "not trained" in error.message else error.message) from error

    def compute(self, context: Context, candidates: Candidates) -> Mapping[str, NDArray[np.float32]]:
        """See Feature; no columns before the first training."""
        try:
            self.ready()
        except NotReadyError:
            return {}
        offers = self._book.offers(context.columns).by_number
        attributes = self._attributes(context)
        told: dict[str, tuple[float, float, float]] = {}
        uplift, gain = (np.full(len(candidates), np.nan, np.float32) for _ in range(2))
        for place, number in enumerate(candidates.items.tolist()):
            offer = offers.get(number)
            name = None if offer is None else self._arm_of(offer, offers)
            if offer is None or name is None:
                continue
            if name not in told:
                told[name] = self._said(self._arms[name], attributes)
            uplift[place] = told[name][0]
            gain[place] = self._gain(offer, *told[name])
        return {"uplift": uplift, "gain_minor": gain}

    def _arm_of(self, offer: Offer, offers: Mapping[int, Offer]) -> str | None:
        for name in (offer.arm, offer.offer_id):
            if name and name in self._arms:
                return name
        if offer.arm or len(self._arms) > 1:
            return None
        (only,) = self._arms
        named = any(only in (each.arm, each.offer_id) for each in offers.values())
        return None if named else only

    def _attributes(self, context: Context) -> Mapping[str, Any] | None:
        """Of who asks; None for a stranger."""
        if context.query.user_id is None or not context.query.personal or self._tools.users is None:
            return None
        user = self._tools.users.get(context.query.user_id)
        return None if user is None or user.consent.get("personalise") is False else user.attributes

    def _said(self, arm: Arm, attributes: Mapping[str, Any] | None) -> tuple[float, float, float]:
        """Effect, value and response of who asks."""
        if attributes is None or not arm.used:
            return arm.mean_effect, arm.mean_value, arm.mean_response
        matrix = row(self._columns, attributes)
        value = float(summed(arm.value, matrix)[0]) if arm.value else float("nan")
        return float(summed(arm.effect, matrix)[0]), value, float(summed(arm.response, matrix)[0])

    def _gain(self, offer: Offer, effect: float, value: float, response: float) -> float:
        if not np.isnan(value):
            return float(value * 10 ** DIGITS.get(offer.currency, 2) - offer.cost_minor)
        order = self._figures["order_minor"]
        worth = float("nan") if order is None else float(order) * float(self._figures["margin"])
        worth = worth if offer.worth_minor is None else float(offer.worth_minor)
        taken = float(offer.discount_minor or 0)
        if offer.discount_percent is not None:
            taken = float("nan") if order is None else float(order) * offer.discount_percent / 100
            taken = taken if offer.most_minor is None else float(np.fmin(taken, offer.most_minor))
        chance = min(max(response, 0.0), 1.0) if self._figures["binary"] else 1.0
        return effect * worth - chance * taken - offer.cost_minor

    @cached_property
    def _figures(self) -> Mapping[str, Any]:
        return dict(self.fitted.card["figures"])

    @cached_property
    def _columns(self) -> tuple[Any, ...]:
        return of_card(self._figures["columns"])

    @cached_property
    def _arms(self) -> Mapping[str, Arm]:
        held = self.fitted.arrays
        return {
            name: Arm(
                bool(said["used"]),
                of_arrays(held, f"{said['place']}.effect"),
                of_arrays(held, f"{said['place']}.value"),
                of_arrays(held, f"{said['place']}.response"),
                float(said["mean_effect"]),
                float(said.get("mean_value", np.nan)),
                float(said["mean_response"]),
            )
            for name, said in self._figures["arms"].items()
        }
