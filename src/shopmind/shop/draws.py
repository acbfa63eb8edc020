"""What chance in an answer is derived from: the id of its request and how much of the log it listened to.

A later page asks with the same draw, so that it continues the order of the first one although impressions and clicks
have come since.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from shopmind.domain import Hit, Query, Tried
from shopmind.kit.errors import InputError
from shopmind.kit.seeds import hash64
from shopmind.pipeline.exploration import Exploration
from shopmind.stores.ports import Numbers

_DRAW = re.compile(r"([0-9A-Za-z_-]{1,64})\.([0-9]{1,15})")


def write(request_id: str, heard: int) -> str:
    """The draw of an answer, for `Query.draw`.

    Args:
        heard: number of the newest event that chance listened to.
    """
    return f"{request_id}.{heard}"


def read(draw: str) -> tuple[str, int]:
    """(request id, number of the newest event) of a draw.

    Raises:
        InputError: it is no such thing.
    """
    found = _DRAW.fullmatch(draw)
    if found is None:
        raise InputError(f"draw: {draw[:80]!r} is not what an answer gave as its draw", field="draw")
    return found[1], int(found[2])


def of_question(query: Query) -> str:
    """A draw of the question itself, for an evaluation: the same question is answered the same way each time."""
    asked = (query.scenario, query.user_id, query.session_id, query.text, query.anchors, query.filter, query.now_ms)
    return f"{hash64(repr(asked)):016x}"


def tried(exploration: Exploration | None, hits: Sequence[Hit], items: Numbers) -> tuple[Tried, ...]:
    """The choices that stand on this page.

    Args:
        items: numbers of the items of the page.
    """
    if exploration is None or not exploration.choices:
        return ()
    here = {hit.position for hit in hits}
    page = set(items.tolist())
    return tuple(
        Tried(each.place, exploration.by, each.chance, each.lifted, each.features)
        for each in exploration.choices
        if each.item in page and each.place in here
    )
