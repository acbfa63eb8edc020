"""`make bench-recommend`: every peer on every set that is here, on the same cases, by the same metric code.

Prints tables, and writes results/recommend.json: rows of this run take the place of the same rows of earlier ones, all
others stay. What was done is not done again: it lies in the cache folder.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import table
from benchmarks.recommend import figures, given, recorded, tables
from benchmarks.recommend.cut import FITS, PROTOCOLS, Cut, prepare
from benchmarks.recommend.fit_and_ask import DEPTH
from benchmarks.recommend.logs import LOGS
from benchmarks.recommend.peers import MENU, Spec
from benchmarks.recommend.race import LIMIT_S, Racer, busy, forget, place_of, race
from benchmarks.record import RESULTS, head


def main() -> None:
    """Runs what is asked."""
    words = _arguments()
    rows, sets = [], {}
    for name in words.sets:
        for protocol in words.protocols:
            cuts = [prepare(name, protocol, words.fit, seed) for seed in range(words.seeds)]
            for cut in filter(None, cuts):
                print(f"\n{name}, {protocol}, {cut.about['fit']}, seed {cut.about['seed']}", flush=True)
                _race_all(words, cut, cuts[0] or cut)
                rows += list(_rows(cut))
            if cuts[0] is not None:
                sets[f"{name}/{protocol}"] = {key: cuts[0].about[key] for key in tables.ABOUT}
                _write(words.out, rows, sets)
                print("\n".join(tables.of_rows([row for row in rows if row["data"] == name])), flush=True)
            else:
                print(f"{name}, {protocol}: left out, its data or their times are not here", flush=True)
    if words.out == RESULTS / "recommend.json":
        table.main()


def fits(spec: Spec, cut: Cut) -> bool:
    """Whether a peer is asked on a cut at all."""
    shown = cut.about["same_known"] or not spec.shows_epochs
    return bool(shown) and cut.items <= spec.most_items and (not spec.sets or cut.name in spec.sets)


def _race_all(words: argparse.Namespace, cut: Cut, first: Cut) -> None:
    for name in words.peers:
        if not fits(MENU[name], cut):
            continue
        racer = Racer(name, MENU[name], place_of(cut, name), 60 * words.minutes)
        if name in words.again and cut.about["seed"] == 0:
            forget(racer.place)
        found = race(racer, cut, first)
        said = found.get("refused") or (f"timed out after {found['timed_out']} s" if "timed_out" in found else None)
        print(f"  {name}: {said or str(found['train_processor_s']) + ' s of the processor to train'}", flush=True)


def _rows(cut: Cut) -> Iterator[dict[str, Any]]:
    """A row for every peer that has run on this cut, now or earlier."""
    racers = [Racer(name, spec, place_of(cut, name)) for name, spec in MENU.items()]
    done = {racer.name: (racer, found) for racer in racers if (found := racer.done(cut)) is not None}
    answers = {
        name: given.read_lists(racer.lists, DEPTH) for name, (racer, found) in done.items() if "train_s" in found
    }
    measured = figures.measured(cut, answers)
    for name, (_, found) in done.items():
        key = {"data": cut.name, "protocol": cut.about["protocol"], "fit": cut.about["fit"], "peer": name}
        timed = {"busy": busy(found)} if "load" in found else {}
        yield {**key, "seed": cut.about["seed"], **found, **timed, **measured.get(name, {})}


def _write(out: Path, rows: list[dict[str, Any]], sets: dict[str, Any]) -> None:
    recorded.write({**head(), **recorded.merged(rows, sets, out)}, out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.recommend", description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=list(LOGS), default=list(LOGS))
    parser.add_argument("--peers", nargs="*", choices=list(MENU), default=list(MENU), help="none: only the figures")
    parser.add_argument("--protocols", nargs="+", choices=PROTOCOLS, default=["leave-one-out"])
    parser.add_argument("--fit", choices=FITS, default="train")
    parser.add_argument("--seeds", type=int, default=1, help="of shuffled ties and of fits")
    parser.add_argument("--minutes", type=float, default=LIMIT_S / 60, help="a peer, its tuning included")
    parser.add_argument("--again", nargs="+", choices=list(MENU), default=[], help="runs these anew")
    parser.add_argument("--out", type=Path, default=RESULTS / "recommend.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
