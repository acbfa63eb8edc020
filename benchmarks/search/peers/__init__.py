"""The systems that are compared, each in a process of its own; those with `needs` in an environment of their own."""

from __future__ import annotations

from dataclasses import dataclass

OURS = "shopmind"
BM25 = "bm25"
WORDS = "bm25 words"


@dataclass(frozen=True)
class Spec:
    """One line of the menu.

    Attributes:
        where: module:class.
        needs: requirements for pip, in their order; empty for what the project has anyway.
        alone: requirements that come without their dependencies.
        only: prefix of the sets it is asked on; "" asks it on all.
    """

    where: str
    needs: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    only: str = ""


_HERE = "benchmarks.search.peers."
MENU: dict[str, Spec] = {
    OURS: Spec(_HERE + "ours:Ours"),
    BM25: Spec(_HERE + "tuned_bm25:TunedBm25"),
    WORDS: Spec(_HERE + "words_bm25:WordsBm25", only="chinese"),
    "tantivy": Spec(_HERE + "tantivy_plain:TantivyPlain"),
    "bm25s": Spec(_HERE + "bm25s_plain:Bm25sPlain"),
    "lucene": Spec(_HERE + "lucene:Lucene", needs=("pyjnius==1.9.0",), alone=("pyserini==0.25.0",)),
    "dense": Spec(_HERE + "dense:Dense"),
    "rrf": Spec(_HERE + "rrf:Rrf"),
    "lancedb": Spec(_HERE + "lancedb_hybrid:LanceDb", needs=("lancedb==0.40.0",)),
    "txtai": Spec(
        _HERE + "txtai_hybrid:Txtai",
        needs=("txtai-minimal==9.14.0", "faiss-cpu", "msgpack", "regex", "pyyaml", "numpy"),
    ),
}
"""Name → where its adapter is and what it needs."""
