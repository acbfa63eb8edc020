"""The part of the client that is about keys, scenario files and how the shop does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from shopmind.client.calls import Calls
from shopmind.client.reports import TrafficLine
from shopmind.client.typed import read, read_all


@dataclass(frozen=True, slots=True)
class OwnKey:
    """What the client's key may do.

    Attributes:
        key_id: "" in a shop that asks for no keys.
        open: whether the shop asks for no keys.
        shop: its name.
    """

    key_id: str
    role: str
    scopes: tuple[str, ...]
    open: bool
    shop: str


@dataclass(frozen=True, slots=True)
class KeyLine:
    """What is known of a key, without what makes it one."""

    key_id: str
    role: str
    scopes: tuple[str, ...]
    origins: tuple[str, ...]
    created_at_ms: int


@dataclass(frozen=True, slots=True)
class ScenarioVersion:
    """One version of a scenario file.

    Attributes:
        text: "" where the shop's own file was taken away.
        by: prefix of the key that wrote it; "file" where it was found in the folder.
    """

    version: int
    text: str
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """A scenario as text.

    Attributes:
        text: what answers now.
        packaged: what comes with shopmind; "" where nothing does.
        own: whether the shop has a file of its own for it.
        version: the newest that is kept; 0 while nothing was changed.
        history: newest first.
    """

    name: str
    text: str
    packaged: str
    own: bool
    version: int
    history: tuple[ScenarioVersion, ...]


@dataclass(frozen=True, slots=True)
class ScenarioCheck:
    """What a text would do.

    Attributes:
        diff: lines of a unified difference; none when nothing changes.
        missing: what it would still need.
        affected: other scenarios that are built on it and would change.
    """

    title: str
    diff: tuple[str, ...]
    missing: tuple[str, ...]
    affected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the doctor looked at: ok, warn or fail, and what to do."""

    name: str
    state: str
    text: str
    advice: str


@dataclass(frozen=True, slots=True)
class Hour:
    """What was reported of one hour."""

    since_ms: int
    impressions: int
    clicks: int
    add_to_carts: int
    purchases: int


@dataclass(frozen=True, slots=True)
class Freshness:
    """How up to date one thing is: of when its newest part is, and how many events or changes it has not seen."""

    what: str
    at_ms: int | None
    behind: int


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests since the server started: answered below 400, refused below 500, failed."""

    since_ms: int
    answered: int
    refused: int
    failed: int
    p50_ms: float | None
    p99_ms: float | None


@dataclass(frozen=True, slots=True)
class Today:
    """One look at the shop.

    Attributes:
        today, yesterday: since midnight UTC, and the whole day before.
        lines: today by scenario and variant.
        days: by day; days without anything are left out.
        hours: the last 24.
        alerts: what is not well.
    """

    now_ms: int
    currency: str
    today: TrafficLine
    yesterday: TrafficLine
    lines: tuple[TrafficLine, ...]
    days: tuple[TrafficLine, ...]
    hours: tuple[Hour, ...]
    requests: Requests
    freshness: tuple[Freshness, ...]
    alerts: tuple[Finding, ...]


class Administering(Calls):
    """Keys, scenario files, and how the shop does."""

    def own_key(self) -> OwnKey:
        """The role and scopes of the client's key; raises AccessError."""
        return read(OwnKey, self._call("GET", "v1/keys/mine"))

    def keys(self) -> list[KeyLine]:
        """Every key, newest first."""
        return read_all(KeyLine, self._call("GET", "v1/keys")["keys"])

    def make_key(self, role: str, origins: Sequence[str] = ()) -> str:
        """A new key, which the shop cannot show again. Raises InputError."""
        made: str = self._call("POST", "v1/keys", body={"role": role, "origins": list(origins)})["key"]
        return made

    def revoke_key(self, key_id: str) -> None:
        """Takes a key back; raises NotFoundError."""
        self._call("DELETE", f"v1/keys/{quote(key_id, safe='')}")

    def scenario_file(self, name: str) -> ScenarioFile:
        """A scenario as text, with its versions; raises NotFoundError."""
        return read(ScenarioFile, self._call("GET", _file(name)))

    def check_scenario(self, name: str, text: str) -> ScenarioCheck:
        """What a text would do; nothing is stored.

        Raises:
            InputError: it is not a scenario; the message names the line and what is allowed.
        """
        return read(ScenarioCheck, self._call("POST", f"{_file(name)}/check", body={"text": text}))

    def put_scenario(self, name: str, text: str, *, version: int | None = None) -> ScenarioFile:
        """Writes the shop's own file of a scenario; raises InputError as `check_scenario`.

        Args:
            version: that was read before; refused when another stands by now. None writes it anyway.
        """
        body: Mapping[str, object] = {"text": text, **({} if version is None else {"version": version})}
        return read(ScenarioFile, self._call("PUT", _file(name), body=body))

    def roll_back_scenario(self, name: str, version: int) -> ScenarioFile:
        """Makes an older version the newest again; 0 is the file that comes with shopmind. Raises NotFoundError."""
        return read(ScenarioFile, self._call("POST", f"{_file(name)}/rollback", body={"version": version}))

    def remove_scenario(self, name: str) -> bool:
        """Takes the shop's own file away; whether one that comes with shopmind answers now. Raises NotFoundError."""
        return bool(self._call("DELETE", _file(name))["packaged"])

    def today(self, *, days: int = 14) -> Today:
        """Traffic, requests, freshness, and what needs a look."""
        return read(Today, self._call("GET", "v1/insights/today", params={"days": days}))

    def doctor(self) -> list[Finding]:
        """Everything the doctor looks at."""
        return read_all(Finding, self._call("GET", "v1/doctor")["findings"])


def _file(name: str) -> str:
    return f"v1/scenarios/{quote(name, safe='')}"
