"""JSON by orjson."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response


def json_response(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A response of JSON; NaN becomes null."""
    return bytes_response(to_bytes(content), status, headers)


def bytes_response(content: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A response of bytes that are JSON already."""
    return Response(content, status, headers, media_type="application/json")


def to_bytes(content: Any) -> bytes:
    """Compact UTF-8 JSON; numpy numbers are numbers."""
    return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)
