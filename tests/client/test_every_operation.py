"""Whatever the API can do, a method of the client does; each is really called against the real application."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from starlette.routing import Match

from shopmind.client import Client
from shopmind.kit.progress import silent
from shopmind.serving import keys
from shopmind.serving.app import create_app
from shopmind.shop import Shop, fitting
from shopmind.testing.asgi import AsgiTransport, document

CART = [{"item_id": "tea-01", "quantity": 2}]
PIN = {"rule_id": "p", "action": "pin", "items": ["kit-02"], "query": ["green tea"]}
SHORT = 'base = "home"\ntitle = "Short"\nn = 3\n'
GOOD = {"query": "green tea", "item_id": "tea-01", "grade": 3}
HALVES = {"title": "Few", "scenario": "home", "variants": {"all": {"share": 0.5}, "few": {"share": 0.5, "n": 3}}}
FEW = {"behaviour": {"days": (7,), "at_least": 10, "of_each": 1, "moments": 1, "trees": 5}}

OTHER = {"popularity": {"half_life_days": 3.0}}

Step = Callable[[Client], object]

CALLS: dict[str, Step | tuple[Step, ...]] = {
    "POST /v1/search": lambda client: client.search("tea"),
    "POST /v1/search/many": lambda client: client.search_many([{"text": "tea"}]),
    "GET /v1/suggest": lambda client: client.suggest("te"),
    "POST /v1/recommend/{scenario}": lambda client: client.recommend("home"),
    "GET /v1/scenarios": lambda client: client.scenarios(),
    "GET /v1/scenarios/{name}": lambda client: client.scenario_file("home"),
    "POST /v1/scenarios/{name}/check": lambda client: client.check_scenario("home", SHORT),
    "PUT /v1/scenarios/{name}": lambda client: client.put_scenario("home", SHORT),
    "POST /v1/scenarios/{name}/rollback": (
        lambda client: client.put_scenario("home", SHORT),
        lambda client: client.roll_back_scenario("home", 0),
    ),
    "DELETE /v1/scenarios/{name}": (
        lambda client: client.put_scenario("home", SHORT),
        lambda client: client.remove_scenario("home"),
    ),
    "POST /v1/items": lambda client: client.put_items({"item_id": "x", "title": "X"}),
    "GET /v1/items/{item_id}": lambda client: client.item("tea-01"),
    "GET /v1/items": lambda client: client.list_items("tea"),
    "GET /v1/items/{item_id}/figures": lambda client: client.item_figures("tea-01"),
    "GET /v1/insights/quality": lambda client: client.quality(),
    "GET /v1/ingests": lambda client: client.ingests(),
    "GET /v1/ingests/rejected": lambda client: client.rejected(),
    "GET /v1/ingests/rejected/file": lambda client: list(client.rejected_file()),
    "GET /v1/users/{user_id}/profile": lambda client: client.profile("u01"),
    "GET /v1/users/{user_id}/history": lambda client: client.history("u01"),
    "GET /v1/models": lambda client: client.models(),
    "GET /v1/models/{kind}": lambda client: client.model("popularity"),
    "POST /v1/models/{kind}/promote": lambda client: client.promote_model("popularity", "newest"),
    "POST /v1/models/{kind}/rollback": lambda client: client.roll_back_model("popularity"),
    "DELETE /v1/items/{item_id}": lambda client: client.remove_item("tea-02"),
    "POST /v1/links": lambda client: client.put_links({"type": "friend", "source_id": "u01", "target_id": "u03"}),
    "POST /v1/events": lambda client: client.did("click", "tea-01", user="u01"),
    "POST /v1/users": lambda client: client.put_users({"user_id": "u90"}),
    "GET /v1/users/{user_id}": lambda client: client.user("u01"),
    "GET /v1/users/{user_id}/outlook": lambda client: client.outlook("u01"),
    "DELETE /v1/users/{user_id}": lambda client: client.forget("u01"),
    "POST /v1/contacts": lambda client: client.put_contacts(
        {"user_id": "u01", "channel": "email", "address": "ann@mail.example"}
    ),
    "POST /v1/stops": lambda client: client.put_stops({"user_id": "u01", "why": "bounced"}),
    "GET /v1/messages": lambda client: client.messages(),
    "GET /v1/rules": lambda client: client.rules(),
    "POST /v1/rules": lambda client: client.put_rules(PIN),
    "POST /v1/rules/preview": lambda client: client.preview_rules([PIN], text="green tea"),
    "GET /v1/rules/{rule_id}": (
        lambda client: client.put_rules(PIN),
        lambda client: client.rule_history("p"),
    ),
    "DELETE /v1/rules/{rule_id}": (
        lambda client: client.put_rules(PIN),
        lambda client: client.remove_rule("p"),
    ),
    "POST /v1/rules/{rule_id}/rollback": (
        lambda client: client.put_rules(PIN),
        lambda client: client.roll_back_rule("p", 1),
    ),
    "GET /v1/synonyms": lambda client: client.words(),
    "POST /v1/synonyms": lambda client: client.put_words({"kind": "two_way", "words": ["sofa", "沙发"]}),
    "DELETE /v1/synonyms/{key}": (
        lambda client: client.put_words({"kind": "two_way", "words": ["sofa", "沙发"], "key": "sofas"}),
        lambda client: client.remove_word("sofas"),
    ),
    "POST /v1/trace": lambda client: client.trace(text="tea"),
    "POST /v1/compare": lambda client: client.compare({}, {}, text="tea"),
    "GET /v1/judgements": lambda client: client.judgements(),
    "POST /v1/judgements": lambda client: client.judge(GOOD),
    "GET /v1/judgements/export": lambda client: client.export_judgements(),
    "POST /v1/judgements/report": (
        lambda client: client.judge(GOOD),
        lambda client: client.judgement_report(),
    ),
    "DELETE /v1/judgements/sets/{name}": (
        lambda client: client.judge(GOOD),
        lambda client: client.remove_judgement_set("main"),
    ),
    "DELETE /v1/judgements/{key}": (
        lambda client: client.judge(GOOD),
        lambda client: client.remove_judgement(client.judgements()[0].key),
    ),
    "GET /v1/offers": lambda client: client.offers(),
    "POST /v1/offers/cart": lambda client: client.cart_offers(CART),
    "POST /v1/offers/redeem": lambda client: client.redeem("o-1", ["promo-tea"], CART),
    "POST /v1/offers/take-back": lambda client: client.take_back("o-1", "promo-tea"),
    "GET /v1/experiments": lambda client: client.experiments(),
    "POST /v1/experiments": lambda client: client.put_experiment("few", HALVES),
    "GET /v1/experiments/{name}": (
        lambda client: client.put_experiment("few", HALVES),
        lambda client: client.experiment("few"),
    ),
    "POST /v1/experiments/{name}": (
        lambda client: client.put_experiment("few", HALVES),
        lambda client: client.start_experiment("few"),
        lambda client: client.stop_experiment("few"),
    ),
    "GET /v1/experiments/{name}/report": (
        lambda client: client.put_experiment("few", HALVES),
        lambda client: client.experiment_report("few"),
    ),
    "GET /v1/experiments/{name}/days": (
        lambda client: client.put_experiment("few", HALVES),
        lambda client: client.experiment_days("few"),
    ),
    "POST /v1/experiments/{name}/decision": (
        lambda client: client.put_experiment("few", HALVES),
        lambda client: client.decide_experiment("few", "all"),
    ),
    "POST /v1/plans": lambda client: client.plan_experiment(["home"]),
    "GET /v1/estimates": lambda client: client.estimates(),
    "POST /v1/estimates": lambda client: client.start_estimate("home", most=10),
    "GET /v1/estimates/{estimate_id}": lambda client: client.estimate(client.start_estimate("home").estimate_id),
    "DELETE /v1/estimates/{estimate_id}": lambda client: client.cancel_estimate(
        client.start_estimate("home").estimate_id
    ),
    "GET /v1/knowledge": lambda client: client.knowledge(),
    "POST /v1/knowledge": lambda client: client.note({"title": "Tea is looked for before nine"}),
    "GET /v1/insights/queries": lambda client: client.query_report(),
    "GET /v1/insights/today": lambda client: client.today(),
    "GET /v1/doctor": lambda client: client.doctor(),
    "GET /v1/insights/traffic": lambda client: client.traffic(),
    "GET /v1/insights/arms": lambda client: client.arms(),
    "GET /v1/insights/associations": lambda client: client.associations(n=3),
    "GET /v1/insights/ads": lambda client: client.ads(),
    "GET /v1/insights/audience": lambda client: client.audience(items=["tea-01"], n=3),
    "GET /v1/insights/map": lambda client: client.shop_map(depth=2),
    "GET /v1/insights/map/catalogue": lambda client: client.catalogue_map(depth=2),
    "GET /v1/insights/map/user": lambda client: client.user_map("u01"),
    "GET /v1/keys/mine": lambda client: client.own_key(),
    "GET /v1/keys": lambda client: client.keys(),
    "POST /v1/keys": lambda client: client.make_key("viewer"),
    "DELETE /v1/keys/{key_id}": (
        lambda client: client.make_key("viewer"),
        lambda client: client.revoke_key(client.keys()[0].key_id),
    ),
    "GET /health/live": lambda client: client.live(),
    "GET /health/ready": lambda client: client.readiness(),
    "GET /metrics": lambda client: client.metrics(),
}
"""Operation → what calls it, after what must be there. Whoever adds a route adds a method and a line here."""

SAME = {"GET /v1/search": "POST /v1/search"}
"""Operations that are there for people at an address bar → the one that does the same."""

OPERATIONS = [
    f"{method.upper()} {path}"
    for path, operations in document()["paths"].items()
    for method in operations
    if f"{method.upper()} {path}" not in SAME
]


class Noting(httpx.BaseTransport):
    """A transport that notes which operations were called, and how each was answered."""

    def __init__(self, app: Any) -> None:
        self._app, self._inner = app, AsgiTransport(app)
        self.answered: dict[str, int] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request."""
        answer = self._inner.handle_request(request)
        path = request.url.raw_path.decode().partition("?")[0]
        scope = {"type": "http", "method": request.method, "path": path, "root_path": ""}
        route = next(each for each in self._app.routes if each.matches(scope)[0] == Match.FULL)
        self.answered[f"{request.method} {route.path.replace(':path}', '}')}"] = answer.status_code
        return answer

    def close(self) -> None:
        """Stops the event loop."""
        self._inner.close()


@pytest.fixture
def noting(shop: Shop) -> Iterator[Noting]:
    made = Noting(create_app(shop))
    yield made
    made.close()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_method_of_the_client_calls(operation: str, shop: Shop, noting: Noting) -> None:
    assert operation in CALLS, f"{operation}: no method of the client calls it; write one, and a line into CALLS"
    if operation.endswith("outlook"):  # the tiny shop is too small to foresee by the usual options
        fitting.fit(["behaviour"], shop.tables(), shop.artifacts, FEW, seed=0, progress=silent)
    if operation == "POST /v1/models/{kind}/rollback":  # there must be something to go back to
        fitting.fit(["popularity"], shop.tables(), shop.artifacts, OTHER, seed=0, progress=silent)
    with Client("http://shop.test", keys.create(shop.records, "admin"), transport=noting) as client:
        steps = CALLS[operation]
        for step in steps if isinstance(steps, tuple) else (steps,):
            step(client)
    assert noting.answered.get(operation) in (200, 201), f"{operation} was not answered, but {noting.answered}"


def test_nothing_is_called_that_there_is_not() -> None:
    assert sorted(set(CALLS) - set(OPERATIONS)) == []
    assert sorted(set(SAME.values()) - set(CALLS)) == []
