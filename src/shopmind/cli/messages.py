"""`shopmind messages plan|send|status|preview|contacts|stop|allow|resolve|cancel SHOP`."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
import typer

from shopmind.cli import show
from shopmind.kit import orphans
from shopmind.kit.clock import format_time
from shopmind.kit.errors import InputError, NotFoundError, StorageError, not_allowed

if TYPE_CHECKING:
    from shopmind.operations.messages import Plans
    from shopmind.shop import Shop

Folder = Annotated[Path, typer.Argument(help="The shop.")]
Campaign = Annotated[str, typer.Argument(help="A campaign of messages.toml.")]
Run = Annotated[str, typer.Argument(help="Which time of it.")]
User = Annotated[str, typer.Argument(help="The shop's own id of a customer.")]


def add(app: typer.Typer) -> None:
    """Puts the verbs on the app."""
    messages = typer.Typer(help="Mail, text messages and push: plan, send, look, stop.", no_args_is_help=True)
    app.add_typer(messages, name="messages")
    _add_campaigns(messages)
    _add_looks(messages)
    _add_people(messages)
    _add_decisions(messages)


def _add_campaigns(messages: typer.Typer) -> None:
    @messages.callback()
    def main() -> None:
        """Mail, text messages and push: plan, send, look, stop."""

    @messages.command("plan")
    def plan(
        folder: Folder,
        campaign: Campaign,
        run: Annotated[str | None, typer.Option(help="Which time of it; each reaches a person once. The day.")] = None,
        workers: Annotated[int, typer.Option(help="Processes side by side.", min=1, max=64)] = 1,
        part: Annotated[str, typer.Option(help="I/OF: only this share of the people.", hidden=True)] = "0/1",
        json: show.AsJson = False,
    ) -> None:
        """Choose for each person who agreed what to send and when; nothing is sent yet."""
        import shopmind
        from shopmind.operations.messages import Planner

        first, _, of = part.partition("/")
        if not (first.isdigit() and of.isdigit() and int(first) < int(of)):
            raise InputError(f"--part {part!r}: I/OF such as 0/2 is expected", field="part")
        with shopmind.open(folder) as shop, show.progress() as progress:
            planner = Planner(shop, _plans(shop), campaign)
            name = planner.run_name() if run is None else run
            if workers > 1:
                told = _side_by_side(folder, campaign, name, workers)
            else:
                told = planner.plan(name, part=(int(first), int(of)), progress=progress).data()
            if part == "0/1":
                shop.postbox.outbox.put_run(campaign, name, told)
        if json:
            show.data(told)
            return
        show.pairs({"run": told["run"], "people": told["people"], **told["counts"]})

    @messages.command("send")
    def send(
        folder: Folder,
        watch: Annotated[bool, typer.Option(help="Go on, looking again twice a minute, until stopped.")] = False,
        limit: Annotated[int | None, typer.Option(help="Of each channel at most.", min=1)] = None,
        json: show.AsJson = False,
    ) -> None:
        """Hand over what is due now. It may be killed: nothing is sent twice by it."""
        import shopmind
        from shopmind.operations.messages import Sender

        stop = threading.Event()
        if watch and threading.current_thread() is threading.main_thread():
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: stop.set())
        with shopmind.open(folder) as shop:
            while True:
                told = Sender(shop, _plans(shop)).send(stop.is_set, limit=limit).data()
                _tell_sent(told, watch, json)
                if not watch or stop.wait(30):
                    return


def _add_looks(messages: typer.Typer) -> None:
    @messages.command("status")
    def status(folder: Folder, json: show.AsJson = False) -> None:
        """How the messages of every run stand."""
        import shopmind

        with shopmind.open(folder) as shop:
            counts = shop.postbox.outbox.counts() if shop.postbox.used else []
            runs = shop.postbox.outbox.runs() if shop.postbox.used else []
        if json:
            names = ("campaign", "run", "channel", "state", "why", "messages")
            told = [dict(zip(names, row, strict=True)) for row in counts]
            show.data({"messages": told, "plans": [report for _, _, report in runs]})
            return
        for campaign, run, channel, state, why, n in counts:
            show.line(f"{campaign} {run} {channel}: {n} {state}{f' ({why})' if why else ''}")

    @messages.command("preview")
    def preview(folder: Folder, campaign: Campaign, user: User, json: show.AsJson = False) -> None:
        """What one person would get, when, and why not; nothing is kept."""
        import shopmind
        from shopmind.operations.messages import Planner

        with shopmind.open(folder) as shop:
            slate, moment, why = Planner(shop, _plans(shop), campaign).preview(shop.pseudonyms.user(user))
        at = None if moment is None else format_time(moment)
        if json:
            show.data({"slate": show.slate_data(slate), "send_at": at, "not_sent": why})
            return
        show.slate(slate, False)
        show.line(f"not sent: {why}" if why else f"at {at}")


def _add_people(messages: typer.Typer) -> None:
    @messages.command("contacts")
    def contacts(
        folder: Folder,
        file: Annotated[Path, typer.Argument(help="CSV, NDJSON or Parquet with user_id, channel, address.")],
        json: show.AsJson = False,
    ) -> None:
        """Take in where people are reached. Consent comes with the users, not with this."""
        import shopmind

        counts: Counter[str] = Counter()
        faults: list[str] = []
        with shopmind.open(folder) as shop:
            for rows in _rows_of(file):
                for each in shop.postbox.put_contacts(rows):
                    counts[each.status] += 1
                    if each.reason and len(faults) < 20:
                        faults.append(each.reason)
        if json:
            show.data({"contacts": dict(counts), "faults": faults})
        else:
            show.pairs(dict(counts))
            for fault in faults:
                show.console.print(fault, style="yellow", markup=False)

    @messages.command("stop")
    def stop(
        folder: Folder,
        user: User,
        channel: Annotated[str, typer.Option(help="email, sms or push; all of them when left out.")] = "",
        why: Annotated[str, typer.Option(help="unsubscribed, bounced, complained or asked.")] = "asked",
    ) -> None:
        """Send a person nothing more, whatever later imports say."""
        import shopmind

        with shopmind.open(folder) as shop:
            shop.postbox.stop(shop.pseudonyms.user(user), channel, why)
        show.line("nothing more is sent")

    @messages.command("allow")
    def allow(
        folder: Folder,
        user: User,
        channel: Annotated[str, typer.Option(help="email, sms or push; the stop of all of them when left out.")] = "",
    ) -> None:
        """Take a stop back, because the person asked for it."""
        import shopmind

        with shopmind.open(folder) as shop:
            there = shop.postbox.allow(shop.pseudonyms.user(user), channel)
        show.line("allowed again" if there else "there was no stop")


def _add_decisions(messages: typer.Typer) -> None:
    @messages.command("resolve")
    def resolve(
        folder: Folder,
        campaign: Campaign,
        run: Run,
        outcome: Annotated[Literal["sent", "again"], typer.Argument(help="What becomes of those in doubt.")],
    ) -> None:
        """Decide about messages of which nobody knows whether they were sent."""
        import shopmind

        with shopmind.open(folder) as shop:
            state: Literal["sent", "planned"] = "sent" if outcome == "sent" else "planned"
            n = shop.postbox.outbox.resolve(campaign, run, state, shop.folder.clock())
        show.line(f"{n} messages are {'taken for sent' if outcome == 'sent' else 'sent again'}")

    @messages.command("cancel")
    def cancel(folder: Folder, campaign: Campaign, run: Run) -> None:
        """Skip what is planned and not yet sent."""
        import shopmind

        with shopmind.open(folder) as shop:
            show.line(f"{shop.postbox.outbox.cancel(campaign, run)} messages are not sent")


def _plans(shop: Shop) -> Plans:
    from shopmind.operations.messages import read

    return read(shop.path, {name: each.needs for name, each in shop.scenarios.items()})


def _rows_of(file: Path) -> Iterator[list[dict[str, Any]]]:
    """The rows of a file, a block at a time; a line that cannot be read is told and left out."""
    from shopmind.ingest.readers import READERS

    kinds = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".parquet": "parquet"}
    if file.suffix not in kinds:
        raise not_allowed(f"{file.name}: kind of file", file.suffix, kinds, field="file")
    if not file.is_file():
        raise NotFoundError(f"{file}: there is no such file", field="file")
    for batch in READERS.load(kinds[file.suffix])().read(file):
        for bad in batch.bad:
            show.console.print(f"{file.name} line {bad.line}: left out", style="yellow", markup=False)
        yield batch.frame.to_dicts()


def _side_by_side(folder: Path, campaign: str, run: str, workers: int) -> dict[str, Any]:
    """Processes of their own, for Python's threads take turns; their reports added up."""
    command = ["messages", "plan", str(folder), campaign, "--run", run, "--json", "--part"]
    told: list[dict[str, Any]] = []
    with ExitStack() as opened:
        running = []
        for part in range(workers):
            process = orphans.start("shopmind", *command, f"{part}/{workers}", stdout=subprocess.PIPE)
            opened.callback(orphans.end, [process])
            running.append(process)
        for process in running:
            answer = process.stdout.read() if process.stdout is not None else b""
            if process.wait():
                raise StorageError(f"messages plan: a worker ended with {process.returncode}; ask again, it goes on")
            told.append(orjson.loads(answer))
    whole: dict[str, Any] = {"campaign": campaign, "run": run, "people": sum(each["people"] for each in told)}
    for name in ("counts", "rules", "degraded", "by_hour"):
        added: Counter[str] = Counter()
        for each in told:
            added.update(each[name])
        whole[name] = dict(sorted(added.items()))
    return whole


def _tell_sent(told: dict[str, Any], watch: bool, json: bool) -> None:
    if json:
        sys.stdout.write(orjson.dumps(told).decode() + "\n") if watch else show.data(told)
        return
    for state, n in told["found"].items():
        show.line(f"left behind by a sender that died: {n} {state}")
    for channel, counts in told["sent"].items():
        for state, n in counts.items():
            show.line(f"{channel}: {n} {state}")
    for channel, why in told["paused"].items():
        show.console.print(f"{channel}: left for later, {why}", style="yellow", markup=False)
    if not watch and not any(told["sent"].values()):
        show.line("nothing is due")
