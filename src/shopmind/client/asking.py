"""The part of the client that asks for slates, and for what is being typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack
from urllib.parse import quote

from shopmind.client import answers
from shopmind.client.answers import ScenarioState
from shopmind.client.calls import Calls, Row
from shopmind.client.typed import read_all
from shopmind.domain import Asked, Slate, Suggestion
from shopmind.kit.errors import ShopmindError


class Asking(Calls):
    """Search, recommendation, completion, and the places of the shop."""

    def search(
        self,
        text: str,
        *,
        user: str | None = None,
        session: str | None = None,
        filters: str = "",
        **asked: Unpack[Asked],
    ) -> Slate:
        """Items for a text; as `Shop.search`."""
        question = {"text": text, "user": user, "session": session, "filters": filters, **asked}
        return answers.slate(self._call("POST", "v1/search", body=question))

    def search_many(self, searches: Sequence[Row]) -> list[Slate | ShopmindError]:
        """Several searches in one call, each as the body of `POST /v1/search`: a slate each, or what was wrong."""
        found = self._call("POST", "v1/search/many", body={"searches": [dict(each) for each in searches]})["answers"]
        return [
            answers.slate(each["slate"]) if each["status"] == 200 else answers.fault(each["status"], each["error"], 0.0)
            for each in found
        ]

    def recommend(
        self,
        scenario: str,
        *,
        user: str | None = None,
        session: str | None = None,
        anchors: Sequence[str] = (),
        text: str = "",
        filters: str = "",
        **asked: Unpack[Asked],
    ) -> Slate:
        """Items for a place in the shop; as `Shop.recommend`."""
        path = f"v1/recommend/{quote(scenario, safe='')}"
        named = {"user": user, "session": session, "filters": filters, **({"text": text} if text else {})}
        question = {"anchors": list(anchors), **named, **asked}
        question.pop("verbatim", None)  # there is no text to be taken as it is
        return answers.slate(self._call("POST", path, body=question))

    def suggest(self, text: str, *, n: int = 8) -> list[str]:
        """Completions of what is being typed."""
        found: list[str] = self._call("GET", "v1/suggest", params={"text": text, "n": n})["suggestions"]
        return found

    def suggestions(
        self, text: str, *, n: int = 8, user: str | None = None, session: str | None = None, personal: bool = True
    ) -> list[Suggestion]:
        """The same with where each comes from; as `Shop.suggestions`."""
        named = {name: given for name, given in (("user", user), ("session", session)) if given is not None}
        params = {"text": text, "n": n, "personal": str(personal).lower(), **named}
        return [Suggestion(**each) for each in self._call("GET", "v1/suggest", params=params)["details"]]

    def scenarios(self) -> list[ScenarioState]:
        """The places of the shop and how ready each is."""
        return read_all(ScenarioState, self._call("GET", "v1/scenarios")["scenarios"])
