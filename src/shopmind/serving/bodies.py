"""Reading bodies: bounded, typed, and refused with a reason."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from shopmind.kit.errors import InputError
from shopmind.serving.access import IN_ADDRESS
from shopmind.serving.errors import invalid
from shopmind.serving.service import service_of, visit_of

M = TypeVar("M", bound=BaseModel)

JSON = "application/json"
BEACON = ("text/plain",)
"""NDJSON from a page that is closing. Read only with a key in the address: else the page of any site could send it."""
NDJSON = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/jsonlines")


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a write.

    Attributes:
        rows: an object each, or the reason why the line is none.
        single: one JSON object was sent, so the answer is about this one.
    """

    rows: list[dict[str, Any] | InputError]
    single: bool


async def read_model(request: Request, model: type[M]) -> M:
    """The body as `model`.

    Raises:
        InputError: not JSON, not UTF-8, too deep, or not what the model allows.
        HTTPException: 413 too large, 415 not application/json.
    """
    _media_type(request, JSON)
    body = await _read(request, service_of(request).settings.max_question_bytes)
    if "filters" in model.model_fields:
        visit_of(request).filter_field = "filter" if b'"filter"' in body and "filter" in _named(body) else "filters"
    return parse(body, model)


def read_query(request: Request, model: type[M]) -> M:
    """The parameters of the address as `model`; raises InputError as `read_model` does."""
    if "filters" in model.model_fields:
        visit_of(request).filter_field = "filter" if "filter" in request.query_params else "filters"
    try:
        return model.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise invalid(error, model) from error


def _named(body: bytes) -> Container[str]:
    """The fields of a JSON object; () where the body is none, which `parse` tells better."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ()
    return content if isinstance(content, dict) else ()


def parse(body: bytes, model: type[M]) -> M:
    """JSON bytes as `model`; raises InputError that names the field and what is allowed."""
    try:
        return model.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise invalid(error, model) from error


async def read_rows(request: Request) -> Rows:
    """The body as rows: a JSON object, a JSON array or NDJSON.

    Raises:
        InputError: the whole body is unreadable, or there are no rows; a bad line of NDJSON spoils only itself.
        HTTPException: 413 too large or too many rows, 415 another content type.
    """
    settings = service_of(request).settings
    beacon = BEACON if IN_ADDRESS in request.query_params else ()
    media_type = _media_type(request, JSON, *NDJSON, *beacon)
    body = await _read(request, settings.max_body_bytes)
    if media_type != JSON:
        lines = body.splitlines() if body.count(b"\n") <= 2 * settings.max_rows else _too_many(settings.max_rows)
        rows = Rows([_row(line) for line in lines if line.strip()], single=False)
    else:
        rows = _json_rows(body)
    if len(rows.rows) > settings.max_rows:
        _too_many(settings.max_rows)
    if not rows.rows:
        raise InputError("body: there are no rows in it")
    return rows


def _json_rows(body: bytes) -> Rows:
    content = _loads(body, "body")
    if isinstance(content, dict):
        return Rows([content], single=True)
    if not isinstance(content, list):
        raise InputError("body: a JSON object or a JSON array of objects is expected")
    return Rows([row if isinstance(row, dict) else InputError("a JSON object is expected") for row in content], False)


def _row(line: bytes) -> dict[str, Any] | InputError:
    try:
        row = _loads(line, "line")
    except InputError as error:
        return error
    return row if isinstance(row, dict) else InputError("line: a JSON object is expected")


def _loads(text: bytes, where: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{where}: not JSON in UTF-8 ({error.msg} at byte {error.pos})") from error


def _too_many(limit: int) -> Iterator[bytes]:
    raise HTTPException(413, f"more than {limit:,} rows; send them in several requests")


def _media_type(request: Request, *allowed: str) -> str:
    """The content type without its parameters. Demanding one keeps pages of other sites out: they must ask first."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in allowed:
        raise HTTPException(415, f"content type {given!r} is not read here; allowed: {', '.join(allowed)}")
    return given


async def _read(request: Request, limit: int) -> bytes:
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > limit:
        _too_large(limit)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            _too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(limit: int) -> None:
    raise HTTPException(413, f"the body is larger than {limit:,} bytes")
