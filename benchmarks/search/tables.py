"""Tables of search: Markdown for the terminal and for the page of the docs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from benchmarks.search.peers import BM25, OURS, WORDS

SPEED = {
    "p50_ms": "p50, ms",
    "p99_ms": "p99, ms",
    "per_s": "queries/s",
    "build_s": "build, s",
    "disk_mb": "disk, MB",
    "resident_mb": "resident, MB",
    "build_peak_mb": "peak while building, MB",
}

READING = f"""Each system runs in a process of its own and is given the same items in the same order and, where it takes
vectors, those of our encoder; a query is encoded in the system's own process, within its time. One thread inside a
request; p50 and p99 are one client's over distinct queries, queries/s two clients' (one where a system cannot be asked
by two). Building is without encoding. Nothing of {OURS} is tuned on a set; `{BM25}` has k1 and b tuned on the very
queries of electronics and home improvement. Brackets are 95 % bootstrap intervals of the paired difference.
`judged@10` is the share of the first page that anybody judged: an unjudged item counts 0 in nDCG@10 over the whole
corpus, which lowers systems that bring others than those the judges were shown."""


def page(result: Mapping[str, Any]) -> Iterator[str]:
    """The section of the docs."""
    yield READING + "\n"
    yield from verdicts(result["sets"])
    for name, found in result["sets"].items():
        yield f"### {name.replace('_', ' ')}\n"
        yield from of_set(found)


def show(sets: Mapping[str, Any]) -> None:
    """Prints the tables of all sets."""
    for name, found in sets.items():
        print(f"\n### {name}\n\n" + "\n".join(of_set(found)))
    print("\n".join(verdicts(sets)))


def of_set(found: Mapping[str, Any]) -> Iterator[str]:
    """Lines of Markdown: what the set is, quality, differences, speed."""
    yield f"{found['items']:,} items, {found['queries']:,} queries: {found['told']}.{_of_run(found.get('run'))}\n"
    yield from _quality(found)
    yield from _speed(found["speed"])


def _of_run(run: Mapping[str, Any] | None) -> str:
    """In which run a set was measured; nothing of the run that is being printed."""
    if not run:
        return ""
    return f" Measured on {run['measured_at'][:10]} at commit {run['commit'][:8]}, {run['machine']['processor']}."


def verdicts(sets: Mapping[str, Any]) -> Iterator[str]:
    """Where ours is not ahead in quality at an equal or lower p50, in words; one line a set and system."""
    lines = []
    for name, found in sets.items():
        view, figure = first_figure(found)
        ours, mine = found["quality"].get(OURS), found["speed"].get(OURS, {})
        if ours is None:
            continue
        for peer, theirs in found["quality"].items():
            if peer == OURS:
                continue
            behind = theirs[view][figure]["value"] - ours[view][figure]["value"]
            slower = mine["p50_ms"] / found["speed"][peer]["p50_ms"]
            said = [f"{behind:.3f} behind in {figure}"] if behind > 0 else []
            said += [f"{slower:.1f} × its p50"] if slower > 1 else []
            if said:
                lines.append((name.replace("_", " "), peer, "; ".join(said)))
    if lines:
        yield f"Where {OURS} is behind a system in quality, or slower:\n"
        yield from table(("set", "system", f"{OURS} is"), lines)


def first_figure(found: Mapping[str, Any]) -> tuple[str, str]:
    """The view and figure a set is judged by first."""
    return ("judged", "ndcg@10") if found["graded"] else ("full", "mrr@10")


def questions(result: Mapping[str, Any]) -> Iterator[str]:
    """Average precision of both parts of the pairs."""
    yield (
        f"{result['questions']:,} Chinese questions to banks; the first of a pair is asked, and what the second scores "
        "over the best score tells how alike they are. Average precision of the label, 95 % bootstrap intervals by "
        "first question. k1 and b of both kinds of BM25 are tuned on another part of the pairs.\n"
    )
    rows = []
    for part, found in result["parts"].items():
        for name, figure in found["average_precision"].items():
            gaps = [found["differences"].get(f"{name} - {peer}") for peer in (BM25, WORDS)]
            signed = ["" if gap is None else _signed(gap) for gap in gaps]
            rows.append((f"{part} ({found['pairs']:,})", name, _bracketed(figure), *signed))
        rows.append((f"{part} ({found['pairs']:,})", "random", f"{found['random']:.3f}", "", ""))
    yield from table(("pairs", "system", "average precision", "less bm25's", "less bm25 words'"), rows)


def scale(result: Mapping[str, Any]) -> Iterator[str]:
    """What a large catalogue takes."""
    served, recall, limits = (result[key] for key in ("serve", "recall", "limits"))
    building = {name: result[name] for name in ("import", "words", "vectors")}
    yield (
        f"Grown from {result['grown_from']} by seeded edits of words, sizes and brands "
        f"({result['distinct_titles']:.1%} of the titles are distinct). Vectors are mixed of the base items' "
        "encoded ones in the share of the words, with some noise: encoding so many would measure the encoder alone. "
        "Queries are all different.\n"
    )
    rows = [
        ("p50, ms", served["p50_ms"], limits["p50_ms"]),
        ("p99, ms", served["p99_ms"], limits["p99_ms"]),
        ("of it of the processor, p50, ms", served["processor_p50_ms"], ""),
        ("of it of the processor, p99, ms", served["processor_p99_ms"], ""),
        ("queries/s, two clients", served["per_s"], ""),
        ("resident, MB", served["resident_mb"], limits["resident_mb"]),
        ("of it not mapped from files, MB", served["anonymous_mb"], ""),
        ("indexed beyond the encoder, items/s", f"{result['index_items_per_s']:,}", limits["index_items_per_s"]),
        *((f"{name} alone, items/s", f"{each['items_per_s']:,}", "") for name, each in building.items()),
        *(
            (f"{name}, microseconds of the processor an item", _each(each, result), "")
            for name, each in building.items()
        ),
        (
            "load of the machine before: building, asking",
            f"{building['vectors']['load_before']}, {served['load_before']}",
            "",
        ),
        ("peak while building, MB", max(each["peak_mb"] for each in building.values()), ""),
        ("on disk, MB", round(sum(building["vectors"]["disk_mb"].values())), ""),
        ("recall@100 of vectors against exact", recall["vectors"]["recall@100"], limits["recall"]),
        ("recall@100 of words against scoring all", recall["words"]["recall@100"], limits["recall"]),
    ]
    yield from table(("what", "measured", "limit"), rows)


def _each(step: Mapping[str, Any], result: Mapping[str, Any]) -> int:
    return round(1e6 * float(step["processor_s"]) / int(result["items"]))


def table(head: tuple[str, ...], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A table of Markdown."""
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(str(cell) for cell in row) + " |"
    yield ""


