"""A checkpoint as a torch network: token ids in, vectors out; whole or by low-rank additions; and back to tensors."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertModel

from shopmind.encoders.bert_graph import BertShape, State
from shopmind.encoders.checkpoint import Checkpoint

Method = Literal["full", "lora"]
Ids = Sequence[Sequence[int]]
LAYER = "encoder.layer."
WIDTH = 8


class Network:
    """The network of a checkpoint, in training mode until told otherwise.

    Args:
        method: "full" trains every weight; "lora" trains two thin matrices beside each attention matrix.
            Source: Hu et al., LoRA: low-rank adaptation of large language models, ICLR 2022.
        layers: how many are kept, spread evenly from the first to the last; 0 keeps all.
            Source: Sanh et al., DistilBERT (2019): a student begins as every n-th layer of its teacher.
        half: whether matrices are multiplied in bfloat16; weights stay float32.
    """

    def __init__(
        self, base: Checkpoint, *, method: Method, rank: int, layers: int = 0, dropout: float, seed: int, half: bool
    ) -> None:
        torch.manual_seed(seed)
        self.half = half
        self.base = base
        self.shape, state = shallow(base.state, base.shape, layers)
        inner = state[f"{LAYER}0.intermediate.dense.weight"].shape[0]
        words, hidden = state["embeddings.word_embeddings.weight"].shape
        config = BertConfig(
            vocab_size=words,
            hidden_size=hidden,
            num_hidden_layers=self.shape.layers,
            num_attention_heads=self.shape.heads,
            intermediate_size=inner,
            max_position_embeddings=len(state["embeddings.position_embeddings.weight"]),
            type_vocab_size=len(state["embeddings.token_type_embeddings.weight"]),
            layer_norm_eps=self.shape.epsilon,
            hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=dropout,
        )
        model = BertModel(config, add_pooling_layer=False)
        tensors = {name: torch.from_numpy(np.array(tensor)) for name, tensor in state.items()}
        model.load_state_dict({key: value for key, value in tensors.items() if "position_ids" not in key})
        self.words: Any = model.embeddings.word_embeddings
        self.model: Any = model
        if method == "lora":
            from peft import LoraConfig, get_peft_model

            names = ["query", "key", "value", "attention.output.dense"]
            chosen = LoraConfig(r=rank, lora_alpha=2 * rank, lora_dropout=dropout, target_modules=names)
            self.model = get_peft_model(model, chosen)
        self.model.train()

    def trained(self) -> list[tuple[str, Any]]:
        """Names and parameters that a fit may change."""
        return [(name, each) for name, each in self.model.named_parameters() if each.requires_grad]

    def tokens(self, ids: Ids) -> tuple[Any, Any]:
        """(texts, tokens, hidden) float32 outputs, and (texts, tokens) which are no padding."""
        places, mask = padded(ids)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.half):
            output = self.model(input_ids=places, attention_mask=mask).last_hidden_state
        return output.float(), mask

    def pooled(self, ids: Ids) -> Any:
        """(texts, hidden): the mean of the tokens that are no padding."""
        output, mask = self.tokens(ids)
        weights = mask.unsqueeze(-1).float()
        return (output * weights).sum(1) / weights.sum(1)

    def vectors(self, ids: Ids) -> Any:
        """(texts, hidden) of unit length, as the encoder gives them."""
        return torch.nn.functional.normalize(self.pooled(ids), dim=-1)

    def encode(self, ids: Ids, batch: int = 32) -> NDArray[np.float32]:
        """`vectors` as numbers, in full precision and without dropout."""
        was_half, self.half = self.half, False
        self.model.eval()
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        found = np.empty((len(ids), self.base.dimension), np.float32)
        with torch.inference_mode():
            for start in range(0, len(order), batch):
                part = order[start : start + batch]
                found[part] = self.vectors([ids[place] for place in part]).numpy()
        self.model.train()
        self.half = was_half
        return found

    def state(self) -> State:
        """The tensors with the low-rank additions merged in, by their Hugging Face names."""
        model = self.model
        if hasattr(model, "merge_and_unload"):
            import copy

            model = copy.deepcopy(model).merge_and_unload()
        tensors = {name: tensor.detach().numpy().copy() for name, tensor in model.state_dict().items()}
        return {name: tensor for name, tensor in tensors.items() if "position_ids" not in name}


def shallow(state: State, shape: BertShape, layers: int) -> tuple[BertShape, State]:
    """The shape and tensors of `layers` layers, spread evenly; 0 and too many leave all."""
    if not 0 < layers < shape.layers:
        return shape, state
    kept = np.unique(np.linspace(0, shape.layers - 1, layers).round().astype(int)).tolist()
    renamed = {f"{LAYER}{old}.": f"{LAYER}{new}." for new, old in enumerate(kept)}
    found = {}
    for name, tensor in state.items():
        if not name.startswith(LAYER):
            found[name] = tensor
        for old, new in renamed.items():
            if name.startswith(old):
                found[new + name.removeprefix(old)] = tensor
    return BertShape(len(kept), shape.heads, shape.epsilon), found


def padded(ids: Ids) -> tuple[Any, Any]:
    """(texts, longest) ids and mask, int64; widths are multiples of WIDTH, for each new shape costs time and memory."""
    shape = (len(ids), -(-max(len(row) for row in ids) // WIDTH) * WIDTH)
    places, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for place, row in enumerate(ids):
        places[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return torch.from_numpy(places), torch.from_numpy(mask)


def quick_half() -> bool:
    """Whether this processor multiplies in bfloat16 of its own: twice to three times as fast, else slower."""
    asked = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(bool(getattr(torch.cpu, name, bool)()) for name in asked)


@contextlib.contextmanager
def threads(count: int) -> Iterator[None]:
    """At most `count` threads of torch for the block."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
