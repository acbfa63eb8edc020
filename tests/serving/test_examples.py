"""Every example of the OpenAPI document is sent to the tiny shop, and every answer is what the document says."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from shopmind import serving
from shopmind.kit.progress import silent
from shopmind.serving import schemas
from shopmind.shop import Shop, fitting
from shopmind.testing.asgi import document

DOCUMENT = document()
MODELS: dict[str, type[BaseModel]] = {
    name: model
    for module in pkgutil.iter_modules(serving.__path__)
    if module.name.endswith("schemas")
    for name, model in vars(import_module(f"shopmind.serving.{module.name}")).items()
}

Request = tuple[str, str, dict[str, Any], dict[str, Any]]
FEW = {"behaviour": {"days": (7,), "at_least": 10, "of_each": 1, "moments": 1, "trees": 5}}


@pytest.fixture(autouse=True)
def foreseeing(shop: Shop) -> None:
    """The tiny shop is too small to foresee by the usual options."""
    fitting.fit(["behaviour"], shop.tables(), shop.artifacts, FEW, seed=0, progress=silent)


@pytest.fixture(autouse=True)
def named(shop: Shop) -> None:
    """An estimate that has ended and a key, under the id of the examples."""
    body = {"state": "cancelled", "wanted": {"scenario": "home"}, "started_ms": 1_790_000_000_000}
    shop.records.put("estimate", "0123456789ab", body)
    shop.records.put("key", "0123456789ab", {"role": "viewer", "origins": [], "created_at_ms": 1, "digest": ""})


def requests() -> list[Request]:
    """(method, path, what httpx is told, the operation) of every example; what erases comes last."""
    found: list[Request] = []
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            parameters = operation.get("parameters", [])
            address = path
            for parameter in parameters:
                if parameter["in"] == "path":
                    address = address.replace(f"{{{parameter['name']}}}", parameter["example"])
            query = {
                each["name"]: each["example"] for each in parameters if each["in"] == "query" and "example" in each
            }
            found += [(method, address, {"params": query, **told}, operation) for told in bodies(operation)]
    return sorted(found, key=lambda each: each[0] == "delete")


def bodies(operation: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for media_type, media in operation.get("requestBody", {}).get("content", {}).items():
        found += [{"json": example["value"]} for example in media.get("examples", {}).values()]
        if "example" in media:
            found.append({"content": media["example"].encode(), "headers": {"content-type": media_type}})
    return found or [{}]


def described(operation: dict[str, Any], status: int) -> list[type[BaseModel]]:
    content = operation["responses"].get(str(status), {}).get("content", {})
    reference = content.get("application/json", {}).get("schema", {}).get("$ref")
    return [MODELS[reference.rpartition("/")[2]]] if reference else []


def test_every_example_is_answered_as_the_document_says(api: httpx.Client) -> None:
    for method, path, told, operation in requests():
        answer = api.request(method.upper(), path, **told)
        assert answer.status_code in (200, 201), (method, path, told, answer.text)
        for model in described(operation, answer.status_code):
            model.model_validate_json(answer.content)


def test_every_operation_describes_its_answer_and_its_body_has_examples() -> None:
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            assert described(operation, 200) or path in ("/metrics", "/v1/ingests/rejected/file"), path
            if method == "post":
                for media in operation["requestBody"]["content"].values():
                    assert media.get("examples") or media.get("example"), path


def test_rows_of_examples_are_accepted(api: httpx.Client) -> None:
    for method, path, told, operation in requests():
        answer = api.request(method.upper(), path, **told)
        if schemas.BulkAnswer in described(operation, answer.status_code):
            assert answer.json()["rejected"] == 0, (path, answer.text)


def test_errors_have_the_described_shape(api: httpx.Client) -> None:
    for method, path, told in (("GET", "/nothing", {}), ("PUT", "/v1/search", {}), ("POST", "/v1/search", {"json": 1})):
        answer = api.request(method, path, **told)
        assert answer.status_code >= 400
        schemas.ErrorAnswer.model_validate_json(answer.content)
