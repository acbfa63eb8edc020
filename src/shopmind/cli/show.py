"""What the verbs print: tables for people, JSON alone on stdout for programs, progress and errors on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from shopmind.cli import steps
from shopmind.domain import Bundle, Facet, Slate
from shopmind.domain.money import DIGITS
from shopmind.kit.errors import ShopmindError
from shopmind.kit.progress import Progress

console = Console(stderr=True)
people = Console()

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON alone on stdout.")]


def error(fault: ShopmindError) -> None:
    """One line on stderr."""
    sys.stderr.write(f"shopmind: {fault.message}\n")


def data(answer: Any) -> None:
    """JSON on stdout."""
    sys.stdout.write(orjson.dumps(answer, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY).decode() + "\n")


def line(text: str) -> None:
    """One line on stdout."""
    sys.stdout.write(text + "\n")


@contextmanager
def progress() -> Iterator[Progress]:
    """Steps on stderr."""
    with steps.shown(console) as told:
        yield told


def slate_data(slate: Slate) -> dict[str, Any]:
    """A slate as JSON-ready data."""
    return {
        "request_id": slate.request_id,
        "scenario": slate.scenario,
        "took_ms": round(slate.took_ms, 3),
        "model_version": slate.model_version,
        "degraded": list(slate.degraded),
        "applied_rules": [asdict(rule) for rule in slate.applied_rules],
        "understood": None if slate.understood is None else asdict(slate.understood),
        "facets": [asdict(facet) for facet in slate.facets],
        "matching": None if slate.matching is None else asdict(slate.matching),
        "bundles": [asdict(bundle) for bundle in slate.bundles],
        "explored": [each.position for each in slate.tried],
        "total": slate.total,
        "hits": [
            {
                "item_id": hit.item.item_id,
                "kind": hit.item.kind,
                "title": hit.item.title,
                "score": hit.score,
                "source": list(hit.source),
                "position": hit.position,
                "propensity": hit.propensity,
                "variants": list(hit.variants),
                "reasons": [
                    {"signal": reason.signal, "value": reason.value, "share": reason.share, "text": reason.text}
                    for reason in hit.reasons
                ],
            }
            for hit in slate.hits
        ],
        "stages_ms": {stage: round(took, 3) for stage, took in slate.stages_ms.items()},
    }


def slate(answered: Slate, as_json: bool) -> None:
    """A slate as a table or as JSON."""
    if as_json:
        data(slate_data(answered))
        return
    table = Table(box=None, pad_edge=False)
    for name in ("", "item", "title", "score", "source"):
        table.add_column(name, overflow="fold")
    for hit in answered.hits:
        table.add_row(
            str(hit.position + 1), hit.item.item_id, hit.item.title, f"{hit.score:.4f}", ", ".join(hit.source)
        )
        for reason in hit.reasons:
            table.add_row("", "", f"[dim]{reason.text}[/dim]", "", "")
    people.print(table)
    for line in _reading(answered):
        people.print(line, style="dim", markup=False, highlight=False)
    for bundle in answered.bundles:
        people.print(_together(bundle), style="dim", markup=False, highlight=False)
    for facet in answered.facets:
        people.print(_counted(facet), style="dim", markup=False, highlight=False)
    for fallback in answered.degraded:
        console.print(f"degraded: {fallback}", style="yellow")
    for each in answered.tried:
        people.print(f"place {each.position + 1} was drawn by {each.by}, by chance {each.chance:.3g}", style="dim")
    for rule in answered.applied_rules:
        about = rule.says or ", ".join(rule.items)
        people.print(f"rule {rule.rule_id} v{rule.version}: {rule.action} {about}".rstrip(), style="dim", markup=False)
    people.print(f"{len(answered.hits)} of {answered.total} in {answered.took_ms:.1f} ms", style="dim")


def _reading(answered: Slate) -> list[str]:
    """What the text was taken to mean, where that is not what was typed."""
    read = answered.understood
    if read is None:
        return []
    told = {
        "searched for": read.corrected,
        "did you mean": read.did_you_mean,
        "only": ", ".join(each.expression for each in read.constraints if each.expression not in read.relaxed),
        "without": ", ".join(read.without),
        "given up, too little was found": ", ".join(read.relaxed),
    }
    return [f"{what}: {words}" for what, words in told.items() if words]


def _together(bundle: Bundle) -> str:
    """A bundle in one line."""
    price = ""
    if bundle.price_minor is not None and bundle.currency:
        digits = DIGITS.get(bundle.currency, 2)
        price = f", {bundle.price_minor / 10**digits:.{digits}f} {bundle.currency}"
    times = f"in {bundle.share:.2%} of the orders, {bundle.lift:.1f} times as often as by chance"
    return f"together: {' + '.join(bundle.items)}{price} ({times})"


def _counted(facet: Facet) -> str:
    """A facet in one line."""
    counts = [f"{value} {items}" for value, items in facet.counts]
    counts += [f"{each.low:g}–{each.high:g} {each.items}" for each in facet.ranges]
    more = [] if facet.exact else ["at least"]
    missing = [f"unknown {facet.missing}"] if facet.missing else []
    return f"{' '.join([facet.name, *more])}: {', '.join([*counts, *missing])}"


def pairs(rows: Mapping[str, Any]) -> None:
    """Names and values in two columns."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in rows.items():
        table.add_row(str(name), str(value))
    people.print(table)
