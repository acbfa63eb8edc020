"""One error shape for everything that can go wrong at this door."""

from __future__ import annotations

import copy
import math

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from shopmind.kit.errors import (
    AccessError,
    BusyError,
    InputError,
    NotFoundError,
    NotReadyError,
    ShopmindError,
    StorageError,
    not_allowed,
)
from shopmind.serving.responses import json_response

STATUS: tuple[tuple[type[ShopmindError], int], ...] = (
    (NotFoundError, 404),
    (InputError, 422),
    (AccessError, 401),
    (BusyError, 429),
    (NotReadyError, 503),
    (StorageError, 507),
)
"""The tree of kit/errors.py, children before their parents."""

CODES = {
    400: "bad_request",
    401: "access_denied",
    403: "access_denied",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "wrong_content_type",
    421: "wrong_host",
    422: "bad_input",
}
"""Codes of what goes wrong before any room of ours is asked."""


def error_response(
    status: int, code: str, message: str, field: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    """The one error shape."""
    return json_response({"error": {"code": code, "message": message, "field": field}}, status, headers)


def status_of(error: ShopmindError) -> int:
    """The status of an error of the tree."""
    if isinstance(error, AccessError):
        return 403 if error.known else 401
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def shopmind_response(error: ShopmindError) -> Response:
    """The answer to an error of the tree."""
    status = status_of(error)
    headers = {}
    if isinstance(error, AccessError):
        headers = {} if error.known else {"www-authenticate": "Bearer"}
    if isinstance(error, BusyError):
        headers = {"retry-after": str(max(1, math.ceil(error.retry_after_s)))}
    return error_response(status, error.code, error.message, error.field, headers)


def as_given(error: ShopmindError, name: str) -> ShopmindError:
    """An error about the filter under the name it was given by; any other as it is."""
    if error.field in ("filter", "filters") and error.field != name:
        message = f"{name}: {error.message.removeprefix(f'{error.field}: ')}"
        told = copy.copy(error)
        told.message, told.field = message, name
        return told
    return error


def invalid(error: ValidationError | RequestValidationError, model: type[BaseModel] | None = None) -> InputError:
    """The first thing pydantic found, as an InputError; of what the caller sent only names and numbers are repeated."""
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]][isinstance(error, RequestValidationError) :]
    field = ".".join(path) or None
    if first["type"] == "extra_forbidden" and model is not None:
        return not_allowed("unknown field", path[-1], model.model_fields, field=field)
    message = str(first["msg"]).removeprefix("Value error, ")
    if isinstance(first.get("input"), int | float):
        message = f"{first['input']} is not allowed: {message}"
    return InputError(f"{field}: {message}" if field else message, field=field)


def install(app: FastAPI) -> None:
    """Puts the error shape on everything the framework answers by itself, too."""

    async def of_the_tree(request: Request, error: Exception) -> Response:
        if not isinstance(error, ShopmindError):
            return of_nothing(request)
        visit = request.scope.get("shopmind")
        return shopmind_response(error if visit is None else as_given(error, visit.filter_field))

    async def of_the_framework(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            return of_nothing(request)
        code = CODES.get(error.status_code, "error")
        message = error.detail
        if error.status_code == 404 and message == "Not Found":
            message = f"there is nothing at {request.url.path}; see /docs"
        if error.status_code == 405:
            message = f"{request.method} is not allowed at {request.url.path}; see /docs"
        return error_response(error.status_code, code, message, None, dict(error.headers or {}))

    async def of_validation(request: Request, error: Exception) -> Response:
        return shopmind_response(invalid(error)) if isinstance(error, RequestValidationError) else of_nothing(request)

    app.add_exception_handler(ShopmindError, of_the_tree)
    app.add_exception_handler(HTTPException, of_the_framework)
    app.add_exception_handler(RequestValidationError, of_validation)


def of_nothing(request: Request) -> Response:
    """The answer to what nobody expected; the log has the rest under the same request id."""
    visit = request.scope.get("shopmind")
    request_id = visit.request_id if visit is not None else "unknown"
    return error_response(500, "internal", f"something went wrong here; the log knows it as request {request_id}")
