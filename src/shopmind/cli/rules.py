"""`shopmind rules SHOP`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from shopmind.cli import show
from shopmind.kit.clock import format_time
from shopmind.kit.errors import InputError

if TYPE_CHECKING:
    from shopmind.pipeline.rules import RuleVersion
    from shopmind.shop import Shop
    from shopmind.shop.rule_file import RuleFile


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def rules(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        apply: Annotated[Path | None, typer.Option(help="Write the rules and words of this file, all or none.")] = None,
        export: Annotated[bool, typer.Option(help="Print all rules and words as NDJSON.")] = False,
        preview: Annotated[
            str | None, typer.Option(help="Answer this query without and with the file of --apply; store nothing.")
        ] = None,
        scenario: Annotated[str, typer.Option(help="Where to preview.")] = "search",
        user: Annotated[str | None, typer.Option(help="Preview for this user of the shop.")] = None,
        history: Annotated[str | None, typer.Option(help="Show all versions of this rule.")] = None,
        remove: Annotated[str | None, typer.Option(help="Take this rule out; its history stays.")] = None,
        roll_back: Annotated[str | None, typer.Option(help="RULE:VERSION to make the newest again.")] = None,
        by: Annotated[str, typer.Option(help="Who changes it, for the history.")] = "cli",
        json: show.AsJson = False,
    ) -> None:
        """List, write, preview and roll back a merchandiser's rules."""
        import shopmind
        from shopmind.shop.rule_file import read_file

        with shopmind.open(folder) as shop:
            if preview is not None:
                given = None if apply is None else read_file(apply)
                _preview(shop, given, preview, scenario, user, json)
            elif apply is not None:
                _apply(shop, read_file(apply), by, json)
            elif export:
                _export(shop, json)
            elif roll_back is not None:
                rule_id, _, version = roll_back.rpartition(":")
                if not rule_id or not version.isdigit():
                    raise InputError(f"--roll-back {roll_back!r}: RULE:VERSION is expected", field="roll_back")
                _versions([shop.rules.roll_back(rule_id, int(version), by=by)], json)
            elif remove is not None:
                _versions([shop.rules.remove(remove, by=by)], json)
            else:
                _versions(shop.rules.all() if history is None else shop.rules.history(history), json)
                _warn(shop.rules.unreadable())


def _apply(shop: Shop, given: RuleFile, by: str, json: bool) -> None:
    warnings = shop.rules.apply(given.rules, by=by)
    shop.lexicon.apply(given.words, by=by)
    if json:
        show.data({"rules": len(given.rules), "words": len(given.words), "warnings": warnings})
    else:
        show.line(f"{len(given.rules)} rules and {len(given.words)} words written")
    _warn({rule_id: "; ".join(told) for rule_id, told in warnings.items()})


def _export(shop: Shop, json: bool) -> None:
    from shopmind.pipeline.rules import rule_row

    words = [
        {"key": each.key, "kind": each.kind, "words": list(each.words), "to": list(each.to), "worth": each.worth}
        for each in reversed(shop.lexicon.all())
    ]
    rows = [*(rule_row(each.rule) for each in shop.rules.all()), *words]
    if json:
        show.data(rows)
    else:
        sys.stdout.write("".join(orjson.dumps(row).decode() + "\n" for row in rows))


def _preview(shop: Shop, given: RuleFile | None, text: str, scenario: str, user: str | None, json: bool) -> None:
    draft = () if given is None else given.rules
    shown = shop.rules.preview(draft, text=text, scenario=scenario, user=user)
    if json:
        show.data(
            {
                "before": show.slate_data(shown.before),
                "after": show.slate_data(shown.after),
                "moved": [[move.item_id, move.before, move.after] for move in shown.moved],
                "left_out": dict(shown.left_out),
                "warnings": dict(shown.warnings),
            }
        )
        return
    show.slate(shown.after, False)
    for move in shown.moved:
        show.line(f"{move.item_id}: {_place(move.before)} -> {_place(move.after)}")
    _warn({rule_id: f"not in the answer: {', '.join(ids)}" for rule_id, ids in shown.left_out.items()})
    _warn({rule_id: "; ".join(told) for rule_id, told in shown.warnings.items()})


def _versions(versions: list[RuleVersion], json: bool) -> None:
    from shopmind.pipeline.rules import rule_row

    rows = [(each, rule_row(each.rule)) for each in versions]
    if json:
        show.data(
            [
                {
                    "rule": row,
                    "version": each.version,
                    "changed_at": format_time(each.at_ms),
                    "changed_by": each.by,
                    "removed": each.removed,
                }
                for each, row in rows
            ]
        )
        return
    for each, row in rows:
        said: dict[str, Any] = {key: value for key, value in row.items() if key not in ("rule_id", "action")}
        gone = " removed" if each.removed else ""
        show.line(f"{each.rule.rule_id} v{each.version}{gone} {each.rule.action} {orjson.dumps(said).decode()}")


def _place(position: int | None) -> str:
    return "-" if position is None else str(position + 1)


def _warn(told: dict[str, str]) -> None:
    for name, what in told.items():
        show.console.print(f"{name}: {what}", style="yellow", markup=False)
