"""Tables of search, in a terminal and in the docs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

SPEED = ("p50_ms", "p99_ms", "per_s", "build_s", "disk_mb", "resident_mb", "build_peak_mb")
SPEED_HEAD = ("p50, ms", "p99, ms", "queries/s", "build, s", "disk, MB", "resident, MB", "peak while building, MB")


def show(sets: Mapping[str, Any]) -> None:
    """Prints the tables of all sets."""
    for name, found in sets.items():
        print(f"\n### {name}\n\n" + "\n".join(of_set(found)))


def of_set(found: Mapping[str, Any]) -> Iterator[str]:
    """Lines of Markdown: what the set is, quality, differences, speed."""
    yield f"{found['items']:,} items, {found['queries']:,} queries: {found['told']}."
    yield ""
    yield from _quality(found)
    yield from _speed(found["speed"])


def _quality(found: Mapping[str, Any]) -> Iterator[str]:
    graded = found["graded"]
    views = [("full", "ndcg@10"), ("judged", "ndcg@10"), ("full", "judged@10")] if graded else [("full", "mrr@10")]
    views += [("full", "recall@100")] if graded else [("full", "recall@10"), ("full", "recall@100")]
    views += [("full", "mrr@10")] if graded else []
    compared = [("full", "ndcg@10"), ("judged", "ndcg@10")] if graded else [("full", "mrr@10")]
    spearman = any("spearman" in each for each in found["quality"].values())
    heads = [f"{figure}{', judged pool' if view == 'judged' else ''}" for view, figure in views]
    heads += ["Spearman"] if spearman else []
    heads += [f"{figure}{', judged pool' if view == 'judged' else ''} less bm25's" for view, figure in compared]
    yield from table(
        ("system", *heads),
        (
            (
                name,
                *(_value(each, view, figure) for view, figure in views),
                *((f"{each['spearman']:.3f}",) if spearman else ()),
                *(_gap(found["differences"].get(name, {}), view, figure) for view, figure in compared),
            )
            for name, each in found["quality"].items()
        ),
    )


def _speed(speed: Mapping[str, Any]) -> Iterator[str]:
    rows = []
    for name, each in speed.items():
        if "refused" in each:
            rows.append((name, *("",) * len(SPEED), each["refused"]))
        else:
            rows.append((name, *(_plain(each.get(key)) for key in SPEED), each["told"]))
    yield from table(("system", *SPEED_HEAD, "fields and analyser"), rows)


def table(head: tuple[str, ...], rows: Any) -> Iterator[str]:
    """A table of Markdown."""
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(str(cell) for cell in row) + " |"
    yield ""


def _value(figures: Mapping[str, Any], view: str, figure: str) -> str:
    value = figures.get(view, {}).get(figure, {}).get("value")
    return "–" if value is None else f"{value:.3f}"


def _gap(figures: Mapping[str, Any], view: str, figure: str) -> str:
    found = figures.get(view, {}).get(figure)
    if not found or found["value"] is None:
        return ""
    return f"{found['value']:+.3f} [{found['low']:+.3f}, {found['high']:+.3f}]"


def _plain(value: Any) -> str:
    return "in memory" if value is None else f"{value:,.4g}" if isinstance(value, float) else str(value)
