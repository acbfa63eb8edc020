"""What every text encoder must keep. Subclass it and give it an `encoder` fixture:

class TestMine(EncoderSuite):
    @pytest.fixture(scope="class")
    def encoder(self) -> TextEncoder: ...
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from shopmind.encoders import ROLES, TextEncoder, adapted, bert_graph, graph_file
from shopmind.encoders.checkpoint import Checkpoint
from shopmind.kit.errors import InputError
from shopmind.stores.folder_artifacts import FolderArtifacts

TEXTS = ["Red cotton shirt", "", "红色棉衬衫", "USB-C cable 2 m", "x" * 5_000, "🦄", "half \ud83d pair", " \n\t"]
ALIKE = 0.95  # quantised activations share a scale with their batch, so neighbours move a vector a little


class EncoderSuite:
    """The contract of `TextEncoder`."""

    def test_vectors_are_float32_unit_rows_in_the_order_of_the_texts(self, encoder: TextEncoder) -> None:
        vectors = encoder.encode(TEXTS, role="passage")
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(TEXTS), encoder.dimension)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
        alone = np.concatenate([encoder.encode([text], role="passage") for text in TEXTS])
        assert ((vectors * alone).sum(axis=1) > ALIKE).all()

    @pytest.mark.parametrize("role", ROLES)
    def test_the_same_call_gives_the_same_vectors(self, encoder: TextEncoder, role: Any) -> None:
        np.testing.assert_array_equal(encoder.encode(TEXTS, role=role), encoder.encode(TEXTS, role=role))

    def test_no_texts_give_no_rows(self, encoder: TextEncoder) -> None:
        assert encoder.encode([], role="query").shape == (0, encoder.dimension)

    def test_empty_texts_share_one_vector(self, encoder: TextEncoder) -> None:
        first, second = encoder.encode(["", ""], role="query")
        np.testing.assert_allclose(first, second, atol=1e-6)

    def test_a_text_is_nearer_to_itself_with_a_slip_than_to_a_stranger(self, encoder: TextEncoder) -> None:
        texts = ["black laser printer toner", "black laser printer toners", "garden hose 20 m"]
        vectors = encoder.encode(texts, role="passage")
        assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]

    def test_threads_get_what_one_thread_gets(self, encoder: TextEncoder) -> None:
        expected = encoder.encode(TEXTS, role="passage")
        with ThreadPoolExecutor(4) as pool:
            for found in pool.map(lambda _: encoder.encode(TEXTS, role="passage"), range(8)):
                np.testing.assert_array_equal(found, expected)

    def test_it_says_what_it_is(self, encoder: TextEncoder) -> None:
        assert isinstance(encoder, TextEncoder)
        assert encoder.name
        assert encoder.version
        assert encoder.languages

    @pytest.mark.parametrize(("texts", "role"), [("one string", "query"), ([1], "query"), (["a"], "document")])
    def test_what_is_no_list_of_texts_or_no_role_is_refused(self, encoder: TextEncoder, texts: Any, role: Any) -> None:
        with pytest.raises(InputError):
            encoder.encode(texts, role=role)


HIDDEN, INNER, LAYERS, HEADS, POSITIONS = 32, 64, 2, 4, 64
TINY_SHAPE = bert_graph.BertShape(LAYERS, HEADS)
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *LETTERS, *(f"##{letter}" for letter in LETTERS)]


def tiny_state(seed: int = 0) -> dict[str, NDArray[np.float32]]:
    """The tensors of a BERT of 2 layers × 32 dimensions with random weights."""
    random = np.random.default_rng(seed)

    def draw(*shape: int) -> NDArray[np.float32]:
        return (random.standard_normal(shape) * 0.15).astype(np.float32)

    state: dict[str, NDArray[np.float32]] = {
        "embeddings.word_embeddings.weight": draw(len(VOCABULARY), HIDDEN),
        "embeddings.position_embeddings.weight": draw(POSITIONS, HIDDEN) / np.float32(4),
        "embeddings.token_type_embeddings.weight": draw(2, HIDDEN),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in (f"encoder.layer.{i}" for i in range(LAYERS)):
        for part in ("query", "key", "value"):
            state[f"{layer}.attention.self.{part}.weight"] = draw(HIDDEN, HIDDEN)
            state[f"{layer}.attention.self.{part}.bias"] = draw(HIDDEN)
        for part, out, into in (("attention.output", HIDDEN, HIDDEN), ("intermediate", INNER, HIDDEN)):
            state[f"{layer}.{part}.dense.weight"], state[f"{layer}.{part}.dense.bias"] = draw(out, into), draw(out)
        state[f"{layer}.output.dense.weight"], state[f"{layer}.output.dense.bias"] = draw(HIDDEN, INNER), draw(HIDDEN)
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
    for norm in norms:
        state[f"{norm}.weight"], state[f"{norm}.bias"] = 1 + draw(HIDDEN), draw(HIDDEN)
    return state


def tiny_tokenizer() -> Any:
    """Lower-case letters and digits, one token each; everything else is unknown."""
    words = {piece: i for i, piece in enumerate(VOCABULARY)}
    made = Tokenizer(models.WordPiece(words, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    made.enable_truncation(POSITIONS)
    return made


def tiny_folder(folder: Path) -> Path:
    """Writes the tiny BERT as `onnx:FOLDER` wants it and returns the folder."""
    folder.mkdir(parents=True)
    graph_file.write(bert_graph.build(tiny_state(), TINY_SHAPE), folder)
    tiny_tokenizer().save(str(folder / "tokenizer.json"))
    return folder


def tiny_checkpoint(seed: int = 0) -> Checkpoint:
    """The tiny BERT as training begins with it."""
    words = {"tokenizer.json": tiny_tokenizer().to_str().encode()}
    return Checkpoint("tiny", tiny_state(seed), TINY_SHAPE, words, max_tokens=POSITIONS)


def tiny_artifact(artifacts: FolderArtifacts, seed: int = 0, *, promote: bool = True) -> Path:
    """Saves a tiny encoder as the artifact `encoder` and returns its version's folder; another seed, another one."""
    base = tiny_checkpoint(seed)
    arrays = adapted.pack(bert_graph.build(base.state, base.shape), base)
    card = {"events": 0, "event_number": 0, "tail": False, "figures": {"base": "tiny"}}
    return artifacts.folder / "encoder" / artifacts.save("encoder", arrays, card, promote=promote).version


def tiny_base(folder: Path) -> Path:
    """Writes the tiny BERT as a folder that training can begin with and returns it."""
    folder.mkdir(parents=True)
    save_file(tiny_state(), folder / "model.safetensors")
    config = {"model_type": "bert", "num_hidden_layers": LAYERS, "num_attention_heads": HEADS}
    (folder / "config.json").write_text(json.dumps(config))
    tiny_tokenizer().save(str(folder / "tokenizer.json"))
    return folder
