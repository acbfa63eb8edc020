"""What the doors may be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class ServingSettings:
    """Settings of one served shop, the table `[serving]` of shop.toml.

    Attributes:
        title: shown by the page and the reference.
        open: ask for no keys; `serve` refuses it unless the host is a loopback address.
        allowed_hosts: values of the Host header that are answered; empty answers any. Open shops set it, so that a
            page of another site cannot reach them by a name of its own that resolves to 127.0.0.1.
        max_body_bytes: of a bulk write; a larger body answers 413, also when it is sent without a length.
        max_question_bytes: of any other body.
        max_rows: of a bulk write.
        rate_per_s: requests a key may make each second, for ever; a public key's limit is for each address.
        burst: requests a key may make at once.
        engine_threads: requests in the engine at the same time; the rest wait their turn.
        max_waiting: requests that may wait for a thread; one more is told to come back (429).
        page_key: a public key the page uses; without one the page of a shop with keys asks its visitor for a key.
        sample_users: raw user ids the page offers to be. The stores know only pseudonyms, so they are listed here.
        console: where the console is served; `/console` leads there. Empty says that there is none.
        neighbours: name → relative URL of shops served beside this one, linked by the page.
    """

    title: str = "shopmind"
    open: bool = False
    allowed_hosts: tuple[str, ...] = ()
    max_body_bytes: int = 32 * MEBIBYTE
    max_question_bytes: int = MEBIBYTE
    max_rows: int = 20_000
    rate_per_s: float = 1_000.0
    burst: int = 2_000
    engine_threads: int = 2
    max_waiting: int = 256
    page_key: str | None = None
    sample_users: tuple[str, ...] = ()
    console: str = "http://127.0.0.1:8001"
    neighbours: Mapping[str, str] = field(default_factory=dict)
