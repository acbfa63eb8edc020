"""The part of the client that looks into answers: traces, comparisons, judgements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from shopmind.client import answers
from shopmind.client.answers import RowResult
from shopmind.client.calls import Calls, Row
from shopmind.client.merchandise import Move
from shopmind.client.typed import read, read_all
from shopmind.domain import Slate


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One part at work: rows that came in and went out, and what went wrong or was left out."""

    stage: str
    part: str
    saw: int
    kept: int
    took_ms: float
    note: str


@dataclass(frozen=True, slots=True)
class BroughtBy:
    """What one retriever brought; `alone`: by no other one; `shown`: on the page."""

    part: str
    items: int
    alone: int
    shown: int


@dataclass(frozen=True, slots=True)
class RemovedBy:
    """What one filter took out of what those before it let pass, with the ids of a few."""

    part: str
    items: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TracedItem:
    """One item on its way; places are counted from 0 on, None where it is not there.

    Attributes:
        places: in each of the trace's `stages`.
        brought: retriever → its place in what that one brought.
        values: evidence → its value. shares: evidence → its part of the score.
    """

    item_id: str
    kind: str
    title: str
    position: int | None
    places: tuple[int | None, ...]
    brought: Mapping[str, int]
    score: float | None
    values: Mapping[str, float]
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class AnswerTrace:
    """How an answer came about."""

    steps: tuple[TraceStep, ...]
    brought: tuple[BroughtBy, ...]
    removed: tuple[RemovedBy, ...]
    stages: tuple[str, ...]
    candidates: int
    items: tuple[TracedItem, ...]


@dataclass(frozen=True, slots=True)
class Signal:
    """What can be switched off; stage is retrieve, features or rerank."""

    stage: str
    part: str


@dataclass(frozen=True, slots=True)
class SignalEffect:
    """What changes on the page when one signal is switched off by itself; `left`: items that leave it."""

    stage: str
    part: str
    left: int
    moved: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Traced:
    """An answer with its trace.

    Attributes:
        without, moved: the answer without the signals that were named, and what it moves; None when none was named.
        each: the effect of each signal, where that was asked.
    """

    slate: Slate
    trace: AnswerTrace
    signals: tuple[Signal, ...]
    without: Slate | None
    moved: tuple[Move, ...]
    each: tuple[SignalEffect, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two answers to one question, and the items whose places differ."""

    one: Slate
    other: Slate
    moved: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class WasGraded:
    """A grade that a judgement had before."""

    grade: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """How well an item answers a query: 0 not at all, 1 a little, 2 well, 3 exactly."""

    key: str
    set: str
    query: str
    item_id: str
    grade: int
    version: int
    at_ms: int
    history: tuple[WasGraded, ...]


@dataclass(frozen=True, slots=True)
class JudgementSet:
    """A saved query set."""

    name: str
    queries: int
    judgements: int
    changed_at_ms: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean with its 95 % interval."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One query: nDCG@10 and the share of the page that was judged, for each configuration."""

    query: str
    judged: int
    ndcg: tuple[float | None, ...]
    judged_share: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class JudgementReport:
    """How well configurations order what was judged; `systems` and what a line holds stand in their order."""

    set: str
    queries: int
    asked: int
    left_out: int
    systems: tuple[Mapping[str, Figure], ...]
    difference: Mapping[str, Figure] | None
    lines: tuple[ReportLine, ...]


class Workbench(Calls):
    """Answers that are looked into and shown to nobody, and what people think of them."""

    def trace(
        self, scenario: str = "search", *, without: Sequence[tuple[str, str]] = (), each: bool = False, **asked: Any
    ) -> Traced:
        """An answer stage by stage; nothing of it is logged.

        Args:
            without: (stage, part) of signals to be switched off together, of those the answer names.
            each: also tell what each signal, switched off by itself, changes.
            asked: scenario_toml, text, user, session, anchors, filters, n, language.

        Raises:
            InputError: an unknown scenario or signal, a missing need, or a text that is no scenario.
            AccessError: `scenario_toml` with a key that may not change what answers.
        """
        off = [{"stage": stage, "part": part} for stage, part in without]
        body = {"scenario": scenario, "without": off, "each": each, **asked}
        found = self._call("POST", "v1/trace", body=body)
        changed = found["without"]
        return Traced(
            slate=answers.slate(found["slate"]),
            trace=read(AnswerTrace, found["trace"]),
            signals=tuple(read_all(Signal, found["signals"])),
            without=None if changed is None else answers.slate(changed["slate"]),
            moved=() if changed is None else tuple(read_all(Move, changed["moved"])),
            each=tuple(read_all(SignalEffect, found["each"])),
        )

    def compare(self, one: Row, other: Row, **asked: Any) -> Comparison:
        """The answers of two configurations to one question; nothing of them is logged.

        Args:
            one, other: of scenario and scenario_toml; {} is the shop's own search.
            asked: text, user, session, anchors, filters, n, language.
        """
        found = self._call("POST", "v1/compare", body={"one": dict(one), "other": dict(other), **asked})
        return Comparison(
            answers.slate(found["one"]), answers.slate(found["other"]), tuple(read_all(Move, found["moved"]))
        )

    def judge(self, rows: Row | Sequence[Row]) -> list[RowResult]:
        """Writes judgements: rows of query, item_id, grade (0 to 3) and set ("main" when left out)."""
        return self._write("v1/judgements", [rows] if isinstance(rows, Mapping) else rows)

    def judgements(self, *, set_name: str | None = None, query: str | None = None) -> list[Judgement]:
        """Those of a saved query set and of a query, or all; newest first."""
        asked = {name: given for name, given in (("set", set_name), ("query", query)) if given is not None}
        found: list[Judgement] = []
        page: dict[str, Any] = {"n": 2_000}
        while True:
            answer = self._call("GET", "v1/judgements", params={**asked, **page})
            found += read_all(Judgement, answer["judgements"])
            if answer["next_cursor"] is None:
                return found
            page["cursor"] = answer["next_cursor"]

    def judgement_sets(self) -> list[JudgementSet]:
        """The saved query sets by name."""
        return read_all(JudgementSet, self._call("GET", "v1/judgements", params={"n": 1})["sets"])

    def remove_judgement(self, key: str) -> None:
        """Takes one judgement out; raises NotFoundError."""
        self._call("DELETE", f"v1/judgements/{quote(key, safe='')}")

    def remove_judgement_set(self, name: str) -> int:
        """Takes a whole set out, and returns how many judgements it had; raises NotFoundError."""
        removed: int = self._call("DELETE", f"v1/judgements/sets/{quote(name, safe='')}")["removed"]
        return removed

    def export_judgements(
        self, *, set_name: str | None = None, form: Literal["csv", "ndjson"] = "ndjson"
    ) -> tuple[str, str]:
        """The texts of the files `queries` and `judgments` that `shopmind evaluate search FOLDER` reads."""
        asked = {"format": form, **({} if set_name is None else {"set": set_name})}
        found = self._call("GET", "v1/judgements/export", params=asked)
        return found["queries"], found["judgments"]

    def judgement_report(
        self, set_name: str = "main", configurations: Sequence[Row] = ({},), *, most: int = 200
    ) -> JudgementReport:
        """How well one or two configurations order what was judged: nDCG@10 and others, with intervals.

        Args:
            configurations: each of scenario and scenario_toml; {} is the shop's own search.

        Raises:
            InputError: no query of the set has an item graded above 0, or a configuration that is not allowed.
        """
        body = {"set": set_name, "configurations": [dict(each) for each in configurations], "most": most}
        return read(JudgementReport, self._call("POST", "v1/judgements/report", body=body))
