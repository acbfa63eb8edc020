"""Who may be written to: consent first, then stops."""

from __future__ import annotations

from collections.abc import Mapping

from shopmind.domain import User
from shopmind.stores.outbox import Contact

PERSONALISE = "personalise"


def may_write(user: User | None, contact: Contact | None, channel: str, stops: Mapping[str, str]) -> str:
    """Why nothing may be sent to a person on a channel; "" when it may.

    Consent is not presumed: {"email": true} must be there. A stop of the pseudonym or of its address outweighs it.

    Args:
        stops: pseudonym or digest → why, of the channel.
    """
    if contact is None:
        return "no contact"
    if user is None or user.consent.get(channel) is not True:
        return "no consent"
    for subject in (user.user_id, contact.digest):
        if subject in stops:
            return stops[subject]
    return ""


def personal(user: User) -> bool:
    """Whether what the person did may choose what is sent and when."""
    return user.consent.get(PERSONALISE) is not False


def language_of(user: User | None, usual: str) -> str:
    """ "en" or "zh": what the person's attribute `language` begins with, else the shop's."""
    said = "" if user is None else str(user.attributes.get("language", ""))[:2].lower()
    return said if said in ("en", "zh") else usual
