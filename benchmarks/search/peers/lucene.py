"""Lucene 9 in this process, as Anserini sets it up: the jar comes in the pyserini wheel, pyjnius calls it.

pyserini 0.25.0 is the last one for Java 11 to 20; later ones need Java 21. Its Python is not imported, for that needs
torch: the two classes that it wraps are called as it calls them.
"""

from __future__ import annotations

import json
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.search.peers.peer import Found, Goods, Peer


def _java() -> Any:
    """pyjnius with the jar on its path; the JVM starts at the first import."""
    import jnius_config  # type: ignore[import-not-found]

    if not jnius_config.vm_running:
        found = find_spec("pyserini")
        places = list(found.submodule_search_locations or ()) if found else []
        (jar,) = Path(places[0]).glob("resources/jars/anserini-*-fatjar.jar")
        jnius_config.add_options("-Xmx2g", "--add-modules=jdk.incubator.vector")
        jnius_config.set_classpath(str(jar))
    os.environ.setdefault("JAVA_TOOL_OPTIONS", "-Dslf4j.internal.verbosity=ERROR")
    import jnius  # type: ignore[import-not-found]

    return jnius


class Lucene(Peer):
    """SimpleIndexer and SimpleSearcher with nothing set."""

    told = "whole text, EnglishAnalyzer (Porter stems, stop words), k1 = 0.9, b = 0.4, pyserini 0.25.0"

    def build(self, goods: Goods, place: Path) -> None:
        """See Peer."""
        jnius = _java()
        words = ["-input", "", "-collection", "JsonCollection", "-threads", "1", "-index", str(place / "index")]
        indexer = jnius.autoclass("io.anserini.index.SimpleIndexer")([*words, "-quiet"])
        for row, text in enumerate(goods.whole):
            indexer.addRawDocument(json.dumps({"id": str(row), "contents": text}))
        indexer.close()

    def open(self, goods: Goods, place: Path) -> None:
        """See Peer."""
        jnius = _java()
        self._detach = jnius.detach
        self._searcher = jnius.autoclass("io.anserini.search.SimpleSearcher")(str(place / "index"))

    def search(self, text: str, k: int) -> Found:
        """See Peer."""
        hits = self._searcher.search(text, k)
        return [int(hit.docid) for hit in hits], [hit.score for hit in hits]

    def about(self) -> dict[str, Any]:
        """See Peer."""
        system = _java().autoclass("java.lang.System")
        return {"java": system.getProperty("java.version")}
