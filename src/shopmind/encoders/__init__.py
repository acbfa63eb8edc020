"""Text → vectors: `load("minilm").encode(texts, role="query")` gives (n, d) float32 of unit length, without torch.

A spec is a name of the menu, for some parts with an argument after a colon: "minilm", "e5", "hash", "onnx:FOLDER",
"artifact:FOLDER", "sentence-transformers:NAME".
"""

from __future__ import annotations

from shopmind.encoders.encoder import ROLES, Role, TextEncoder
from shopmind.kit.errors import InputError
from shopmind.kit.menu import Menu

__all__ = ["MENU", "ROLES", "Role", "TextEncoder", "choose", "load"]

MENU = Menu(
    "encoder",
    {
        "minilm": "shopmind.encoders.pretrained:minilm",
        "e5": "shopmind.encoders.pretrained:e5",
        "artifact": "shopmind.encoders.adapted:load",
        "hash": "shopmind.encoders.hashing:load",
        "onnx": "shopmind.encoders.onnx_encoder:load",
        "sentence-transformers": "shopmind.encoders.sentence_transformers:load",
    },
    extras={"sentence-transformers": "train"},
)
CHINESE_SHARE = 0.05  # E5 breaks even between 0 and .08 (decision 3): MiniLM is blind to Chinese, better on English

ARGUMENTS = {
    "artifact": "the folder of one version of an artifact that `shopmind train encoder` made",
    "onnx": "a folder with model.onnx and tokenizer.json",
    "sentence-transformers": "a model name or folder",
}


def load(spec: str, *, threads: int = 1) -> TextEncoder:
    """The encoder a spec names, ready to encode.

    Args:
        spec: "minilm", "e5", "hash", "onnx:FOLDER", "artifact:FOLDER" or "sentence-transformers:NAME".
        threads: of one call of `encode`; calls from several threads run side by side.

    Raises:
        InputError: no such name, an argument that is missing, or one that is not wanted.
        NotReadyError: weights have to be fetched, or an extra installed, first; the message names the command.
        StorageError: the encoder's file is damaged.
    """
    name, colon, argument = spec.partition(":")
    make = MENU.load(name)
    if name in ARGUMENTS:
        if not argument:
            raise InputError(f"encoder: {spec!r} lacks its argument; allowed: '{name}:…' with {ARGUMENTS[name]}")
        made: TextEncoder = make(argument, threads=threads)
    elif colon:
        raise InputError(f"encoder: {spec!r} takes no argument; allowed: {name!r}")
    else:
        made = make(threads=threads)
    return made


def choose(chinese_share: float) -> str:
    """The encoder of a shop that says "auto": one for all its texts, so that they share one vector space.

    Args:
        chinese_share: texts with Chinese characters among the shop's titles, in [0, 1].

    Returns:
        "e5" from CHINESE_SHARE on, else "minilm". Measured grounds: docs/decisions/0003-encoders.md.
    """
    if not 0 <= chinese_share <= 1:
        raise InputError(f"encoder auto: chinese_share {chinese_share!r} is not within [0, 1]")
    return "e5" if chinese_share >= CHINESE_SHARE else "minilm"
