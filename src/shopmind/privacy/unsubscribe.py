"""The token in a message by which its reader ends all of its kind: no account, no password, one click."""

from __future__ import annotations

import hmac
import re

from shopmind.kit.errors import NotFoundError
from shopmind.privacy.pseudonym import Pseudonyms

_TOKEN = re.compile(r"([0-9a-f]{32})\.([a-z]{1,20})\.([0-9a-f]{32})")


def token(pseudonyms: Pseudonyms, user_id: str, channel: str) -> str:
    """The token of a pseudonym and a channel: it names both, and a seal that only this shop can make. It never expires:
    an old message must still be able to end the new ones."""
    return f"{user_id}.{channel}.{_seal(pseudonyms, user_id, channel)}"


def read(pseudonyms: Pseudonyms, text: str) -> tuple[str, str]:
    """(pseudonym, channel) of a token, compared in constant time.

    Raises:
        NotFoundError: it is none of this shop's. What was given is not repeated: it may name somebody.
    """
    found = _TOKEN.fullmatch(text)
    if found is None or not hmac.compare_digest(found[3], _seal(pseudonyms, found[1], found[2])):
        raise NotFoundError("this address is not complete, or not of this shop; copy all of it", field="token")
    return found[1], found[2]


def _seal(pseudonyms: Pseudonyms, user_id: str, channel: str) -> str:
    return pseudonyms.sealed("unsubscribe", f"{user_id}.{channel}")
