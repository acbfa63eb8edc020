"""One call of the API: sent, tried again, read, or raised as the shop itself would raise it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx
import orjson

from shopmind.client import answers
from shopmind.client.answers import RowResult
from shopmind.kit.errors import InputError, NotReadyError, ShopmindError

Row = Mapping[str, Any]

ROWS_PER_REQUEST = 2_000
LONGEST_WAIT_S = 5.0
AGAIN = (429, 503)


class Calls:
    """What every topic of the client calls with. Each topic is a class over this one, in a file of its own."""

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

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

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
        return orjson.loads(self._send(method, path, params=params, body=body).content)

    def _page(self, method: str, path: str, *, params: Mapping[str, Any] | None = None) -> str:
        """The text of an answer that is not JSON; raises as `_call` does."""
        return self._send(method, path, params=params).text

    def _send(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> httpx.Response:
        path = _kept(path)
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
                    return response
                error = _fault(response)
                if response.status_code not in AGAIN:
                    raise error
                wait_s = min(LONGEST_WAIT_S, max(wait_s, _retry_after_s(response)))
            if attempt + 1 < self._tries:
                self._sleep(wait_s)
        raise error


def _kept(path: str) -> str:
    """A path whose steps stay what they are: an id may be "." or "..", which would be taken for a way up.

    Raises:
        InputError: an id is empty.
    """
    steps = path.split("/")
    if "" in steps:
        raise InputError(f"{path}: an id may not be empty")
    return "/".join(step.replace(".", "%2E") if step in (".", "..") else step for step in steps)


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
