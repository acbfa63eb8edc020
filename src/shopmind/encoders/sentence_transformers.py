"""Any sentence-transformers model, for machines that have torch: the extra [train]."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from shopmind.encoders.checks import check_texts, readable, unit_rows
from shopmind.encoders.encoder import Role


@dataclass(frozen=True)
class SentenceTransformersEncoder:
    """Wraps a SentenceTransformer; a prompt of its own called "query" or "passage" is used for that role."""

    name: str
    version: str
    dimension: int
    languages: tuple[str, ...]
    model: Any = field(repr=False, compare=False)

    def encode(self, texts: Sequence[str], *, role: Role) -> NDArray[np.float32]:
        """See `TextEncoder.encode`."""
        check_texts(texts, role, where=f"encoder {self.name}")
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        prompt = role if role in self.model.prompts else None
        vectors = self.model.encode(
            list(map(readable, texts)), prompt_name=prompt, convert_to_numpy=True, show_progress_bar=False
        )
        return unit_rows(np.asarray(vectors, np.float32))


def load(name: str, *, threads: int = 1) -> SentenceTransformersEncoder:
    """The model called `name` on a hub, or in a folder, on the CPU; `threads` is left to torch."""
    model = SentenceTransformer(name, device="cpu")
    digest = hashlib.blake2b(repr((model.max_seq_length, sorted(model.prompts.items()))).encode(), digest_size=16)
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    renamed = getattr(model, "get_embedding_dimension", None)  # the older name warns from version 6 on
    dimension = int(renamed() if renamed is not None else model.get_sentence_embedding_dimension())
    return SentenceTransformersEncoder(f"sentence-transformers:{name}", digest.hexdigest(), dimension, ("*",), model)
