"""What may be asked of a shop, in the shop's own ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Unpack

from shopmind.domain import AskedInside, Outlook, Query, Slate, Suggestion
from shopmind.kit.errors import not_allowed
from shopmind.pipeline.scenario import Scenario
from shopmind.shop.answering import Answering
from shopmind.shop.audience import Likely, audience
from shopmind.shop.audience_for import Audience, audience_for
from shopmind.shop.choosing import Choice, Way
from shopmind.shop.folder import Folder
from shopmind.shop.foreseeing import Outlooks
from shopmind.shop.suggesting import Suggestions


class Asking:
    """The questions of a Shop; it brings the folder, the answers, the suggestions and the outlooks."""

    scenarios: Mapping[str, Scenario]
    _folder: Folder
    _answering: Answering
    _suggestions: Suggestions
    _outlooks: Outlooks

    def search(
        self,
        text: str,
        *,
        user: str | None = None,
        session: str | None = None,
        filters: str = "",
        **asked: Unpack[AskedInside],
    ) -> Slate:
        """Items for a text; `user` and `session` are the shop's own ids.

        Args:
            filters: an expression of the filter language.
            asked: how many, in which order, with which counts and so on: see domain.Query.

        Raises:
            InputError: nothing was typed, the filter cannot be read, a name is unknown, or a size is out of range.
        """
        return self.answer(self._as(Query("search", text=text, filter=filters, **asked), user, session))

    def recommend(
        self,
        scenario: str,
        *,
        user: str | None = None,
        session: str | None = None,
        anchors: Sequence[str] = (),
        text: str = "",
        filters: str = "",
        **asked: Unpack[AskedInside],
    ) -> Slate:
        """Items for a place in the shop; `user` and `session` are the shop's own ids, `asked` as in `search`.

        Args:
            text: what it is for, where the scenario reads one: "for a picnic".

        Raises:
            InputError: an unknown scenario, a missing need, a filter that cannot be read, or a size out of range.
        """
        query = Query(scenario, anchors=tuple(anchors), text=text, filter=filters, **asked)
        return self.answer(self._as(query, user, session))

    def trial(self, query: Query, versions: Mapping[str, str]) -> Slate:
        """The slate that artifacts at other versions than the promoted ones would give; nothing is kept of it.

        Args:
            versions: name → version; none answers as what is served, without any experiment.

        Raises:
            InputError: as `answer`.
        """
        if query.scenario not in self.scenarios:
            raise not_allowed("scenario", query.scenario, self.scenarios, field="scenario")
        if not self._folder.settings.personal:
            query = replace(query, personal=False)
        way = Way(f"{query.scenario}|trial" if versions else "", self.scenarios[query.scenario], versions)
        return self._answering.answer(query, choice=Choice(way, None))

    def answer(self, query: Query) -> Slate:
        """The slate of a query whose ids are pseudonyms already."""
        raise NotImplementedError

    def suggest(self, prefix: str, *, n: int = 8) -> list[str]:
        """Completions of what is being typed, from past queries and the catalogue."""
        return [each.text for each in self.suggestions(prefix, n=n)]

    def suggestions(
        self, prefix: str, *, n: int = 8, user: str | None = None, session: str | None = None, personal: bool = True
    ) -> list[Suggestion]:
        """The same with where each comes from; the past searches and categories of `user` and `session` come first.

        Args:
            personal: False answers as if nobody was named; so does a user's own refusal to be personalised.
        """
        pseudonyms = self._folder.pseudonyms
        return self._suggestions.complete(
            prefix,
            n,
            user_id=pseudonyms.user(user) if user and personal else None,
            session_id=pseudonyms.session(session) if session and personal else None,
        )

    def outlook(self, user: str) -> Outlook:
        """What a customer will do: next purchase, churn, next action; `user` is the shop's own id.

        Raises:
            NotFoundError: nothing is known of what this user did, or they refused to be looked at.
            NotReadyError: the artifact `behaviour` was not trained yet.
        """
        return self._outlooks.of(self._folder.pseudonyms.user(user))

    def audience(self, item_id: str, n: int = 100) -> list[Likely]:
        """The people most likely to want an item that nobody has chosen yet, as pseudonyms, best first.

        Raises:
            NotFoundError: no such item.
            NotReadyError: nothing is known that is like it.
        """
        return audience(self._folder, item_id, n)

    def audience_for(
        self,
        *,
        items: Sequence[str] = (),
        brand: str = "",
        category: str = "",
        promotion: str = "",
        n: int = 1_000,
        least: float = 0.0,
    ) -> Audience:
        """The people most likely to buy some goods, with size, expected response and reasons (shop/audience_for.py).

        Raises:
            InputError: not exactly one of items, brand, category and promotion.
            NotFoundError: there are no such goods.
        """
        return audience_for(
            self._folder,
            items=tuple(items),
            brand=brand,
            category=category,
            promotion=promotion,
            n=n,
            least=least,
        )

    def _as(self, query: Query, user: str | None, session: str | None) -> Query:
        pseudonyms = self._folder.pseudonyms
        return replace(
            query,
            user_id=pseudonyms.user(user) if user else None,
            session_id=pseudonyms.session(session) if session else None,
        )
