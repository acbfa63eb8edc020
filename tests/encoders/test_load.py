from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopmind.encoders import choose, load, onnx_encoder
from shopmind.encoders.hashing import HashEncoder, pieces
from shopmind.kit.errors import InputError, NotFoundError
from shopmind.testing.encoder_suite import tiny_folder


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("minilmm", "did you mean 'minilm'"),
        ("onnx", "lacks its argument"),
        ("onnx:", "lacks its argument"),
        ("hash:8", "takes no argument"),
        ("onnx:/no/such/folder", "does not exist"),
    ],
)
def test_a_spec_that_cannot_be_is_refused_with_what_can(spec: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load(spec)


def test_a_shop_with_chinese_gets_the_encoder_that_reads_it() -> None:
    assert choose(0.0) == "minilm"
    assert choose(1.0) == "e5"
    for share in (-0.1, 1.1, float("nan")):
        with pytest.raises(InputError):
            choose(share)


def test_a_model_of_ones_own_is_known_by_its_content(tmp_path) -> None:
    folder = tiny_folder(tmp_path / "model")
    first = load(f"onnx:{folder}")
    assert load(f"onnx:{folder / 'model.onnx'}").version == first.version
    content = bytearray((folder / "model.bin").read_bytes())
    content[0] ^= 1
    (folder / "model.bin").write_bytes(content)
    assert load(f"onnx:{folder}").version != first.version
    (folder / "tokenizer.json").unlink()
    with pytest.raises(NotFoundError, match=r"tokenizer\.json"):
        load(f"onnx:{folder}")


@given(st.lists(st.integers(1, 700), max_size=60))
def test_batches_hold_every_text_once_and_stay_small(lengths: list[int]) -> None:
    found = list(onnx_encoder.batches(lengths))
    assert sorted(place for batch in found for place in batch) == list(range(len(lengths)))
    for batch in found:
        padded = len(batch) * max(lengths[place] for place in batch)
        assert padded <= onnx_encoder.BATCH_TOKENS or len(batch) == 1


def test_words_give_their_parts_and_han_their_characters_and_pairs() -> None:
    assert list(pieces("ab 红色")) == ["ab", "<ab", "ab>", "<ab>", "红", "色", "红色"]


def test_a_text_without_letters_points_along_the_first_axis() -> None:
    np.testing.assert_array_equal(HashEncoder().encode(["", "!?"], role="query"), np.eye(256)[[0, 0]])
