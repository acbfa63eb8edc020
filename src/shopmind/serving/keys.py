"""Keys: who may do what. Only a digest of a key is stored, so a stolen database opens nothing."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from shopmind.kit.clock import Clock, system_clock
from shopmind.kit.errors import AccessError, InputError, not_allowed
from shopmind.stores.ports import Records

Scope = Literal["read", "events", "merchandise", "admin"]
Role = Literal["public", "viewer", "merchandiser", "admin"]

ROLES: dict[Role, frozenset[Scope]] = {
    "public": frozenset({"read", "events"}),
    "viewer": frozenset({"read"}),
    "merchandiser": frozenset({"read", "merchandise"}),
    "admin": frozenset(get_args(Scope)),
}
"""Named sets of scopes. A public key may be read by anyone, in a web page for instance."""

KIND = "key"
TOKEN = re.compile(r"sm_([0-9a-f]{12})_([0-9a-f]{64})")
ORIGIN = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+")


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key; the token itself is not kept.

    Attributes:
        key_id: its public prefix, safe to log.
        origins: web origins whose pages may use it; only public keys have any.
    """

    key_id: str
    role: Role
    origins: tuple[str, ...] = ()
    created_at_ms: int = 0
    digest: str = ""

    @property
    def scopes(self) -> frozenset[Scope]:
        """What it may do."""
        return ROLES[self.role]


def create(records: Records, role: str, origins: Sequence[str] = (), *, clock: Clock = system_clock) -> str:
    """Makes a key and returns its token, which cannot be shown again.

    Args:
        role: public, viewer, merchandiser or admin.
        origins: for a public key, the web origins (`https://shop.example`) whose pages may use it; with none, no page
            of another origin may, but servers and the shop's own page can.

    Raises:
        InputError: an unknown role, or something that is not an origin.
    """
    if role not in ROLES:
        raise not_allowed("role", role, ROLES, field="role")
    if origins and role != "public":
        raise InputError(f"origins: only public keys have allowed origins, not the role {role!r}", field="origins")
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            raise InputError(f"origins: {origin!r} is not an origin such as https://shop.example", field="origins")
    key_id, secret = secrets.token_hex(6), secrets.token_hex(32)
    body = {"role": role, "origins": list(origins), "created_at_ms": clock(), "digest": _digest(secret)}
    records.put(KIND, key_id, body)
    return f"sm_{key_id}_{secret}"


def revoke(records: Records, key_id: str) -> bool:
    """Takes a key back; running servers follow within `Keyring.FRESH_S`. False when there was none."""
    return records.delete(KIND, key_id)


def all_keys(records: Records) -> list[Key]:
    """Every key, newest first."""
    return [_key(key_id, body) for key_id, body in records.scan(KIND, limit=100_000)]


class Keyring:
    """The keys of a shop as one process knows them: at most `FRESH_S` seconds old."""

    FRESH_S = 1.0

    def __init__(self, records: Records) -> None:
        self._records = records
        self._lock = threading.Lock()
        self._read_at = -self.FRESH_S
        self._keys: dict[str, Key] = {}
        self._origins: frozenset[str] = frozenset()

    def find(self, token: str | None) -> Key:
        """The key of a token, compared in constant time.

        Raises:
            AccessError: there is no token, or no such key.
        """
        if not token:
            raise AccessError("a key is needed: send it as 'Authorization: Bearer KEY' or 'X-API-Key: KEY'")
        match = TOKEN.fullmatch(token)
        key = self.known().get(match[1]) if match else None
        if match is None or key is None or not hmac.compare_digest(key.digest, _digest(match[2])):
            raise AccessError("the key is not known; it may have been revoked")
        return key

    def origins(self) -> frozenset[str]:
        """Web origins that at least one key allows."""
        self.known()
        return self._origins

    def known(self) -> dict[str, Key]:
        """Key id → key."""
        if time.monotonic() - self._read_at >= self.FRESH_S and self._lock.acquire(blocking=False):
            try:
                self._keys = {key.key_id: key for key in all_keys(self._records)}
                self._origins = frozenset(origin for key in self._keys.values() for origin in key.origins)
                self._read_at = time.monotonic()
            finally:
                self._lock.release()
        return self._keys


def _key(key_id: str, body: dict[str, object]) -> Key:
    role, origins, created = body["role"], body["origins"], body["created_at_ms"]
    if role not in ROLES or not isinstance(origins, list) or not isinstance(created, int):
        raise InputError(f"key {key_id}: its record cannot be read; revoke it and create another")
    return Key(key_id, role, tuple(map(str, origins)), created, str(body["digest"]))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
