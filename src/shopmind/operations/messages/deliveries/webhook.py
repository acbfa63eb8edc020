"""Letters as HTTP requests to a service that sends them."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass

import httpx
import orjson

from shopmind.operations.messages.deliveries.delivery import Delivery, Handed, Letter
from shopmind.shop.postbox import Postbox

_NOT_TAKEN = (408, 425, 429, 503)


class Webhook(Delivery):
    """POSTs each letter as JSON with its id as `Idempotency-Key`.

    The receiver answers 2xx once it has taken the letter over. A refused connection, 408, 425, 429 and 503 say that it
    has not; every other 4xx refuses it for good, 410 because the address is gone. After a 5xx, a lost connection or no
    answer in time it cannot be told, unless the receiver keeps to the key: then it is handed over again.
    """

    @dataclass(frozen=True)
    class Options:
        """url: where to. idempotent: the receiver takes a key but once, whatever happens: a letter in doubt may be sent
        again. token_env: environment variable with the token for `Authorization: Bearer`. timeout_s: for an answer.
        at_once: requests side by side."""

        url: str
        idempotent: bool = False
        token_env: str = ""
        timeout_s: float = 30.0
        at_once: int = 8

        def __post_init__(self) -> None:
            if not self.url.startswith(("https://", "http://")):
                raise ValueError(f"url is {self.url[:60]!r}, an address such as https://send.example/letters is needed")
            if not 1 <= self.at_once <= 64 or not 0 < self.timeout_s <= 600:
                raise ValueError("at_once must lie in 1..64, timeout_s above 0 and up to 600")

    def __init__(self, options: Options, postbox: Postbox) -> None:
        self._options = options
        self.repeatable = options.idempotent
        self.at_once = options.at_once
        token = os.environ.get(options.token_env, "") if options.token_env else ""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(timeout=options.timeout_s, headers=headers, follow_redirects=False)

    def hand_over(self, letter: Letter) -> Handed:
        """See Delivery."""
        headers = {"idempotency-key": letter.message_id, "content-type": "application/json"}
        try:
            answer = self._client.post(self._options.url, content=orjson.dumps(asdict(letter)), headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return Handed("retry", "no connection")
        except httpx.HTTPError as error:
            return self._doubt(type(error).__name__)
        said = f"answered {answer.status_code}"
        if answer.is_success:
            return Handed("sent")
        if answer.status_code in _NOT_TAKEN:
            return Handed("retry", said)
        if answer.is_client_error:
            return Handed("failed", said, gone=answer.status_code == 410)
        return self._doubt(said)

    def was_handed(self, channel: str, message_id: str) -> None:
        """See Delivery: only the receiver knows."""
        return None

    def close(self) -> None:
        """See Delivery."""
        self._client.close()

    def _doubt(self, said: str) -> Handed:
        return Handed("retry" if self.repeatable else "unknown", said)
