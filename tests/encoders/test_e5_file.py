from __future__ import annotations

import struct

import numpy as np
import pytest

from shopmind.encoders import e5_file
from shopmind.kit.errors import InputError

HIDDEN, INNER, WORDS, POSITIONS, TYPES = 32, 32, 5, 4, 2
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁红"]


def written(tensors: dict[str, bytes]) -> bytes:
    """A file of one layer, as the format's description says."""
    head = b"E5S1" + struct.pack("<i", 1) + struct.pack("<7i", HIDDEN, 1, 4, INNER, WORDS, POSITIONS, TYPES)
    head += struct.pack("<fi", 1e-12, 32) + struct.pack("<5i", len(PIECES), 0, 2, 1, 3)
    blob = "".join(PIECES).encode()
    starts = np.cumsum([0, *(len(piece.encode()) for piece in PIECES)]).astype("<u4")
    head += struct.pack("<Q", len(blob)) + starts.tobytes() + np.arange(len(PIECES), dtype="<f4").tobytes() + blob
    head += struct.pack("<iI", 0, 3) + b"abc" + struct.pack("<i", len(tensors))
    size = len(head) + sum(2 + len(name) + 21 for name in tensors)
    body = b""
    for name, content in tensors.items():
        head += (
            struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, 0, size + len(body), len(content))
        )
        body += content
    return head + body


def every_tensor() -> dict[str, bytes]:
    floats = np.ones(HIDDEN, "<f4").tobytes()
    block = struct.pack("<e", 0.5) + bytes([0xF0] * 16)  # low halves 0 - 8, high halves 15 - 8
    tensors = {"emb.word": block * WORDS, "emb.pos": floats * POSITIONS, "emb.type": floats * TYPES}
    tensors |= {"emb.ln.w": floats, "emb.ln.b": floats}
    for short in ("q", "k", "v", "ao", "fi", "fo"):
        tensors |= {f"l0.{short}.w": block * HIDDEN, f"l0.{short}.b": floats}
    for short in ("aln", "oln"):
        tensors |= {f"l0.{short}.w": floats, f"l0.{short}.b": floats}
    return tensors


def test_blocks_of_four_bits_are_their_scale_times_the_half_less_eight() -> None:
    file = e5_file.read(written(every_tensor()))
    row = file.state["embeddings.word_embeddings.weight"][0]
    np.testing.assert_array_equal(row, [-4.0] * 16 + [3.5] * 16)
    np.testing.assert_array_equal(file.state["embeddings.token_type_embeddings.weight"], np.ones((TYPES, HIDDEN)))
    assert file.pieces == [(piece, float(i)) for i, piece in enumerate(PIECES)]
    assert file.special == {"bos": 0, "eos": 2, "pad": 1, "unk": 3}


def test_another_format_and_a_tensor_of_another_size_are_refused() -> None:
    with pytest.raises(InputError, match="b'PK"):
        e5_file.read(b"PK\3\4" + bytes(100))
    with pytest.raises(InputError, match=r"emb\.pos"):
        e5_file.read(written({**every_tensor(), "emb.pos": bytes(20)}))
