"""Tables of recommendation: Markdown for the terminal and for the page of the docs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from statistics import fmean
from typing import Any

from benchmarks.recommend.peers import OURS
from benchmarks.search.tables import table

ABOUT = ("told", "items", "users", "events", "cases", "valid_cases", "fitted", "order", "left_out")
RECALL, NDCG, TAIL = "recall@10", "ndcg@10", "long_tail@10"
TIMED = ("train_s", "train_processor_s", "peak_mb", "p50_ms", "per_user_ms")
BY_CLOCK = ("train_s", "p50_ms", "per_user_ms")
SEGMENTS = {"history": "length of the history", "target_taken": "how often the target was taken before"}
Row = Mapping[str, Any]

READING = f"""Every system is given the same known events and histories, in a process of its own on one thread, and
names a hundred items for each case; all items compete, those of the history may not be named. One metric code makes all
figures. Options are chosen on the validation part alone, within an hour of the processor for a system, its tuning
included; a system that learns in rounds keeps its best round of the validation part. Brackets are 95 % bootstrap
intervals; the difference is {OURS}'s less the system's, paired by case. Tail is the share of the ten that stand outside
the items which take 80 % of the known events. Times with * were taken while the machine did other work: they say
little; the processor's are of the same run and say more."""


def page(result: Mapping[str, Any]) -> Iterator[str]:
    """The section of the docs."""
    yield READING + "\n"
    yield from verdicts(result["rows"])
    for key, rows in _by(result["rows"], "data", "protocol", "fit"):
        data, protocol, fit = key
        about = result["sets"][f"{data}/{protocol}"]
        yield f"### {data.replace('_', ' ')}, {protocol}, fit: {fit}\n"
        left = "".join(
            f"; left out: {count:,} {name.replace('_', ' ')}" for name, count in about["left_out"].items() if count
        )
        yield (
            f"{about['items']:,} items, {about['users']:,} users, {about['events']:,} known events, {about['cases']:,} "
            f"cases: {about['told']}. Order {about['order']}; {about['fitted']}{left}.\n"
        )
        yield from of_rows(rows)
        yield from of_segments(rows)


def of_segments(rows: Sequence[Row]) -> Iterator[str]:
    """nDCG@10 of ours and of the two best others, by length of the history and by how often the target was taken."""
    first = {row["peer"]: row for row in rows if "segments" in row and row["seed"] == rows[0]["seed"]}
    others = sorted((peer for peer in first if peer != OURS), key=lambda peer: -first[peer]["figures"][NDCG]["value"])
    shown = [peer for peer in (OURS, *others[:2]) if peer in first]
    lines = [
        (SEGMENTS[kind], name, cell["cases"], *(f"{first[peer]['segments'][kind][name][NDCG]:.4f}" for peer in shown))
        for kind, cells in (first[shown[0]]["segments"].items() if shown else ())
        for name, cell in cells.items()
    ]
    if lines:
        yield from table(("segment", "", "cases", *(f"N@10, {peer}" for peer in shown)), lines)


def of_rows(rows: Sequence[Row]) -> Iterator[str]:
    """Quality, then what it cost; one line a system, means over seeds."""
    mine = [(peer, list(found)) for (peer,), found in _by(rows, "peer")]
    order = {peer: _mean(found, NDCG) for peer, found in mine}
    mine.sort(key=lambda each: -(order[each[0]] or -1.0))
    head = ("system", "R@10", "N@10", "ours less it, R@10", "ours less it, N@10", "coverage", "Gini", "tail", "seeds")
    yield from table(head, (_quality(peer, found) for peer, found in mine))
    costs = (
        "system",
        "train, s",
        "of the processor, s",
        "peak, MB",
        "p50, ms",
        "per user, ms",
        "settings tried",
        "what it is, and its options",
    )
    yield from table(costs, (_cost(peer, found) for peer, found in mine))


def verdicts(rows: Sequence[Row]) -> Iterator[str]:
    """Where ours is not above a system; a line each."""
    lines = []
    for row in rows:
        gap = row.get("difference", {})
        for figure in (RECALL, NDCG):
            if figure in gap and gap[figure]["value"] <= 0:
                sure = "clear of 0" if gap[figure]["high"] < 0 else "within chance"
                where = f"{row['data'].replace('_', ' ')}, {row['protocol']}, seed {row['seed']}"
                lines.append((where, row["peer"], figure, _bracketed(gap[figure]), sure))
    if lines:
        yield f"Where {OURS} is not above a system:\n"
        yield from table(("set", "system", "figure", "difference", "is it sure"), lines)


def _quality(peer: str, rows: Sequence[Row]) -> Iterable[object]:
    good = [row for row in rows if "figures" in row]
    if not good:
        return (peer, _why(rows[0]), *("",) * 7)
    first = good[0]
    gap = first.get("difference", {})
    return (
        peer,
        *(f"{_mean(good, figure):.4f} {_brackets(first['figures'][figure])}" for figure in (RECALL, NDCG)),
        *(_bracketed(gap[figure]) if figure in gap else "" for figure in (RECALL, NDCG)),
        *(f"{_mean(good, figure):.3f}" for figure in ("coverage@10", "gini@10", TAIL)),
        len(good),
    )


def _cost(peer: str, rows: Sequence[Row]) -> Iterable[object]:
    good = [row for row in rows if "train_s" in row]
    if not good:
        return (peer, _why(rows[0]), *("",) * 6)
    first = good[0]
    mark = "*" if first.get("busy") else ""
    options = ", ".join(f"{name} {value}" for name, value in first["options"].items())
    about = first.get("about", {})
    rounds = (
        f"round {about['best_round']} of {about['rounds']}, ended by {about['ended_by']}" if "rounds" in about else ""
    )
    told = "; ".join(filter(None, (first["told"], options, rounds)))
    cells = (f"{first[name]}{mark if name in BY_CLOCK else ''}" if name in first else "" for name in TIMED)
    return (peer, *cells, first["trials"], told)


def _why(row: Row) -> str:
    if "timed_out" in row:
        return f"timed out: {row['timed_out']} s of {row['limit_s']:.0f} s"
    return f"left out: {row['refused']}"


def _mean(rows: Sequence[Row], figure: str) -> float | None:
    found = [row["figures"][figure] for row in rows if "figures" in row]
    values = [each["value"] if isinstance(each, Mapping) else each for each in found]
    return fmean(values) if values else None


def _brackets(figure: Mapping[str, Any]) -> str:
    return "" if figure["low"] is None else f"[{figure['low']:.4f}, {figure['high']:.4f}]"


def _bracketed(figure: Mapping[str, Any]) -> str:
    return f"{figure['value']:+.4f} {_brackets(figure)}"


def _by(rows: Iterable[Row], *names: str) -> Iterator[tuple[tuple[str, ...], list[Row]]]:
    def key(row: Row) -> tuple[str, ...]:
        return tuple(row[name] for name in names)

    for found, group in groupby(sorted(rows, key=key), key=key):
        yield found, list(group)
