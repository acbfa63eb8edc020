"""The recipe `encoder`: the pretrained encoder, adapted to the shop's goods and to how its customers ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from shopmind.encoders import Role, adapted, checkpoint
from shopmind.encoders.checkpoint import Checkpoint
from shopmind.encoders.onnx_encoder import OnnxEncoder
from shopmind.kit.options import positive
from shopmind.kit.progress import Progress
from shopmind.training.encoder import alone, need_extra, proof
from shopmind.training.encoder.export import encoder_of, exported, graph
from shopmind.training.encoder.material import Material, base_of, gather
from shopmind.training.encoder.pairs import Kind
from shopmind.training.recipe import Fitted, Recipe, Tables

if TYPE_CHECKING:
    from shopmind.training.encoder.network import Network
    from shopmind.training.encoder.steps import Phase

CHECKPOINT = "encoder.pt"


class EncoderRecipe(Recipe):
    """Masked words on the shop's texts, then contrast on its pairs, exported to eight bits.

    It is fitted only when asked for by name, and promoted only when held-out pairs are not found significantly worse.
    """

    @dataclass(frozen=True)
    class Options:
        """base: "" for the shop's own encoder, or "minilm", "e5", or a folder with a BERT checkpoint.
        method: "full" trains all weights, "lora" thin additions that are merged at the end. rank: of these additions.
        layers: kept of the base, 0 for all; a smaller encoder learns from the base when keep is set.
        kinds: of pairs, see the how-to page. good: grade in 0..1 from which a judgment makes a pair.
        poor: grade in 0..1 up to which it makes a hard negative.
        masked_steps: of guessing masked words; 0 leaves it out. masked_batch: texts of such a step.
        masked_rate: of learning in these steps. steps: of contrast; 0 leaves it out. batch: pairs of a step.
        rate: of learning, at its highest. hard: hard negatives of a pair. skip: first hits of our own search that are
        no hard negatives. depth: how far down they are looked for. scale: cosines are multiplied by it.
        keep: weight of staying near the base. longest: tokens of a text in training. dropout: while training.
        held_out: share of queries and items kept for the proof. most_held: of each kind at most.
        half: bfloat16; "auto" where the processor multiplies in it. threads: of torch.
        save_every: steps that a kill can cost.
        """

        base: str = ""
        method: Literal["full", "lora"] = "full"
        rank: int = 16
        layers: int = 0
        kinds: tuple[Kind, ...] = ("clicked", "judged", "described", "alike")
        good: float = 0.6
        poor: float = 0.25
        masked_steps: int = 0
        masked_batch: int = 32
        masked_rate: float = 5e-5
        steps: int = 600
        batch: int = 48
        rate: float = 3e-5
        hard: int = 1
        skip: int = 5
        depth: int = 40
        scale: float = 20.0
        keep: float = 0.0
        longest: int = 64
        dropout: float = 0.05
        held_out: float = 0.1
        most_held: int = 500
        half: Literal["auto", "yes", "no"] = "auto"
        threads: int = 1
        save_every: int = 100

        def __post_init__(self) -> None:
            positive(self, "batch", "masked_batch", "rank", "threads", "save_every")
            if not 0 <= self.held_out < 1 or self.longest < 4 or not 0 <= self.poor <= self.good <= 1:
                raise ValueError("held_out must lie in [0, 1), longest be 4 or more, and 0 <= poor <= good <= 1")

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """The arrays of `encoders.adapted`, with the model card's figures.

        Raises:
            MissingExtraError: torch is not installed.
            BusyError: another process trains it.
            NotReadyError: the shop has no pairs to learn from, or the base's weights cannot be had.
        """
        need_extra("training the encoder")
        with alone(tables.work, CHECKPOINT):
            return self._fit(tables, options, seed, progress)

    def _fit(self, tables: Tables, options: Any, seed: int, progress: Progress) -> Fitted:
        material = gather(tables, options, seed=seed, progress=progress)
        base = checkpoint.read(base_of(tables, options.base), progress=progress)
        before = encoder_of(base, graph(base), "before")
        network, losses = _train(base, before, material, tables, options, seed, progress)
        trained = exported(base, network.state(), network.shape)
        after = encoder_of(trained, graph(trained), "after")
        asked = proof.cases(material.held, material.passages, seed=seed)
        proved = proof.compare(before, after, asked, seed=seed)
        worse = proof.worse(proved)
        figures = {
            "base": base.name,
            "pairs": material.counts(),
            "losses": losses,
            "drift": _drift(network, before, after, material.texts),
            "held_out": proved,
            "kept_back": worse,
        }
        return Fitted(adapted.pack(graph(trained), trained), figures, promote=not worse, tail=False)


def _train(
    base: Checkpoint,
    before: OnnxEncoder,
    material: Material,
    tables: Tables,
    options: Any,
    seed: int,
    progress: Progress,
) -> tuple[Network, dict[str, list[float]]]:
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
        file = None if tables.work is None else tables.work / CHECKPOINT
        said = steps.fingerprint(
            asdict(options), seed, base.name, before.version, [asdict(p) for p in material.learn], len(material.texts)
        )
        kept = steps.Kept(file, said, options.save_every)
        losses = steps.run(list(_phases(network, before, material, options, seed)), kept, progress)
    return network, losses


def _phases(network: Network, before: OnnxEncoder, material: Material, options: Any, seed: int) -> Sequence[Phase]:
    from shopmind.training.encoder.contrast import Contrasting, Reader
    from shopmind.training.encoder.masked import Guessing, mask_id
    from shopmind.training.encoder.steps import Phase

    base, found = network.base, []
    cut = checkpoint.token_ids(base.words, base.max_tokens)
    reader = Reader(cut, base.prefixes, options.longest, {})
    if options.masked_steps:
        guessing = Guessing(
            network,
            reader.ids(material.texts, "passage"),
            mask=mask_id(base.words),
            batch=options.masked_batch,
            seed=seed,
        )
        trained = [*network.trained(), *guessing.trained()]
        found.append(Phase("masked words", options.masked_steps, guessing.loss, trained, options.masked_rate, {}))
    if options.steps:
        taught: dict[tuple[str, str], NDArray[np.float32]] = {}

        def teach(texts: Sequence[str], role: Role) -> NDArray[np.float32]:
            new = [text for text in dict.fromkeys(texts) if (role, text) not in taught]
            taught.update(zip([(role, text) for text in new], before.encode(new, role=role), strict=True))
            return np.stack([taught[role, text] for text in texts])

        contrasting = Contrasting(
            network,
            reader,
            material.learn,
            material.judged,
            material.negatives,
            material.passages,
            batch=options.batch,
            hard=options.hard,
            scale=options.scale,
            keep=options.keep,
            teach=teach,
            seed=seed,
        )
        found.append(Phase("contrast", options.steps, contrasting.loss, network.trained(), options.rate, {}))
    return found


def _drift(network: Network, before: OnnxEncoder, after: OnnxEncoder, texts: Sequence[str]) -> dict[str, Any]:
    """Eight bits against full precision, and the adapted encoder against its base."""
    few = list(texts[:: max(1, len(texts) // proof.DRIFT_TEXTS)])[: proof.DRIFT_TEXTS]
    eight = after.encode(few, role="passage")
    prefix = network.base.prefixes.get("passage", "")
    full = network.encode([list(row) for row in after.token_ids([prefix + text for text in few])])
    return {
        "texts": len(few),
        "int8": proof.drift(full, eight),
        "base": proof.drift(before.encode(few, role="passage"), eight),
    }
