"""What an encoder of texts promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Role = Literal["query", "passage"]
"""Which side of a search a text is on; some encoders treat the two differently."""

ROLES: tuple[Role, ...] = ("query", "passage")


@runtime_checkable
class TextEncoder(Protocol):
    """Texts in, unit vectors out. Safe to call from several threads at once."""

    @property
    def name(self) -> str:
        """The spec that `load` was given, e.g. "minilm"."""
        ...

    @property
    def version(self) -> str:
        """Digest of everything the vectors depend on: equal versions give interchangeable vectors."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes it is fit for; "*" for many."""
        ...

    def encode(self, texts: Sequence[str], *, role: Role) -> NDArray[np.float32]:
        """Encodes texts.

        Args:
            texts: any number, any length; what is beyond the encoder's limit of tokens is not seen.
            role: "query" for what a user typed, "passage" for what is indexed.

        Returns:
            (len(texts), dimension) float32 in the order of `texts`, every row of length 1. An empty text has a row
            too, the same for every empty text; no texts give a (0, dimension) array.

        Raises:
            InputError: `texts` is one string, or `role` is neither word.
        """
        ...
