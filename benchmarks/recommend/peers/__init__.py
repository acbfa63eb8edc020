"""The systems that are compared, each in a process of its own; those with `needs` in an environment of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.search.peers import Spec as Environment

OURS = "shopmind"
Grid = Mapping[str, Sequence[float | str]]
"""Option → its values; the search starts at the first of each and changes one option after the other."""


@dataclass(frozen=True)
class Spec(Environment):
    """One line of the menu.

    Attributes:
        home: name of the environment, where several peers share one.
        grid: what is chosen on the validation part.
        sets: names of the sets it is asked on; none means all.
        most_items: it is not asked on sets with more, for want of memory.
        shows_epochs: it chooses how long to learn on the validation part, while it learns; it needs a split whose
            validation and test have the same known events.
    """

    home: str = ""
    grid: Grid = field(default_factory=dict)
    sets: tuple[str, ...] = ()
    most_items: int = 1_000_000
    shows_epochs: bool = False


_HERE = "benchmarks.recommend.peers."
_IMPLICIT = ("implicit==0.7.3",)
_LENSKIT = ("torch==2.13.0", "lenskit==2025.8.1")
_RECBOLE = ("torch==2.13.0", "numpy==1.26.4", "pandas==2.3.3", "scipy==1.12.0", "recbole==1.2.1")
_RECTOOLS = ("torch==2.13.0", "numpy==1.26.4", "rectools[torch]==0.19.0")
MENU: dict[str, Spec] = {
    OURS: Spec(_HERE + "ours:Ours", needs=("torch==2.13.0",), home="shopmind"),
    "shopmind_base": Spec(_HERE + "ours:Base"),
    "random": Spec(_HERE + "simple:RandomItems"),
    "popularity": Spec(_HERE + "simple:MostPopular", grid={"window_days": (3650.0, 7.0, 28.0, 112.0)}),
    "item_knn": Spec(
        _HERE + "simple:OwnItemKnn",
        grid={
            "half_life": (5.0, 1.0, 2.0, 20.0, 80.0, 1000.0),
            "neighbours": (100, 50, 200),
            "shrink": (10.0, 0.0, 3.0, 30.0),
        },
    ),
    "ease": Spec(_HERE + "simple:Ease", grid={"penalty": (300.0, 30.0, 100.0, 1000.0)}, most_items=13_000),
    "implicit_als": Spec(
        _HERE + "of_implicit:Als",
        needs=_IMPLICIT,
        home="implicit",
        grid={
            "factors": (64, 16, 32, 128),
            "regularization": (0.01, 0.1, 1.0),
            "alpha": (1.0, 10.0, 40.0),
        },
    ),
    "implicit_knn": Spec(
        _HERE + "of_implicit:ItemKnn",
        needs=_IMPLICIT,
        home="implicit",
        grid={"weighing": ("cosine", "tfidf", "bm25"), "neighbours": (100, 20, 50, 200, 500)},
    ),
    "lenskit_knn": Spec(
        _HERE + "of_lenskit:ItemKnn",
        needs=_LENSKIT,
        home="lenskit",
        grid={"max_nbrs": (20, 5, 50, 200), "save_nbrs": (100, 20, 500)},
    ),
    "lenskit_mf": Spec(
        _HERE + "of_lenskit:ImplicitMf",
        needs=_LENSKIT,
        home="lenskit",
        grid={"embedding_size": (64, 16, 32, 128), "weight": (40.0, 10.0, 1.0), "regularization": (0.1, 0.01, 1.0)},
    ),
    "rectools_sasrec": Spec(
        _HERE + "of_rectools:SasRec",
        needs=_RECTOOLS,
        home="rectools",
        sets=("amazon_office", "amazon_beauty"),
        shows_epochs=True,
    ),
    "recbole_sasrec": Spec(
        _HERE + "of_recbole:SasRec", needs=_RECBOLE, home="recbole", sets=("movielens_100k",), shows_epochs=True
    ),
    "recbole_bert4rec": Spec(
        _HERE + "of_recbole:Bert4Rec", needs=_RECBOLE, home="recbole", sets=("movielens_100k",), shows_epochs=True
    ),
}
"""Name → where its adapter is, what it needs, and what is tuned; the cheap ones come first."""
