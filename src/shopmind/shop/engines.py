"""Engines made from one set of artifacts, and those of variants that have artifacts of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shopmind.encoders import TextEncoder
from shopmind.encoders.cache import QueryVectors
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.engine import Engine
from shopmind.pipeline.parts import Tools
from shopmind.shop.choosing import Way
from shopmind.shop.tooling import pinned


@dataclass(frozen=True)
class Engines:
    """Engines made from one set of artifacts."""

    by_scenario: Mapping[str, Engine]
    current: Mapping[str, str]
    model_version: str
    vectors: QueryVectors | None
    encoder_missing: str
    variants: dict[str, tuple[Way, Engine]] = field(default_factory=dict)

    def of(self, way: Way, tools: Tools) -> Engine:
        """The engine of a way of answering; those of variants are made when they are first asked."""
        plain = None if way.key else self.by_scenario.get(way.scenario.name)
        if plain is not None and plain.scenario is way.scenario:
            return plain
        key = way.key or f"{way.scenario.name}|former"  # asked while its file was being changed
        held = self.variants.get(key)
        if held is None or held[0].scenario is not way.scenario or held[0].artifacts != way.artifacts:
            held = self.variants[key] = way, Engine(way.scenario, pinned(tools, way.artifacts))
        return held[1]

    def version_of(self, way: Way, encoder: TextEncoder | None) -> str:
        """The model version of a way of answering."""
        return model_version_of({**self.current, **way.artifacts}, encoder) if way.artifacts else self.model_version

    def encode(self, text: str) -> NDArray[np.float32]:
        """The vector of a text by the encoder whose index these engines search: never by another one."""
        if self.vectors is None:
            raise NotReadyError(self.encoder_missing)
        return self.vectors.encode(text)

    def begin(self, text: str) -> None:
        """Begins the vector of a text that will be asked for."""
        if self.vectors is not None:
            self.vectors.begin(text)


def model_version_of(current: Mapping[str, str], encoder: TextEncoder | None) -> str:
    """Twelve hex digits that change with any artifact or the encoder."""
    said = "\n".join(f"{name}={version}" for name, version in sorted(current.items()))
    said += f"\nencoder={encoder.version if encoder else 'none'}"
    return hashlib.blake2b(said.encode(), digest_size=6).hexdigest()
