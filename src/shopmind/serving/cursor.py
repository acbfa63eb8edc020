"""Paging: an opaque cursor that belongs to one question."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Protocol

from shopmind.kit.errors import InputError
from shopmind.kit.seeds import hash64

MAX_OFFSET = 10_000


def write(offset: int, question: str, draw: str | None = None) -> str:
    """The cursor that continues `question` at `offset`, by the draw of the answer before where it had one."""
    held = b"" if draw is None else draw.encode()
    return base64.urlsafe_b64encode(offset.to_bytes(3, "big") + _mark(question) + held).decode()


def read(cursor: str, question: str) -> tuple[int, str]:
    """The offset a cursor stands for, and the draw it continues; "" for none.

    Raises:
        InputError: it is not one of ours, or continues another question.
    """
    try:
        raw = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InputError("cursor: not one that an answer gave as next_cursor", field="cursor") from error
    offset = int.from_bytes(raw[:3], "big")
    held = raw[9:].decode("ascii", "replace")
    if len(raw) < 9 or not re.fullmatch(r"([0-9a-f]{24}\.[0-9]{1,12})?", held) or offset > MAX_OFFSET:
        raise InputError("cursor: not one that an answer gave as next_cursor", field="cursor")
    if raw[3:9] != _mark(question):
        raise InputError("cursor: it continues another question; repeat the question it came from", field="cursor")
    return offset, held


class Listed(Protocol):
    """A question about a part of a list."""

    offset: int
    cursor: str | None

    def model_dump_json(self, *, exclude: set[str]) -> str:
        """Of pydantic."""
        ...


def place(what: str, question: Listed) -> tuple[int, str]:
    """Where in a list a question begins, and what `following` is to be told; raises InputError as `read` does."""
    mark = f"{what} {question.model_dump_json(exclude={'n', 'offset', 'cursor'})}"
    return (question.offset if question.cursor is None else read(question.cursor, mark)[0]), mark


def following(mark: str, after: int, total: int) -> str | None:
    """The cursor of what comes after the first `after` of a list; None at its end."""
    return write(after, mark) if after < min(total, MAX_OFFSET) else None


def _mark(question: str) -> bytes:
    return hash64(question).to_bytes(8, "big")[:6]