def _quality(found: Mapping[str, Any]) -> Iterator[str]:
    full, judged = "full", "judged"
    if found["graded"]:
        views = [(full, "ndcg@10"), (judged, "ndcg@10"), (full, "judged@10"), (full, "recall@100"), (full, "mrr@10")]
        compared = views[:2]
    else:
        views = [(full, "mrr@10"), (full, "recall@10"), (full, "recall@100")]
        compared = views[:1]
    spearman = any("spearman" in each for each in found["quality"].values())
    heads = [_head(*each) for each in views] + (["Spearman"] if spearman else [])
    heads += [f"{_head(*each)}, less bm25's" for each in compared]
    rows = []
    for name, each in found["quality"].items():
        cells = [_value(each, *view) for view in views]
        cells += [f"{each['spearman']:.3f}"] if spearman else []
        cells += [_gap(found["differences"].get(name, {}), *view) for view in compared]
        rows.append((name, *cells))
    yield from table(("system", *heads), rows)


def _speed(speed: Mapping[str, Any]) -> Iterator[str]:
    rows = []
    for name, each in speed.items():
        cells = [_plain(each[key]) if key in each else "" for key in SPEED]
        rows.append((name, *cells, f"left out: {each['refused']}" if "refused" in each else each["told"]))
    yield from table(("system", *SPEED.values(), "fields and analyser"), rows)


def _head(view: str, figure: str) -> str:
    return f"{figure}, judged pool" if view == "judged" else figure


def _value(figures: Mapping[str, Any], view: str, figure: str) -> str:
    value = figures.get(view, {}).get(figure, {}).get("value")
    return "–" if value is None else f"{value:.3f}"


def _gap(figures: Mapping[str, Any], view: str, figure: str) -> str:
    found = figures.get(view, {}).get(figure)
    return "" if not found or found["value"] is None else _signed(found)


def _signed(figure: Mapping[str, float]) -> str:
    return f"{figure['value']:+.3f} [{figure['low']:+.3f}, {figure['high']:+.3f}]"


def _bracketed(figure: Mapping[str, float]) -> str:
    return f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"


def _plain(value: Any) -> str:
    if value is None:
        return "in memory"
    return f"{value:,.4g}" if isinstance(value, float) else f"{value:,}"
