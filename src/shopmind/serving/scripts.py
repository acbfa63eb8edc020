"""The scripts of the pages: modules of our own, put together into one file each at first use.

A browser needs one request for a page's whole script, and the file that other sites embed is made of the same modules
as the storefront. The modules keep to a few forms, so that they can be put together without a tool:

- `import { a, b as c } from "./name.js";` on one line, or `import text from "./name.css";` for a style as a string;
- `export const`, `export function`, `export async function` or `export class`, each naming one thing that stays.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import re
from importlib import resources

IMPORT = re.compile(r'^import (?P<what>\{[^}]*\}|\w+) from "\./(?P<name>[\w.]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?P<form>const|async function|function|class) (?P<name>\w+)", re.MULTILINE)
LEFT = re.compile(r"^\s*(import\b(?!\()|export\b).*", re.MULTILINE)


def source(name: str) -> str:
    """A file of the pages as it was written."""
    return resources.files("shopmind.serving.storefront").joinpath(name).read_text(encoding="utf-8")


def assembled(entry: str) -> str:
    """One script of the module `entry` and all it imports, each a function that runs once, those it needs before it.

    Raises:
        ValueError: modules import each other in a circle, or use a form that is not among those above.
    """
    modules: dict[str, str] = {}
    _add(entry, modules, ())
    return '(() => {\n"use strict";\n' + "".join(modules.values()) + "})();\n"


def _add(name: str, modules: dict[str, str], way: tuple[str, ...]) -> None:
    if name in way:
        raise ValueError(f"{name}: modules import each other in a circle: {' > '.join((*way, name))}")
    if name in modules:
        return
    text = source(name)
    if name.endswith(".css"):
        modules[name] = f"const {_variable(name)} = {json.dumps(text, ensure_ascii=False)};\n"
        return
    for found in IMPORT.finditer(text):
        _add(found["name"], modules, (*way, name))
    exported = [found["name"] for found in EXPORT.finditer(text)]
    body = EXPORT.sub(r"\g<form> \g<name>", IMPORT.sub(_taken, text))
    if (left := LEFT.search(body)) is not None:
        raise ValueError(f"{name}: this form cannot be put together: {left[0].strip()}")
    modules[name] = f"const {_variable(name)} = (() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();\n"


def _taken(found: re.Match[str]) -> str:
    what = re.sub(r"(\w+) as (\w+)", r"\1: \2", found["what"])
    return f"const {what} = {_variable(found['name'])};\n"


def _variable(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name)


@functools.cache
def asset(name: str) -> bytes:
    """What is served under a name: scripts and styles put together, anything else as it is."""
    if name in SCRIPTS:
        return assembled(SCRIPTS[name]).encode()
    if name in STYLES:
        return "".join(map(source, STYLES[name])).encode()
    return source(name).encode()


@functools.cache
def packed(name: str) -> bytes:
    """The same, compressed."""
    return gzip.compress(asset(name), mtime=0)


@functools.cache
def version(name: str) -> str:
    """A short digest of what is served: an address that holds it may be kept for ever."""
    return hashlib.sha256(asset(name)).hexdigest()[:12]


SCRIPTS = {"shop.js": "shop.js", "track.js": "track.js", "shopmind.js": "widgets.js"}
"""Name in the address → the module that is run."""

STYLES = {"shop.css": ("shared.css", "shop.css")}
"""Name in the address → the files it is made of."""
