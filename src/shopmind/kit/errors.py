"""The one tree of errors.

ShopmindError
├── InputError            what the caller gave is not allowed       exit 2, HTTP 422
│   └── NotFoundError     what the caller named does not exist      exit 2, HTTP 404
├── AccessError           no key, a wrong key or too small a scope  exit 1, HTTP 401 or 403
├── BusyError             over a limit: try again later             exit 1, HTTP 429
├── NotReadyError         something must be built or fetched first  exit 1, HTTP 503
│   └── MissingExtraError an optional dependency is not installed   exit 1, HTTP 503
└── StorageError          a disk, file or database fault            exit 1, HTTP 507
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ShopmindError(Exception):
    """Root of every error shopmind raises on purpose. `code` is stable and machine-readable."""

    code = "error"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class InputError(ShopmindError):
    """What the caller gave is not allowed; nothing was changed."""

    code = "bad_input"


class NotFoundError(InputError):
    """What the caller named does not exist."""

    code = "not_found"


class AccessError(ShopmindError):
    """The key is missing, unknown or lacks the scope."""

    code = "access_denied"

    def __init__(self, message: str, *, known: bool = False) -> None:
        super().__init__(message)
        self.known = known


class BusyError(ShopmindError):
    """Over a limit; `retry_after_s` says when to come back."""

    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class NotReadyError(ShopmindError):
    """Something has to be built or fetched first; the message names the command."""

    code = "not_ready"


class MissingExtraError(NotReadyError):
    """An optional part needs an extra: `pip install 'shopmind[EXTRA]'`."""

    code = "missing_extra"

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs the extra [{extra}]: pip install 'shopmind[{extra}]'")
        self.extra = extra


class StorageError(ShopmindError):
    """A disk, file or database fault; what was acknowledged before is kept."""

    code = "storage_fault"


def not_allowed(where: str, given: object, allowed: Iterable[str], *, field: str | None = None) -> InputError:
    """An InputError that says where, what was given, what is allowed, and the nearest allowed name."""
    names = sorted(allowed)
    near = difflib.get_close_matches(str(given), names, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return InputError(f"{where}: {given!r} is not allowed{hint}; allowed: {', '.join(names)}", field=field)
