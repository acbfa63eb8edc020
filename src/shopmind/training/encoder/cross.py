"""The recipe `cross_encoder`: query and passage read together, for reordering a few dozen hits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from shopmind.encoders import adapted, bert_graph, checkpoint, onnx_encoder
from shopmind.encoders.checkpoint import Checkpoint
from shopmind.encoders.onnx_encoder import OnnxEncoder
from shopmind.encoders.pair_scorer import PairScorer, joined
from shopmind.indexing.documents import passage
from shopmind.kit.errors import NotReadyError
from shopmind.kit.options import positive
from shopmind.kit.progress import Progress
from shopmind.kit.seeds import generator
from shopmind.metrics.correlation import spearman
from shopmind.metrics.intervals import bootstrap, paired
from shopmind.metrics.ranking import ndcg
from shopmind.training.encoder import alone, need_extra
from shopmind.training.encoder.export import encoder_of, graph
from shopmind.training.encoder.material import base_of
from shopmind.training.encoder.mining import mine
from shopmind.training.encoder.pairs import Kind, gather, graded, passages, plain, split
from shopmind.training.recipe import Fitted, Recipe, Tables

CHECKPOINT = "cross_encoder.pt"
FEWEST_EXAMPLES = 50
FEWEST_QUERIES = 20
BLOCK = 32
CUTOFF = 10

Example = tuple[str, str, float]
"""Query, passage, and what the score should be, in [0, 1]."""


class CrossEncoderRecipe(Recipe):
    """Learns from judgments, and from clicks after searches against what the same search showed and nobody chose."""

    @dataclass(frozen=True)
    class Options:
        """base: "" for the shop's own encoder, or "minilm", "e5", or a folder with a BERT checkpoint.
        method: "full" trains all weights, "lora" thin additions that are merged at the end. rank: of these additions.
        layers: kept of the base, 0 for all. steps: of learning. batch: pairs of a step.
        rate: of learning, at its highest. head_rate: of the new head. hard: hits that nobody chose, for each clicked
        item. skip: first hits that are left out. depth: how far down they are looked for.
        max_tokens: of query and passage together. dropout: while training.
        held_out: share of queries kept for the proof. most_held: of each kind at most.
        half: bfloat16; "auto" where the processor multiplies in it. threads: of torch.
        save_every: steps that a kill can cost.
        """

        base: str = ""
        method: Literal["full", "lora"] = "full"
        rank: int = 16
        layers: int = 0
        steps: int = 1_500
        batch: int = 32
        rate: float = 5e-5
        head_rate: float = 1e-3
        hard: int = 3
        skip: int = 3
        depth: int = 30
        max_tokens: int = 64
        dropout: float = 0.1
        held_out: float = 0.1
        most_held: int = 500
        half: Literal["auto", "yes", "no"] = "auto"
        threads: int = 1
        save_every: int = 100

        def __post_init__(self) -> None:
            positive(self, "batch", "rank", "threads", "save_every", "steps")
            if not 0 <= self.held_out < 1 or self.max_tokens < 8:
                raise ValueError("held_out must lie in [0, 1) and max_tokens be 8 or more")

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """The arrays of `encoders.pair_scorer`, with the model card's figures.

        Raises:
            MissingExtraError: torch is not installed.
            BusyError: another process trains it.
            NotReadyError: too few judged or clicked queries, or the base's weights cannot be had.
        """
        need_extra("training the cross-encoder")
        with alone(tables.work, CHECKPOINT):
            return self._fit(tables, options, seed, progress)

    def _fit(self, tables: Tables, options: Any, seed: int, progress: Progress) -> Fitted:
        learn, held, counts = examples(tables, options, seed=seed, progress=progress)
        base = checkpoint.read(base_of(tables, options.base), progress=progress)
        base = replace(base, max_tokens=min(options.max_tokens, base.max_tokens), prefixes={})
        trained, losses = _train(base, learn, tables, options, seed, progress)
        model = bert_graph.build(trained.state, trained.shape, max_tokens=trained.max_tokens, scored=True)
        scorer = PairScorer(
            "after",
            trained.max_tokens,
            onnx_encoder.open_session(model.SerializeToString(), threads=1),
            checkpoint.token_ids(trained.words, trained.max_tokens),
        )
        full = checkpoint.read(base_of(tables, options.base))
        proved = compare(encoder_of(full, graph(full), "before"), scorer, held, seed=seed)
        worse = proved.get(f"ndcg@{CUTOFF}", {}).get("difference", {}).get("high", 0.0) < 0
        figures = {
            "base": base.name,
            "examples": counts,
            "losses": losses,
            "held_out": proved,
            "kept_back": f"held-out queries are ordered worse than by cosine: {proved}" if worse else "",
        }
        return Fitted(adapted.pack(model, trained), figures, promote=not worse, tail=False)


def examples(
    tables: Tables, options: Any, *, seed: int, progress: Progress
) -> tuple[list[Example], list[Example], dict[str, Any]]:
    """Examples to learn from, examples of held-out queries, and how many there are.

    Raises:
        NotReadyError: too few.
    """
    kinds: tuple[Kind, ...] = ("clicked", "judged")
    items = passages(tables)
    every = [pair for pair in gather(tables, kinds, good=0.0, seed=seed) if pair.role == "query"]
    _, held_pairs = split(every, options.held_out, options.most_held, seed)
    held = {pair.group for pair in held_pairs}
    rows: list[Example] = [(row.query, row.passage, row.grade) for row in graded(tables, items)]
    clicked = [pair for pair in every if pair.kind == "clicked"]
    negatives = mine(clicked, [], tables.search, skip=options.skip, depth=options.depth, poor=0.0, progress=progress)
    for pair in clicked:
        rows.append((pair.left, pair.right, 1.0))
        wrong = [item for item in negatives.get(pair.group, ()) if item in items]
        generator(seed, "wrong", pair.group, pair.item).shuffle(wrong)
        rows += [(pair.left, passage(items[item]), 0.0) for item in wrong[: options.hard]]
    learn = [row for row in rows if plain(row[0]) not in held]
    if len(learn) < FEWEST_EXAMPLES:
        raise NotReadyError(
            f"cross_encoder: {len(learn)} judged or clicked pairs of query and item, it needs {FEWEST_EXAMPLES} or more"
        )
    kept = [row for row in rows if plain(row[0]) in held]
    queries = len({plain(row[0]) for row in learn})
    return learn, kept, {"learned": len(learn), "queries": queries, "held_out": len(kept)}


def compare(cosine: OnnxEncoder, scorer: PairScorer, held: Sequence[Example], *, seed: int) -> dict[str, Any]:
    """The order of held-out queries' items by cosine and by the scorer; {} with fewer than FEWEST_QUERIES.

    nDCG@10 counts queries with a right and a wrong item; spearman is over all pairs, where there are over two grades.
    """
    queries: dict[str, list[Example]] = {}
    for row in held:
        queries.setdefault(plain(row[0]), []).append(row)
    mixed = {query: rows for query, rows in queries.items() if len({row[2] for row in rows}) > 1}
    if len(mixed) < FEWEST_QUERIES:
        return {}
    old, new, grades = [], [], []
    before, after = [], []
    for query, rows in queries.items():
        texts, gains = [row[1] for row in rows], np.array([row[2] for row in rows])
        by_cosine = cosine.encode(texts, role="passage") @ cosine.encode([rows[0][0]], role="query")[0]
        by_scorer = scorer.score(rows[0][0], texts)
        old.append(by_cosine)
        new.append(by_scorer)
        grades.append(gains)
        if query in mixed:
            before.append(_ndcg(gains, by_cosine))
            after.append(_ndcg(gains, by_scorer))
    told: dict[str, Any] = {
        "queries": len(mixed),
        f"ndcg@{CUTOFF}": {
            "before": round(bootstrap(before, seed=seed).value, 4),
            "after": round(bootstrap(after, seed=seed).value, 4),
            "difference": asdict(paired(after, before, seed=seed)),
        },
    }
    every = np.concatenate(grades)
    if len(np.unique(every)) > 2:
        told["spearman"] = {
            "before": round(spearman(np.concatenate(old), every), 4),
            "after": round(spearman(np.concatenate(new), every), 4),
        }
    return told


def _ndcg(gains: NDArray[np.float64], scores: NDArray[np.float32]) -> float:
    order = np.argsort(-scores, kind="stable")
    return float(ndcg(gains[order], gains, CUTOFF))


def _train(
    base: Checkpoint, learn: Sequence[Example], tables: Tables, options: Any, seed: int, progress: Progress
) -> tuple[Checkpoint, dict[str, list[float]]]:
    import torch

    from shopmind.training.encoder import network as networks
    from shopmind.training.encoder import steps

    half = options.half == "yes" or (options.half == "auto" and networks.quick_half())
    with networks.threads(options.threads):
        network = networks.Network(
            base,
            method=options.method,
            rank=options.rank,
            layers=options.layers,
            dropout=options.dropout,
            seed=seed,
            half=half,
        )
        head = torch.nn.Linear(base.dimension, 1)
        torch.nn.init.normal_(head.weight, std=0.02)
        torch.nn.init.zeros_(head.bias)
        ids = _joined_ids(base, learn)
        wanted = torch.tensor([row[2] for row in learn], dtype=torch.float32)
        plan = Plan([len(row) for row in ids], options.batch, seed)

        def loss(step: int) -> Any:
            rows = plan.batch(step)
            scores = head(network.pooled([ids[row] for row in rows]))[:, 0]
            return torch.nn.functional.binary_cross_entropy_with_logits(scores, wanted[rows])

        own = [(f"head.{name}", each) for name, each in head.named_parameters()]
        phase = steps.Phase(
            "cross-encoder",
            options.steps,
            loss,
            [*network.trained(), *own],
            options.rate,
            {name: options.head_rate for name, _ in own},
        )
        file = None if tables.work is None else tables.work / CHECKPOINT
        said = steps.fingerprint(asdict(options), seed, base.name, list(learn))
        kept = steps.Kept(file, said, options.save_every)
        losses = steps.run([phase], kept, progress)
    state = dict(network.state())
    state |= {f"score.{name}": each.detach().numpy() for name, each in head.named_parameters()}
    return replace(base, state=state, shape=network.shape), losses


def _joined_ids(base: Checkpoint, learn: Sequence[Example]) -> list[list[int]]:
    cut = checkpoint.token_ids(base.words, base.max_tokens)
    texts = list(dict.fromkeys(text for row in learn for text in row[:2]))
    ids = dict(zip(texts, cut(texts), strict=True))
    return [joined(ids[query], ids[text], base.max_tokens) for query, text, _ in learn]


class Plan:
    """Batches of texts of like length, every example once an epoch; a batch depends on its number alone."""

    def __init__(self, lengths: Sequence[int], batch: int, seed: int) -> None:
        self._lengths = np.asarray(lengths)
        self._batch = min(batch, len(lengths))
        self._seed = seed
        self._epoch = -1
        self._order: list[NDArray[np.int64]] = []

    def batch(self, step: int) -> NDArray[np.int64]:
        """Places of the examples of a step."""
        each = len(self._lengths) // self._batch
        if step // each != self._epoch:
            self._epoch = step // each
            self._order = self._shuffled(generator(self._seed, "epoch", self._epoch), each)
        return self._order[step % each]

    def _shuffled(self, chance: np.random.Generator, each: int) -> list[NDArray[np.int64]]:
        order = chance.permutation(len(self._lengths))[: each * self._batch]
        found: list[NDArray[np.int64]] = []
        for start in range(0, len(order), BLOCK * self._batch):
            block = order[start : start + BLOCK * self._batch]
            block = block[np.argsort(self._lengths[block], kind="stable")]
            found += [block[at : at + self._batch] for at in range(0, len(block), self._batch)]
        return [found[i] for i in chance.permutation(len(found))]
