"""`shopmind train SHOP [NAME…]`, or with the names first: `shopmind train encoder SHOP`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopmind.cli import show
from shopmind.cli.strategy import look_after
from shopmind.kit.errors import InputError

if TYPE_CHECKING:
    from shopmind.stores.ports import Artifact


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def train(
        folder: Annotated[Path, typer.Argument(help="The shop; it may stand last, after the names.")],
        names: Annotated[list[str] | None, typer.Argument(help="Artifacts; all that the scenarios need.")] = None,
        judgments: Annotated[
            Path | None, typer.Option(help="Folder with files `queries` and `judgments` to learn from too.")
        ] = None,
        trial: Annotated[
            Path | None, typer.Option(help="File `trial`, or a folder with one, to learn uplift from.")
        ] = None,
        strategy: Annotated[
            bool, typer.Option("--strategy", help="Look after the shop by its strategy.toml, until stopped.")
        ] = False,
        once: Annotated[
            bool, typer.Option("--once", help="With --strategy: do what can be done now, and end.")
        ] = False,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="With --strategy: say what is due, and do nothing.")
        ] = False,
        json: show.AsJson = False,
    ) -> None:
        """Fit artifacts on everything known now and promote them; the knowledge log keeps what was made of what."""
        import time

        import shopmind
        from shopmind.evaluation.judgments import read_judgments
        from shopmind.evaluation.uplift import read
        from shopmind.operations.knowledge import Knowledge, telling

        folder, names = _sorted_out(folder, names or [])
        if strategy:
            look_after(folder, once=once, dry_run=dry_run, json=json)
            return
        if once or dry_run:
            raise InputError("train: --once and --dry-run go with --strategy", field="strategy")
        with shopmind.open(folder) as shop, show.progress() as progress:
            graded = None if judgments is None else read_judgments(judgments, shop.catalogue)
            tried = None if trial is None else read(trial)
            shop.index(progress)
            started = time.monotonic()
            made = shop.train(names or None, progress, judgments=graded, trial=tried)
            missing, untrained = shop.readiness(), shop.untrained()
            telling.trained(Knowledge(shop), made, untrained, seconds=time.monotonic() - started, by="cli")
            pinned = shop.settings.encoder
        if json:
            show.data(
                {
                    "made": {artifact.name: dict(artifact.card) for artifact in made},
                    "untrained": untrained,
                    "missing": missing,
                }
            )
            return
        for artifact in made:
            for line in _told(artifact):
                show.line(line)
            if artifact.name == "encoder" and pinned != "auto":
                show.line(f'  not used: the settings say encoder = "{pinned}"; "auto" takes what was adapted')
        for name, why in untrained.items():
            show.line(f"{name} could not be trained: {why}")
        for scenario, needs in missing.items():
            for need in needs:
                if not any(why in need for why in untrained.values()):  # it was just said
                    show.line(f"{scenario} is not fully ready: {need}")


def _sorted_out(first: Path, rest: list[str]) -> tuple[Path, list[str]]:
    """The shop and the names: the shop stands first, or last when only the last word is one."""
    from shopmind.settings import FILE

    if rest and not (first / FILE).is_file() and (Path(rest[-1]) / FILE).is_file():
        return Path(rest[-1]), [str(first), *rest[:-1]]
    return first, rest


def _told(artifact: Artifact) -> list[str]:
    """One line of an artifact, and what its recipe measured on held-out cases."""
    card: Any = artifact.card
    lines = [f"{artifact.name} {artifact.version}: {card['events']} events"]
    held: dict[str, Any] = card["figures"].get("held_out") or {}
    for kind, figures in held.items():
        if isinstance(figures, dict) and "mrr@10" in figures:
            before, after = (figures["mrr@10"][when]["value"] for when in ("before", "after"))
            lines.append(f"  {figures['cases']} held-out texts ({kind}): mrr@10 {before:.3f} → {after:.3f}")
    drift = card["figures"].get("drift")
    if drift:
        lines.append(f"  eight bits against full precision: mean cosine {drift['int8']['mean']:.3f}")
    if card["figures"].get("kept_back"):
        lines.append(f"  not promoted: {card['figures']['kept_back']}")
    return lines
