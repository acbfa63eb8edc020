"""Before and after, on held-out pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from shopmind.encoders import Role
from shopmind.encoders.hashing import HashEncoder
from shopmind.training.encoder.pairs import Pair
from shopmind.training.encoder.proof import cases, compare, drift, found_by, worse


@dataclass(frozen=True)
class Blind(HashEncoder):
    """Sees no text."""

    def encode(self, texts: Sequence[str], *, role: Role) -> NDArray[np.float32]:
        return np.tile(np.eye(self.dimension, dtype=np.float32)[0], (len(texts), 1))


def held(kind: str = "clicked", count: int = 30) -> list[Pair]:
    role = "query" if kind == "clicked" else "passage"
    return [Pair(kind, f"word{i}", f"word{i} of a title", role, i, f"word{i}") for i in range(count)]  # type: ignore[arg-type]


PASSAGES = {100 + i: f"other {i}" for i in range(100)}


def test_recall_and_reciprocal_rank_by_hand() -> None:
    asked = cases(
        [Pair("clicked", "tea", f"tea {i}", "query", i, "tea") for i in range(2)] * 1 + held(), PASSAGES, seed=0
    )
    found = found_by(HashEncoder(), asked["clicked"])
    assert found["recall@10"].mean() > 0.95
    assert found["mrr@10"].mean() > 0.9
    nothing = found_by(Blind(), asked["clicked"])
    assert nothing["recall@10"].mean() < 0.4


def test_a_text_that_is_among_the_passages_is_not_its_own_answer() -> None:
    words = [letter * 6 for letter in "abcdefghijklmnopqrstuvwxy"]
    twins = [Pair("alike", word, f"{word} two", "passage", i, word) for i, word in enumerate(words)]
    twins += [Pair("alike", f"{word} two", word, "passage", i, word) for i, word in enumerate(words)]
    found = found_by(HashEncoder(), cases(twins, {}, seed=0)["alike"])
    assert found["mrr@10"].mean() > 0.9


def test_too_few_cases_prove_nothing_and_a_significant_loss_is_said_in_words() -> None:
    assert cases(held(count=19), PASSAGES, seed=0) == {}
    asked = cases([*held(), *held("described")], PASSAGES, seed=0)
    assert set(asked) == {"clicked", "described"}
    lost = compare(HashEncoder(), Blind(), asked, seed=0)
    assert worse(lost).startswith("held-out pairs (clicked) are found worse: mrr@10 -0.")
    assert worse(compare(Blind(), HashEncoder(), asked, seed=0)) == ""
    assert worse({}) == ""
    # queries decide where there are some
    mixed = {"clicked": compare(Blind(), HashEncoder(), asked, seed=0)["clicked"], "described": lost["described"]}
    assert worse(mixed) == ""
    assert worse({"described": lost["described"]}) != ""


def test_drift_is_the_cosine_of_rows() -> None:
    one = np.eye(2, dtype=np.float32)
    other = np.array([[1, 0], [0.6, 0.8]], np.float32)
    assert drift(one, other) == pytest.approx({"mean": 0.9, "min": 0.8})
