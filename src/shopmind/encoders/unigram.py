"""A SentencePiece unigram tokenizer that fits in 50 MB: the tokenizers package takes 270 MB for E5's 250,000 pieces.

Source: Kudo 2018, Subword Regularization (the best segmentation under a unigram model, by Viterbi). Its details are
those of the tokenizers package, to which a test compares it: a character no piece covers costs the lowest score less
10, neighbouring unknown characters are one token, and of two equal paths the one found first stays.
"""

from __future__ import annotations

import functools
import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, normalizers

SPACE = "▁"
UNKNOWN_PENALTY = 10.0
KNOWN_WORDS = 16_384  # segmentations kept
PIECES, SCORES, SPECIAL = "pieces.txt", "scores.npy", "special.json"


class Unigram:
    """Text ids by a vocabulary of scored pieces. Safe to call from several threads.

    Args:
        pieces: (n) distinct texts; "▁" stands for a space and only begins a piece.
        scores: (n,) log probabilities.
        special: ids of "bos", "eos" and "unk".
    """

    def __init__(self, pieces: Sequence[str], scores: NDArray[np.float32], special: dict[str, int]) -> None:
        self._ids = {piece: i for i, piece in enumerate(pieces)}
        self._scores = scores
        self._bos, self._eos, self._unknown = special["bos"], special["eos"], special["unk"]
        self._unknown_score = float(scores.min()) - UNKNOWN_PENALTY
        self._longest: dict[str, int] = {}
        for piece in pieces:
            if len(piece) > self._longest.get(piece[:1], 0):
                self._longest[piece[:1]] = len(piece)
        self._normaliser = normalizers.Sequence(
            [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
        )
        self._segment: Callable[[str], list[int]] = functools.lru_cache(KNOWN_WORDS)(self._viterbi)

    def encode(self, text: str, max_tokens: int) -> list[int]:
        """Ids of a text between those of <s> and </s>, at most `max_tokens` with them."""
        plain = self._normaliser.normalize_str(text).replace(" ", SPACE)
        ids = [self._bos]
        for word in plain.removeprefix(SPACE).split(SPACE) if plain else ():
            ids += self._segment(SPACE + word)
            if len(ids) >= max_tokens - 1:
                break
        return [*ids[: max_tokens - 1], self._eos]

    def _viterbi(self, word: str) -> list[int]:
        size = len(word)
        best = [(-math.inf, 0, self._unknown)] * (size + 1)  # score, start, id of the piece that ends here
        best[0] = (0.0, 0, self._unknown)
        for start in range(size):
            here = best[start][0]
            if here == -math.inf:
                continue
            single = False
            for end in range(start + 1, min(size, start + self._longest.get(word[start], 0)) + 1):
                found = self._ids.get(word[start:end])
                if found is None:
                    continue
                single = single or end == start + 1
                score = here + float(self._scores[found])
                if score > best[end][0]:
                    best[end] = (score, start, found)
            if not single:
                score = here + self._unknown_score
                if score > best[start + 1][0]:
                    best[start + 1] = (score, start, self._unknown)
        return self._walk_back(best)

    def _walk_back(self, best: Sequence[tuple[float, int, int]]) -> list[int]:
        ids: list[int] = []
        end = len(best) - 1
        while end > 0:
            _, end, piece = best[end]
            if piece != self._unknown or ids[-1:] != [self._unknown]:
                ids.append(piece)
        return ids[::-1]


def write(folder: Path, pieces: Sequence[tuple[str, float]], special: dict[str, int]) -> list[str]:
    """Writes a vocabulary as three files and returns their names."""
    (folder / PIECES).write_text("\n".join(piece for piece, _ in pieces), encoding="utf-8", newline="\n")
    np.save(folder / SCORES, np.array([score for _, score in pieces], np.float32))
    (folder / SPECIAL).write_text(json.dumps(special) + "\n")
    return [PIECES, SCORES, SPECIAL]


def read(folder: Path) -> Unigram:
    """The tokenizer that `write` wrote."""
    return of({name: (folder / name).read_bytes() for name in (PIECES, SCORES, SPECIAL)})


def of(files: Mapping[str, bytes]) -> Unigram:
    """The tokenizer of the files that `write` wrote, by name."""
    scores: NDArray[np.float32] = np.load(io.BytesIO(files[SCORES]))
    return Unigram(files[PIECES].decode().split("\n"), scores, json.loads(files[SPECIAL]))
