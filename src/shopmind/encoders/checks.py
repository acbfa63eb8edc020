"""What every encoder checks at its door, and the length every vector leaves with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shopmind.encoders.encoder import ROLES
from shopmind.kit.errors import InputError, not_allowed

MAX_CHARACTERS = 8_192  # of one text: a book in a description must not cost its whole length


def check_texts(texts: Sequence[str], role: str, *, where: str) -> None:
    """Refuses what is not a sequence of texts with a known role.

    Raises:
        InputError: one string (its letters would be encoded one by one), something that is no text, another role.
    """
    if isinstance(texts, str):
        raise InputError(f"{where}: one string was given; a list of strings is expected", field="texts")
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            raise InputError(f"{where}: texts[{place}] is {type(text).__name__}; str is expected", field="texts")
    if role not in ROLES:
        raise not_allowed(f"{where}: role", role, ROLES, field="role")


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to length 1; a row of zeros becomes the first axis, so that even it has a direction."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled = vectors / np.where(lengths > 0, lengths, np.float32(1))
    scaled[lengths[:, 0] == 0, 0] = 1
    return scaled.astype(np.float32, copy=False)


def readable(text: str) -> str:
    """The part of a text that can reach the encoder, halves of surrogate pairs replaced: tokenizers refuse them."""
    return text[:MAX_CHARACTERS].encode("utf-8", "replace").decode()
