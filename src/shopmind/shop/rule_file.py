"""A merchandiser's file: rules and words in TOML or NDJSON, read as a whole or not at all."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from shopmind.kit.errors import InputError, NotFoundError, not_allowed
from shopmind.pipeline import lexicon
from shopmind.pipeline.rules import Rule, read_rule

MOST_BYTES = 50_000_000
_TABLES = ("rules", "words")


@dataclass(frozen=True)
class RuleFile:
    """What a file says.

    Attributes:
        rules: of the tables `[[rules]]`, or lines with an `action`.
        words: of the tables `[[words]]`, or lines with a `kind`: entries of the lexicon.
    """

    rules: tuple[Rule, ...]
    words: tuple[lexicon.Entry, ...]


def read_file(path: Path) -> RuleFile:
    """Reads and checks a whole file; `.toml` is TOML, anything else NDJSON.

    Raises:
        NotFoundError: there is no such file.
        InputError: the first thing wrong, with file, line and field; also a rule that is there twice.
    """
    if not path.is_file():
        raise NotFoundError(f"{path}: there is no such file")
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{path.name}: larger than {MOST_BYTES:,} bytes")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name}: not UTF-8 at byte {error.start}") from error
    rows = _toml(path.name, text) if path.suffix == ".toml" else _ndjson(path.name, text)
    rules: dict[str, Rule] = {}
    words: list[lexicon.Entry] = []
    for what, where, row in rows:
        if what == "words":
            entry = lexicon.parse(row, where=where)
            if entry.key.startswith("@"):
                raise InputError(f"{where}: a key may not begin with '@'", field="key")
            words.append(entry)
            continue
        rule = read_rule(row, where=where)
        if rule.rule_id in rules:
            raise InputError(f"{where}: rule {rule.rule_id!r} is there twice", field="rule_id")
        rules[rule.rule_id] = rule
    if not rules and not words:
        raise InputError(f"{path.name}: there are no rules and no words in it")
    return RuleFile(tuple(rules.values()), tuple(words))


def _toml(name: str, text: str) -> list[tuple[str, str, Any]]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        told = str(error).replace("at end of document", f"at its end, line {len(text.splitlines())}")
        raise InputError(f"{name}: {told}") from error
    lines: dict[str, list[int]] = {key: [] for key in _TABLES}
    for number, line in enumerate(text.splitlines(), 1):
        head = re.match(r"\s*\[\[\s*(rules|words)\s*\]\]", line)
        if head:
            lines[head[1]].append(number)
    found = []
    for key, value in table.items():
        if key not in _TABLES:
            raise not_allowed(f"{name}: unknown table", key, _TABLES, field=key)
        if not isinstance(value, list):
            raise InputError(f"{name}: {key!r} is written as tables [[{key}]]", field=key)
        for at, row in enumerate(value):
            place = f"{name} line {lines[key][at]}" if at < len(lines[key]) else f"{name} {key} {at + 1}"
            found.append((key, place, row))
    return found


def _ndjson(name: str, text: str) -> list[tuple[str, str, Any]]:
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{name} line {number}"
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise InputError(f"{where}: not JSON: {error}") from error
        if not isinstance(row, dict):
            raise InputError(f"{where}: a JSON object is expected")
        found.append(("words" if "kind" in row and "action" not in row else "rules", where, row))
    return found
