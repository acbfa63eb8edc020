"""Pseudonyms: the only form in which the engine ever sees a user or a session.

The key lives outside the database, so a copied database alone says nothing about who anybody is.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

from shopmind.kit.errors import AccessError, InputError, NotReadyError
from shopmind.kit.files import storage_faults, sync_folder

KEY_BYTES = 32


class Pseudonyms:
    """HMAC-SHA256 of an id, cut to 128 bits, as 32 hexadecimal digits.

    Users, sessions and every other purpose have domains of their own: a session id that equals a user id gets another
    pseudonym.

    Raises:
        InputError: the key has fewer than 16 bytes.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise InputError(f"pseudonym key: {len(key)} bytes are given, at least 16 are needed")
        self._key = key

    def user(self, user_id: str) -> str:
        """The pseudonym of a user id."""
        return self._of(b"user\x00", user_id)

    def session(self, session_id: str) -> str:
        """The pseudonym of a session id."""
        return self._of(b"session\x00", session_id)

    def users(self, user_ids: Iterable[str]) -> dict[str, str]:
        """Each id with its pseudonym."""
        return {each: self.user(each) for each in user_ids}

    def sessions(self, session_ids: Iterable[str]) -> dict[str, str]:
        """Each id with its pseudonym."""
        return {each: self.session(each) for each in session_ids}

    def sealed(self, purpose: str, text: str) -> str:
        """What only the holder of the key can make of a text, 32 hexadecimal digits; another for every purpose."""
        return self._of(purpose.encode() + b"\x00", text)

    def _of(self, domain: bytes, text: str) -> str:
        return hmac.digest(self._key, domain + text.encode("utf-8", "surrogatepass"), "sha256")[:16].hex()


def load_key(path: Path) -> bytes:
    """The key in `path`; makes one, mode 0600, when there is none. Processes that start together get the same.

    Raises:
        AccessError: others on this machine may read the file.
        NotReadyError: the file is empty or too short.
    """
    try:
        return _read(path)
    except FileNotFoundError:
        _create(path)
        return _read(path)


def _create(path: Path) -> None:
    """Links a finished file into place, so that nobody ever reads half a key."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with storage_faults(path):
        try:
            with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES).hex().encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
            sync_folder(path.parent)
        except FileExistsError:
            return  # another process was first: its key is the shop's key
        finally:
            draft.unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    with open(path, "rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if os.name == "posix" and mode & 0o077:
            raise AccessError(
                f"{path}: others may read this key (mode {mode:04o}); only 0600 is allowed: chmod 600 {path}",
                known=True,
            )
        text = file.read(4096).strip()
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) < 16:
        raise NotReadyError(f"{path}: not a key; restore it from your backup (without it no user is recognised)")
    return key
