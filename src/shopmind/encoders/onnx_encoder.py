"""Texts to vectors by an ONNX graph and a tokenizer.json, without torch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from shopmind.encoders.checks import check_texts, readable, unit_rows
from shopmind.encoders.encoder import Role
from shopmind.kit.errors import InputError, NotFoundError, StorageError

BATCH_TOKENS = 512  # measured: larger batches fall out of the second-level cache
CHUNK_TEXTS = 4096  # tokenised at once, so that memory does not grow with the number of texts
# Measured on onnxruntime 1.31: its fused skip + layer norm takes seven times as long as the two apart.
SLOW_FUSIONS = ["SkipLayerNormFusion"]

TokenIds = Callable[[Sequence[str]], Sequence[Sequence[int]]]


@dataclass(frozen=True)
class OnnxEncoder:
    """An encoder whose graph takes `input_ids` and `attention_mask` and gives a vector per text or per token.

    Vectors per token, (texts, tokens, d), are averaged over the tokens that are not padding.
    """

    name: str
    version: str
    dimension: int
    languages: tuple[str, ...]
    session: Any = field(repr=False, compare=False)
    token_ids: TokenIds = field(repr=False, compare=False)
    prefixes: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _takes_types(self) -> bool:
        return any(each.name == "token_type_ids" for each in self.session.get_inputs())

    def encode(self, texts: Sequence[str], *, role: Role) -> NDArray[np.float32]:
        """See `TextEncoder.encode`."""
        check_texts(texts, role, where=f"encoder {self.name}")
        prefix = self.prefixes.get(role, "")
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), CHUNK_TEXTS):
            ids = self.token_ids([prefix + readable(text) for text in texts[start : start + CHUNK_TEXTS]])
            for places in batches([len(row) for row in ids]):
                vectors[[start + place for place in places]] = self._run([ids[place] for place in places])
        return vectors

    def _run(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        shape = (len(ids), max(len(row) for row in ids))
        feed = {"input_ids": np.zeros(shape, np.int64), "attention_mask": np.zeros(shape, np.int64)}
        for i, row in enumerate(ids):
            feed["input_ids"][i, : len(row)] = row
            feed["attention_mask"][i, : len(row)] = 1
        mask = feed["attention_mask"]
        if self._takes_types:
            feed["token_type_ids"] = np.zeros(shape, np.int64)
        output: NDArray[np.float32] = self.session.run(None, feed)[0]
        if output.ndim == 3:
            output = np.einsum("nsd,ns->nd", output, mask.astype(np.float32))
        return unit_rows(output)


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts of like length, to pad little; a batch has at most BATCH_TOKENS tokens or one text."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    batch: list[int] = []
    for place in order:
        if batch and (len(batch) + 1) * lengths[place] > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def open_session(graph: Path | bytes, *, threads: int, tensors: Path | None = None) -> Any:
    """An onnxruntime session that does not spin between calls: spinning threads starve a shared machine.

    Args:
        graph: a file, or what one holds.
        tensors: the folder of the files of tensors that a graph of bytes names.

    Raises:
        StorageError: onnxruntime cannot read the graph, or a file of tensors is missing or cut off.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if tensors is not None:
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(tensors))
    given = graph if isinstance(graph, bytes) else str(graph)
    try:
        return onnxruntime.InferenceSession(
            given, options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOW_FUSIONS
        )
    except Exception as error:  # onnxruntime's errors share no parent
        where = tensors if isinstance(graph, bytes) else graph
        raise StorageError(f"encoder: {where}: the graph cannot be opened ({str(error)[:200]})") from error


def open_tokenizer(file: Path | bytes, *, max_tokens: int) -> TokenIds:
    """Token ids by a tokenizer.json, cut at `max_tokens` or its own smaller limit; padding is left to the batch.

    Raises:
        StorageError: it is no tokenizer.json.
    """
    try:
        tokenizer = Tokenizer.from_buffer(file) if isinstance(file, bytes) else Tokenizer.from_file(str(file))
    except Exception as error:  # the tokenizers package raises nothing narrower
        raise StorageError(f"encoder: {file!s:.80}: no tokenizer.json ({error})") from error
    own = tokenizer.truncation
    tokenizer.no_padding()
    tokenizer.enable_truncation(min(max_tokens, own["max_length"]) if own else max_tokens)

    def token_ids(texts: Sequence[str]) -> Sequence[Sequence[int]]:
        if len(texts) == 1:  # a batch wakes a pool of threads, which costs a query more than it saves
            return [tokenizer.encode(texts[0]).ids]
        return [row.ids for row in tokenizer.encode_batch_fast(list(texts))]

    return token_ids


def load(place: str, *, threads: int = 1, max_tokens: int = 128) -> OnnxEncoder:
    """A user's own model: a folder with model.onnx and tokenizer.json, or the path of the .onnx file beside it.

    Raises:
        NotFoundError: a file is missing.
        InputError: the graph takes or gives something else.
    """
    path = Path(place).expanduser()
    graph = path if path.suffix == ".onnx" else path / "model.onnx"
    words = graph.with_name("tokenizer.json")
    for file in (graph, words):
        if not file.is_file():
            raise NotFoundError(f"encoder onnx: {file} does not exist; model.onnx and tokenizer.json are needed")
    session = open_session(graph, threads=threads)
    known = {"input_ids", "attention_mask", "token_type_ids"}
    taken, shape = {each.name for each in session.get_inputs()}, session.get_outputs()[0].shape
    if not {"input_ids", "attention_mask"} <= taken <= known:
        raise InputError(f"encoder onnx: {graph} takes {sorted(taken)}; allowed: {sorted(known)}")
    if len(shape) not in (2, 3) or not isinstance(shape[-1], int):
        raise InputError(f"encoder onnx: {graph} gives {shape}; allowed: (texts, d) or (texts, tokens, d) with d fixed")
    ids = open_tokenizer(words, max_tokens=max_tokens)
    return OnnxEncoder(f"onnx:{place}", _digest(graph, words, max_tokens), shape[-1], ("*",), session, ids)


def _digest(graph: Path, words: Path, max_tokens: int) -> str:
    """Of the graph, the tokenizer and any file of tensors beside them."""
    digest = hashlib.blake2b(f"onnx {max_tokens}".encode(), digest_size=16)
    for file in sorted(graph.parent.iterdir()):
        tensors = file.suffix in {".bin", ".data", ".weight"} or file.name.startswith(graph.name)
        if file.is_file() and (tensors or file == words):
            with file.open("rb") as content:
                digest.update(hashlib.file_digest(content, "blake2b").digest())
    return digest.hexdigest()
