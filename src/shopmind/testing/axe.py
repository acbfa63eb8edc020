"""axe-core, which finds faults of accessibility: fetched from npm when a test asks, never kept in the project."""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import tarfile
from typing import Any

import httpx
from playwright.sync_api import Page

from shopmind.encoders.weights import cache_folder
from shopmind.kit.files import write_whole

VERSION = "4.10.3"
SHA512 = "Xm7bpRXnDSX2YE2YFfBk2FnF0ep6tmG7xPh8iHee8MIcrgq762Nkce856dYtJYLkuIoYZvGfTs/PbZhideTcEg=="
ADDRESS = f"https://registry.npmjs.org/axe-core/-/axe-core-{VERSION}.tgz"
SCRIPT = "package/axe.min.js"
GRAVE = ("serious", "critical")
STILL = """() => Promise.allSettled(document.getAnimations()
  .filter(each => each.effect.getComputedTiming().iterations !== Infinity).map(each => each.finished))"""
"""Waits for what fades in: half of a colour is not the colour."""
RUN = """async () => {
  const modal = [...document.querySelectorAll('[role=dialog][aria-modal=true]')].pop();
  return (await axe.run(modal || document, {resultTypes: ['violations']})).violations;
}"""
"""While a modal dialog is open, what is behind it is out of reach and darkened."""


class OutOfReach(Exception):
    """The registry cannot be reached and nothing is in the cache."""


@functools.cache
def script() -> str:
    """The text of axe.min.js.

    Raises:
        OutOfReach: see there.
        ValueError: what came is not what was pinned.
    """
    kept = cache_folder().parent / "axe" / f"axe-core-{VERSION}.tgz"
    content = kept.read_bytes() if kept.is_file() else _fetched()
    if base64.b64encode(hashlib.sha512(content).digest()).decode() != SHA512:
        raise ValueError(f"axe-core {VERSION}: the archive is not the one that is pinned; remove {kept} and try again")
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, content)  # several processes of tests may bring it at once
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        member = archive.extractfile(SCRIPT)
        if member is None:
            raise ValueError(f"axe-core {VERSION}: {SCRIPT} is missing")
        return member.read().decode()


def faults(page: Page) -> list[str]:
    """The serious and critical violations of what a page shows now, one line each."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(script())
    page.evaluate(STILL)
    found: list[dict[str, Any]] = page.evaluate(RUN)
    return [
        f"{each['impact']} {each['id']}: {each['help']}; "
        + "; ".join(f"{node['target'][0]} {node.get('failureSummary', '')}" for node in each["nodes"][:4])
        for each in found
        if each["impact"] in GRAVE
    ]


def _fetched() -> bytes:
    try:
        return httpx.get(ADDRESS, timeout=20.0, follow_redirects=True).raise_for_status().content
    except httpx.HTTPError as error:
        raise OutOfReach(f"axe: {ADDRESS} cannot be reached ({type(error).__name__})") from error
