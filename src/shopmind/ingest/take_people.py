"""Users and links into the store: small tables, a row at a time."""

from __future__ import annotations

from collections.abc import Iterable

from shopmind.domain import Link, User
from shopmind.domain.link import USER_LINKS
from shopmind.ingest import rows
from shopmind.ingest.fields import RowError
from shopmind.ingest.mapped import mapped
from shopmind.ingest.readers.batch import Batch
from shopmind.ingest.run import Refusal, Run

PUT_ROWS = 5_000


def take_users(run: Run, batches: Iterable[Batch]) -> None:
    """Reads, maps, pseudonymises and stores users."""
    for batch in batches:
        run.seen(batch)
        raw = mapped(batch.frame, run.mapping, where=run.where)
        users: list[User] = []
        refusals: list[Refusal] = []
        for line, row in zip(batch.lines, raw.iter_rows(named=True), strict=True):
            try:
                where = f"{run.where} line {line}"
                users.append(rows.user(row, run.pseudonyms, where=where, zone=run.mapping.timezone))
            except RowError as error:
                refusals.append(Refusal(line, error.reason, error.message, error.field, row))
        run.refuse(refusals)
        for start in range(0, len(users), PUT_ROWS):
            run.database.users.put(users[start : start + PUT_ROWS])
        run.report.accepted += len(users)
        run.advance()
    run.conclude({})


def take_links(run: Run, batches: Iterable[Batch]) -> None:
    """Reads, maps, pseudonymises and stores links; users at their ends are made, unknown items refuse the link."""
    for batch in batches:
        run.seen(batch)
        raw = mapped(batch.frame, run.mapping, where=run.where)
        read: list[tuple[int, Link]] = []
        refusals: list[Refusal] = []
        for place, row in enumerate(raw.iter_rows(named=True)):
            line = batch.lines[place]
            try:
                read.append((place, rows.link(row, run.pseudonyms, where=f"{run.where} line {line}")))
            except RowError as error:
                refusals.append(Refusal(line, error.reason, error.message, error.field, row))
        known = _known_ends(run, [link for _, link in read])
        for (place, _), fine in zip(read, known, strict=True):
            if not fine:
                line, row = batch.lines[place], raw.row(place, named=True)
                message = f"{run.where} line {line}: source_id or target_id is not in the catalogue"
                refusals.append(Refusal(line, "unknown_item", message, "target_id", row))
        run.refuse(refusals)
        links = [link for (_, link), fine in zip(read, known, strict=True) if fine]
        for start in range(0, len(links), PUT_ROWS):
            run.report.accepted += run.database.links.put(links[start : start + PUT_ROWS])
        run.advance()
    run.conclude({})


def _known_ends(run: Run, links: list[Link]) -> list[bool]:
    people = {end for link in links if link.type in USER_LINKS for end in (link.source_id, link.target_id)}
    if people:
        run.database.users.numbers(sorted(people), create=True)
    things = [end for link in links if link.type not in USER_LINKS for end in (link.source_id, link.target_id)]
    known = dict(zip(things, run.has_items(things), strict=True))
    return [link.type in USER_LINKS or (known[link.source_id] and known[link.target_id]) for link in links]
