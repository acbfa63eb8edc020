"""An encoder as an artifact: a graph, its tensors and its tokenizer as arrays, so that it is versioned like any other.

The tensors lie in one array whose file onnxruntime maps as it maps any file of tensors: the header of the array comes
first, and offsets count from the file's begin.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from shopmind.encoders import checkpoint, onnx_encoder
from shopmind.encoders.checkpoint import Checkpoint
from shopmind.encoders.graph_file import INLINE_BYTES, PAGE_BYTES
from shopmind.encoders.onnx_encoder import OnnxEncoder, TokenIds
from shopmind.kit.errors import NotFoundError, StorageError

TENSORS, GRAPH, ABOUT, WORDS = "tensors", "graph", "about", "words."
HEADER_BYTES = 128  # of a .npy file with one dimension; checked when it is opened

Arrays = Mapping[str, NDArray[np.uint8]]


def pack(model: onnx.ModelProto, base: Checkpoint) -> dict[str, NDArray[np.uint8]]:
    """The arrays of an artifact; `model` gives its tensors away and is of no use afterwards.

    Args:
        base: the checkpoint the model came from, for its tokenizer, prefixes and limits.
    """
    tensors = bytearray()
    for tensor in model.graph.initializer:
        content = tensor.raw_data
        if len(content) < INLINE_BYTES:
            continue
        tensors += b"\0" * (-(HEADER_BYTES + len(tensors)) % PAGE_BYTES)
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        place = {"location": f"{TENSORS}.npy", "offset": HEADER_BYTES + len(tensors), "length": len(content)}
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        tensors += content
    about = {"prefixes": dict(base.prefixes), "max_tokens": base.max_tokens, "languages": list(base.languages)}
    files = {
        TENSORS: bytes(tensors),
        GRAPH: model.SerializeToString(deterministic=True),
        ABOUT: json.dumps(about, sort_keys=True).encode(),
        **{WORDS + name: content for name, content in base.words.items()},
    }
    return {name: np.frombuffer(content, np.uint8) for name, content in files.items()}


@dataclass(frozen=True)
class Opened:
    """An artifact's graph, ready to run.

    Attributes:
        version: digest of the arrays.
    """

    version: str
    session: Any
    token_ids: TokenIds
    about: Mapping[str, Any]
    card: Mapping[str, Any]


def open_folder(folder: Path, *, threads: int = 1) -> Opened:
    """The graph of the artifact in `folder`.

    Raises:
        NotFoundError: there is none.
        StorageError: a file is missing or damaged.
    """
    if not folder.is_dir():
        raise NotFoundError(f"encoder artifact: {folder} does not exist")
    try:
        card = json.loads((folder / "card.json").read_text("utf-8"))
        tensors = np.load(folder / f"{TENSORS}.npy", mmap_mode="r")
        offset = getattr(tensors, "offset", HEADER_BYTES)
        if offset != HEADER_BYTES:
            raise ValueError(f"the header of {TENSORS}.npy has {offset} bytes, {HEADER_BYTES} are expected")
        arrays = {name: np.load(folder / f"{name}.npy").tobytes() for name in card["arrays"] if name != TENSORS}
        about = json.loads(arrays[ABOUT])
        words = {name.removeprefix(WORDS): content for name, content in arrays.items() if name.startswith(WORDS)}
        session = onnx_encoder.open_session(arrays[GRAPH], threads=threads, tensors=folder)
        ids = checkpoint.token_ids(words, about["max_tokens"])
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise StorageError(f"encoder artifact {folder}: is damaged ({error}); train it again") from error
    return Opened(str(card["version"]), session, ids, about, card)


def load(place: str, *, threads: int = 1) -> OnnxEncoder:
    """The encoder of `artifact:FOLDER`, a version of the artifact that `shopmind train encoder` makes.

    Raises:
        NotFoundError: there is no such folder.
        StorageError: it is damaged.
    """
    opened = open_folder(Path(place).expanduser(), threads=threads)
    return OnnxEncoder(
        name=f"adapted {opened.card.get('figures', {}).get('base', '')}".strip(),
        version=f"adapted-{opened.version}",
        dimension=int(opened.session.get_outputs()[0].shape[-1]),
        languages=tuple(opened.about["languages"]),
        session=opened.session,
        token_ids=opened.token_ids,
        prefixes=opened.about["prefixes"],
    )
