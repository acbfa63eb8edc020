"""The client."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Unpack
from urllib.parse import quote

import httpx
import orjson

from shopmind.client import answers, reporting
from shopmind.client.answers import ExperimentState, RowResult, ScenarioState
from shopmind.client.offering import Offering
from shopmind.domain import Asked, EventType, Item, Slate, Suggestion
from shopmind.kit.errors import InputError, NotReadyError, ShopmindError

Row = Mapping[str, Any]

ROWS_PER_REQUEST = 2_000
LONGEST_WAIT_S = 5.0
AGAIN = (429, 503)


class Client(Offering):
    """Speaks to one served shop; one client may be used by many threads.

    Every call may be repeated safely (events get an id before they are sent), so each is tried again, after a growing
    pause, when the server cannot be reached, is busy or not ready.

    Args:
        base_url: where the shop is served, with the prefix if it has one.
        key: of the role that the calls need.
        tries: how often a call is made at most.
        transport: for tests, an httpx transport in place of the network.
    """

    def __init__(
        self,
        base_url: str,
        key: str | None = None,
        *,
        timeout_s: float = 10.0,
        tries: int = 4,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        headers = {} if key is None else {"x-api-key": key}
        self._http = httpx.Client(
            base_url=base_url.rstrip("/") + "/", headers=headers, timeout=timeout_s, transport=transport
        )
        self._tries = tries
        self._sleep = sleep

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

    def track(self, events: Row | Sequence[Row]) -> list[RowResult]:
        """Reports events; they are on disk when this returns. Events without an id are given one here."""
        rows = [events] if isinstance(events, Mapping) else events
        return self._write("v1/events", [{"event_id": secrets.token_hex(12), **row} for row in rows])

    def saw(
        self,
        slate: Slate,
        *,
        user: str | None = None,
        session: str | None = None,
        positions: Sequence[int] | None = None,
    ) -> list[RowResult]:
        """Reports which hits of a slate were seen (all, or those at these positions); twice is once."""
        return self.track(reporting.impressions(slate, user=user, session=session, positions=positions))

    def did(
        self,
        kind: EventType,
        item_id: str,
        *,
        slate: Slate | None = None,
        user: str | None = None,
        session: str | None = None,
        **more: Any,
    ) -> RowResult:
        """Reports a click, a purchase or the like of an item, echoing the slate it was taken from.

        Args:
            more: other fields of an event: value, currency, quantity, order_id, timestamp, attributes.

        Raises:
            InputError: an unknown type, or an item that the slate does not hold.
        """
        return self.track(reporting.doing(kind, item_id, slate=slate, user=user, session=session, **more))[0]

    def put_items(self, items: Row | Sequence[Row]) -> list[RowResult]:
        """Inserts or replaces items."""
        return self._write("v1/items", [items] if isinstance(items, Mapping) else items)

    def put_users(self, users: Row | Sequence[Row]) -> list[RowResult]:
        """Inserts or replaces users."""
        return self._write("v1/users", [users] if isinstance(users, Mapping) else users)

    def put_links(self, links: Row | Sequence[Row]) -> list[RowResult]:
        """Inserts or replaces links."""
        return self._write("v1/links", [links] if isinstance(links, Mapping) else links)

    def put_rules(self, rules: Row | Sequence[Row]) -> list[RowResult]:
        """Writes a merchandiser's rules by id; the reason of an accepted row holds its warnings."""
        return self._write("v1/rules", [rules] if isinstance(rules, Mapping) else rules)

    def rules(self) -> list[dict[str, Any]]:
        """Every rule with its version, in the order in which they win."""
        found: list[dict[str, Any]] = self._call("GET", "v1/rules")["rules"]
        return found

    def rule_history(self, rule_id: str) -> list[dict[str, Any]]:
        """All versions of a rule, newest first; raises NotFoundError."""
        found: list[dict[str, Any]] = self._call("GET", f"v1/rules/{quote(rule_id, safe='')}")["history"]
        return found

    def remove_rule(self, rule_id: str) -> None:
        """Takes a rule out; its history stays. Raises NotFoundError."""
        self._call("DELETE", f"v1/rules/{quote(rule_id, safe='')}")

    def roll_back_rule(self, rule_id: str, version: int) -> dict[str, Any]:
        """Makes an older version the newest again; raises NotFoundError."""
        path = f"v1/rules/{quote(rule_id, safe='')}/rollback"
        rule: dict[str, Any] = self._call("POST", path, body={"version": version})["rule"]
        return rule

    def preview_rules(self, rules: Sequence[Row], **question: Any) -> dict[str, Any]:
        """One answer without and with rules that are not stored.

        Args:
            question: scenario, text, user, session, anchors, filters, n, language.

        Returns:
            before and after as slates, and moved, left_out and warnings as the API tells them.
        """
        body = {"rules": [dict(rule) for rule in rules], **question}
        shown: dict[str, Any] = self._call("POST", "v1/rules/preview", body=body)
        return {**shown, "before": answers.slate(shown["before"]), "after": answers.slate(shown["after"])}

    def put_words(self, words: Row | Sequence[Row]) -> list[RowResult]:
        """Writes entries of the lexicon: synonyms, corrections, protected words, stop words, categories."""
        return self._write("v1/synonyms", [words] if isinstance(words, Mapping) else words)

    def words(self) -> list[dict[str, Any]]:
        """The lexicon, newest entries first."""
        found: list[dict[str, Any]] = self._call("GET", "v1/synonyms")["words"]
        return found

    def remove_word(self, key: str) -> None:
        """Takes one entry out of the lexicon; raises NotFoundError."""
        self._call("DELETE", f"v1/synonyms/{quote(key, safe='')}")

    def knowledge(
        self, text: str = "", *, n: int = 10, what: str | None = None, about: str | None = None, language: str = ""
    ) -> list[dict[str, Any]]:
        """Entries of the knowledge log that answer a question in words, or the newest ones, as the API tells them."""
        asked = {"text": text, "n": n, "what": what, "about": about, "language": language}
        given = {name: value for name, value in asked.items() if value is not None}
        found: list[dict[str, Any]] = self._call("GET", "v1/knowledge", params=given)["entries"]
        return found

    def note(self, notes: Row | Sequence[Row]) -> list[RowResult]:
        """Writes into the knowledge log: rows of title, text, about, what, language. Keys are made here, so that a
        call that is repeated leaves one entry."""
        rows = [notes] if isinstance(notes, Mapping) else notes
        return self._write("v1/knowledge", [{"key": secrets.token_hex(12), **row} for row in rows])

    def query_report(self, *, days: float = 30.0, n: int = 50, min_visitors: int = 2) -> dict[str, Any]:
        """What people search for, do not find, do not click, and ask again."""
        asked = {"days": days, "n": n, "min_visitors": min_visitors}
        report: dict[str, Any] = self._call("GET", "v1/insights/queries", params=asked)
        return report

    def experiments(self) -> list[ExperimentState]:
        """Every experiment by name."""
        return [answers.experiment(each) for each in self._call("GET", "v1/experiments")["experiments"]]

    def experiment(self, name: str) -> ExperimentState:
        """One experiment; raises NotFoundError."""
        return answers.experiment(self._call("GET", f"v1/experiments/{quote(name, safe='')}")["experiment"])

    def put_experiment(self, name: str, definition: Row) -> ExperimentState:
        """Writes the file of an experiment; `definition` has the keys of the file. Raises InputError."""
        found = self._call("POST", "v1/experiments", body={**definition, "name": name})
        return answers.experiment(found["experiment"])

    def start_experiment(self, name: str) -> ExperimentState:
        """Deals out its units from now on; raises NotFoundError, and InputError where it would meet another one."""
        return self._change(name, "start")

    def stop_experiment(self, name: str) -> ExperimentState:
        """Gives everybody the plain scenario from now on; raises NotFoundError."""
        return self._change(name, "stop")

    def experiment_report(self, name: str) -> dict[str, Any]:
        """What came out so far, as the API tells it; raises NotFoundError."""
        report: dict[str, Any] = self._call("GET", f"v1/experiments/{quote(name, safe='')}/report")
        return report

    def item(self, item_id: str) -> Item:
        """One item.

        Raises:
            NotFoundError: it is not in the shop.
        """
        return answers.item(self._call("GET", f"v1/items/{quote(item_id, safe='')}"))

    def remove_item(self, item_id: str) -> None:
        """Takes an item out of the shop.

        Raises:
            NotFoundError: it is not in the shop.
        """
        self._call("DELETE", f"v1/items/{quote(item_id, safe='')}")

    def forget(self, user_id: str) -> dict[str, Any]:
        """Erases a user and returns the receipt."""
        receipt: dict[str, Any] = self._call("DELETE", f"v1/users/{quote(user_id, safe='')}")["receipt"]
        return receipt

    def ads(self, *, days: float = 30, advertiser: str = "") -> dict[str, Any]:
        """What each ad and advertiser was shown, clicked and charged, as the API tells it."""
        asked = {"days": days, "advertiser": advertiser}
        report: dict[str, Any] = self._call("GET", "v1/insights/ads", params=asked)
        return report

    def traffic(
        self, *, days: int = 30, by: Sequence[str] = ("scenario",), segment: str = "", min_users: int = 5
    ) -> dict[str, Any]:
        """What was shown, clicked and bought, and who comes back, as the API tells it."""
        asked = {"days": days, "by": ",".join(by), "segment": segment, "min_users": min_users}
        report: dict[str, Any] = self._call("GET", "v1/insights/traffic", params=asked)
        return report

    def associations(self, **asked: Any) -> dict[str, Any]:
        """Which goods speak for which others in one order; asked by item, n, by, min_lift, max_q and redundant.

        Raises:
            NotReadyError: nothing was trained yet.
        """
        report: dict[str, Any] = self._call("GET", "v1/insights/associations", params=asked)
        return report

    def outlook(self, user_id: str) -> dict[str, Any]:
        """What a customer will do, as the API tells it.

        Raises:
            NotFoundError: nothing is known of what this user did.
            NotReadyError: the shop has not learned to foresee yet.
        """
        found: dict[str, Any] = self._call("GET", f"v1/users/{quote(user_id, safe='')}/outlook")
        return found

    def scenarios(self) -> list[ScenarioState]:
        """The places of the shop and how ready each is."""
        return [answers.scenario(each) for each in self._call("GET", "v1/scenarios")["scenarios"]]

    def ready(self) -> bool:
        """Whether the shop answers; asked once, without patience."""
        try:
            return self._http.get("health/ready").status_code == 200
        except httpx.TransportError:
            return False

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _change(self, name: str, action: str) -> ExperimentState:
        found = self._call("POST", f"v1/experiments/{quote(name, safe='')}", body={"action": action})
        return answers.experiment(found["experiment"])

    def _write(self, path: str, rows: Sequence[Row]) -> list[RowResult]:
        results: list[RowResult] = []
        for first in range(0, len(rows), ROWS_PER_REQUEST):
            answer = self._call("POST", path, body=[dict(row) for row in rows[first : first + ROWS_PER_REQUEST]])
            results += [answers.row_result(row, first) for row in answer["rows"]]
        return results

    def _call(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: Any = None) -> Any:
        """The JSON of an answer.

        Raises:
            ShopmindError: what the server said, as the shop itself would raise it.
            NotReadyError: the server could not be reached.
        """
        content = None if body is None else _encode(body)
        headers = {} if body is None else {"content-type": "application/json"}
        error: ShopmindError = NotReadyError(f"{self._http.base_url}: no call was made")
        for attempt in range(self._tries):
            wait_s = min(LONGEST_WAIT_S, 0.1 * 2**attempt * (0.5 + random.random()))
            try:
                response = self._http.request(method, path, params=params, content=content, headers=headers)
            except httpx.TransportError as fault:
                error = NotReadyError(f"{self._http.base_url}: cannot be reached ({type(fault).__name__})")
            else:
                if response.is_success:
                    return orjson.loads(response.content)
                error = _fault(response)
                if response.status_code not in AGAIN:
                    raise error
                wait_s = min(LONGEST_WAIT_S, max(wait_s, _retry_after_s(response)))
            if attempt + 1 < self._tries:
                self._sleep(wait_s)
        raise error


def _encode(body: Any) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError as error:
        raise InputError(f"rows must hold texts, numbers, lists and objects only: {error}") from error


def _fault(response: httpx.Response) -> ShopmindError:
    try:
        error = orjson.loads(response.content)["error"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        error = {"code": "error", "message": f"{response.url}: status {response.status_code}, not from a shopmind"}
    return answers.fault(response.status_code, error, _retry_after_s(response))


def _retry_after_s(response: httpx.Response) -> float:
    text = response.headers.get("retry-after", "")
    return float(text) if text.isdigit() else 0.0
