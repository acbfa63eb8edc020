"""Whom a shop may write to, and where: contacts, stops and messages in a file of their own; `shop.postbox`."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shopmind.ingest.rows import RowStatus
from shopmind.kit.clock import Clock
from shopmind.kit.errors import BusyError, InputError, not_allowed
from shopmind.privacy import unsubscribe
from shopmind.privacy.pseudonym import Pseudonyms
from shopmind.stores.lease import Lease
from shopmind.stores.menus import OUTBOXES
from shopmind.stores.outbox import Contact, Outbox

FILE = "messages.db"
LETTERS = "outbox"
"""Where letters lie that are handed over as files."""
SENDING = "messages.lease"
"""Held by the one sender."""
PATIENCE_S = 5.0
"""How long an erasure waits for a letter that is being handed over."""
LOOK_EVERY_S = 0.02
CHANNELS = ("email", "sms", "push")
STOPPED_FOR = ("unsubscribed", "bounced", "complained", "asked")

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_PHONE = re.compile(r"\+?[0-9]{6,15}")
_PUSH = re.compile(r"[!-~]{1,4096}")


class Postbox:
    """The outbox of a shop, opened when it is first needed: most shops write to nobody."""

    def __init__(self, path: Path, pseudonyms: Pseudonyms, clock: Clock) -> None:
        self._path = path
        self._pseudonyms = pseudonyms
        self._clock = clock
        self._lock = threading.Lock()
        self._outbox: Outbox | None = None

    @property
    def used(self) -> bool:
        """Whether the shop has ever had a contact, a stop or a message."""
        return (self._path / FILE).is_file()

    @property
    def outbox(self) -> Outbox:
        """The store itself."""
        with self._lock:
            if self._outbox is None:
                self._outbox = OUTBOXES.load("sqlite")(f"sqlite:///{self._path / FILE}")
            return self._outbox

    def put_contacts(self, rows: Sequence[Mapping[str, Any]]) -> list[RowStatus]:
        """Rows of user_id (the shop's own), channel and address; an empty address takes the contact away. Each row
        stands alone. A contact alone allows nothing: the person's consent says {"email": true}, or nothing is sent."""
        statuses, good = [], []
        for at, row in enumerate(rows):
            try:
                contact = self._contact(row, f"row {at + 1}")
                good.append(contact)
                statuses.append(RowStatus(at, str(row["user_id"]), "accepted"))
            except InputError as error:
                statuses.append(RowStatus(at, None, "rejected", error.message, error.field))
        if good:
            self.outbox.put_contacts(good)
        return statuses

    def stop(self, user_id: str, channel: str, why: str = "asked", *, known: bool = False) -> None:
        """Nothing goes to this pseudonym any more, on this channel ("" for all), nor to the address it has there now.

        What was planned is not handed over. It outlives a later import that says {"email": true}.

        Args:
            known: only if the pseudonym has a contact or a message at the moment it is written.
        """
        self._check_channel(channel, "channel")
        if why not in STOPPED_FOR:
            raise not_allowed("why", why, STOPPED_FOR, field="why")
        channels = CHANNELS if not channel else (channel,)
        held = [self.outbox.contacts([user_id], each).get(user_id) for each in channels]
        digests = [(each.digest, each.channel, why) for each in held if each is not None]
        self.outbox.stop([(user_id, channel, why), *digests], self._clock(), of=user_id if known else "")

    def allow(self, user_id: str, channel: str) -> bool:
        """Takes a stop back, of the pseudonym and of its address; whether there was one. The person must have asked."""
        held = self.outbox.contacts([user_id], channel).get(user_id) if channel else None
        of_address = self.outbox.allow(held.digest, channel) if held is not None else False
        return self.outbox.allow(user_id, channel) or of_address

    def token(self, user_id: str, channel: str) -> str:
        """What ends the messages of a channel to a pseudonym (privacy/unsubscribe.py)."""
        return unsubscribe.token(self._pseudonyms, user_id, channel)

    def unsubscribe(self, token: str) -> str:
        """Ends the messages that a token names, now and for good; returns the channel. Doing it again is allowed, also
        for a person who was forgotten: then there is nothing to keep.

        Raises:
            NotFoundError: no token of this shop.
        """
        user_id, channel = unsubscribe.read(self._pseudonyms, token)
        self.stop(user_id, channel, "unsubscribed", known=True)
        return channel

    def read_token(self, token: str) -> str:
        """The channel that a token would end; raises NotFoundError."""
        return unsubscribe.read(self._pseudonyms, token)[1]

    def letter(self, channel: str, message_id: str) -> Path:
        """Where a letter lies that is handed over as a file."""
        return self._path / LETTERS / channel / message_id[:2] / f"{message_id}.json"

    def erase(self, user_id: str) -> dict[str, int]:
        """Erases a pseudonym from contacts, stops and messages, and its letters that still lie here.

        It must have been noted before as being erased (privacy/erase.py): then the sender begins no letter to it, and
        the one that is being handed over is waited for, with what it leaves in the log.

        Raises:
            BusyError: that took longer than PATIENCE_S.
        """
        if not self.used:
            return {}
        letters = 0
        with self._nothing_in_hand(user_id):
            for message_id in self.outbox.ids_of(user_id):
                for channel in CHANNELS:
                    path = self.letter(channel, message_id)
                    letters += path.is_file()
                    for each in (path, *path.parent.glob(f".{path.name}.*")):  # and what a killed sender began
                        each.unlink(missing_ok=True)
            return {**self.outbox.erase(user_id), "letters": letters}

    @contextlib.contextmanager
    def _nothing_in_hand(self, user_id: str) -> Iterator[None]:
        """Whoever has the lease has the letters that are `sending` in hand; if nobody has it, nobody gets it now."""
        sender, deadline = Lease(self._path / SENDING), time.monotonic() + PATIENCE_S
        while any(each.user_id == user_id for each in self.outbox.taken()) and not sender.acquire():
            if time.monotonic() > deadline:
                raise BusyError("a letter to this person is being handed over; ask again, no other is begun until then")
            time.sleep(LOOK_EVERY_S)
        try:
            yield
        finally:
            sender.release()

    def close(self) -> None:
        """Closes the file, if it was opened."""
        with self._lock:
            if self._outbox is not None:
                self._outbox.close()
                self._outbox = None

    def _contact(self, row: Mapping[str, Any], where: str) -> Contact:
        for key in ("user_id", "channel"):
            if not isinstance(row.get(key), str) or not row[key]:
                raise InputError(f"{where}: {key!r} is required, a text", field=key)
        channel = row["channel"]
        self._check_channel(channel, f"{where}: channel")
        address = read_address(channel, row.get("address"), where)
        digest = self._pseudonyms.sealed("address", f"{channel}:{address}") if address else ""
        return Contact(self._pseudonyms.user(row["user_id"]), channel, address, digest)

    @staticmethod
    def _check_channel(channel: str, where: str) -> None:
        if channel and channel not in CHANNELS:
            raise not_allowed(where, channel, CHANNELS, field="channel")


def read_address(channel: str, given: Any, where: str) -> str:
    """An address as it is kept: of a mail the domain in small letters, of a telephone the digits alone; "" for none.

    Raises:
        InputError: it is no such address. It is not repeated in the message: logs are no place for addresses.
    """
    if given is None or given == "":
        return ""
    text = given.strip() if isinstance(given, str) else ""
    if channel == "email" and len(text) <= 254 and _EMAIL.fullmatch(text):
        name, _, domain = text.rpartition("@")
        return f"{name}@{domain.lower()}"
    digits = re.sub(r"[\s().-]", "", text)
    if channel == "sms" and _PHONE.fullmatch(digits):
        return digits
    if channel == "push" and _PUSH.fullmatch(text):
        return text
    allowed = {
        "email": "name@example.com",
        "sms": "6 to 15 digits, + before the country",
        "push": "the device's token, at most 4096 characters without spaces",
    }
    raise InputError(f"{where}: address is not one of {channel}; allowed: {allowed[channel]}", field="address")
