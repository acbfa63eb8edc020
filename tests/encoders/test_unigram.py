from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopmind.encoders import e5_file, unigram
from shopmind.encoders.bert_graph import BertShape

PIECES = [
    ("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), ("a", -3.0), ("b", -3.5), ("ab", -4.0),
    ("▁a", -3.0), ("▁ab", -6.25), ("ba", -5.0), ("红", -4.0), ("红色", -5.0), ("色", -4.5), ("▁红", -7.0),
]  # fmt: skip
SPECIAL = {"bos": 0, "eos": 2, "pad": 1, "unk": 3}


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory) -> unigram.Unigram:
    folder = tmp_path_factory.mktemp("vocabulary")
    unigram.write(folder, PIECES, SPECIAL)
    return unigram.read(folder)


REFERENCE = e5_file.tokenizer(e5_file.E5File(BertShape(1, 1), {}, PIECES, SPECIAL))


def test_the_likeliest_segmentation_wins(tokenizer) -> None:
    # "▁ab": ▁+ab = -6, ▁a+b = -6.5, ▁+a+b = -8.5, ▁ab = -6.25
    assert tokenizer.encode("ab", 10) == [0, 4, 7, 2]


def test_neighbouring_unknown_characters_are_one_token(tokenizer) -> None:
    assert tokenizer.encode("zzz", 10) == [0, 4, 3, 2]
    assert tokenizer.encode("zzz zz", 10) == [0, 4, 3, 4, 3, 2]


def test_no_more_than_the_tokens_asked_for_and_the_end_is_always_there(tokenizer) -> None:
    for text in ("a b " * 50, "ab" * 50):
        ids = tokenizer.encode(text, 8)
        assert len(ids) == 8
        assert ids[-1] == 2


@given(st.text(alphabet="ab 红色z\t\u3000Ａé", max_size=30))
def test_it_cuts_as_the_tokenizers_package_does(text: str) -> None:
    ours = unigram.Unigram([p for p, _ in PIECES], np.array([s for _, s in PIECES], np.float32), SPECIAL)
    assert ours.encode(text, 1000) == REFERENCE.encode(text).ids
