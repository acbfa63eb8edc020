"""A graph on disk as two files, so that a process maps the tensors instead of copying them."""

from __future__ import annotations

from pathlib import Path

import onnx

GRAPH = "model.onnx"
TENSORS = "model.bin"
INLINE_BYTES = 1024  # smaller tensors stay in the graph, where the optimiser can fold them
PAGE_BYTES = 4096  # a mapping starts at a page


def write(model: onnx.ModelProto, folder: Path) -> None:
    """Writes `model` as model.onnx and model.bin; `model` gives its tensors away and is of no use afterwards."""
    with (folder / TENSORS).open("wb") as file:
        for tensor in model.graph.initializer:
            content = tensor.raw_data
            if len(content) < INLINE_BYTES:
                continue
            file.write(b"\0" * (-file.tell() % PAGE_BYTES))
            tensor.ClearField("raw_data")
            tensor.data_location = onnx.TensorProto.EXTERNAL
            place = {"location": TENSORS, "offset": str(file.tell()), "length": str(len(content))}
            for key, value in place.items():
                tensor.external_data.add(key=key, value=value)
            file.write(content)
    (folder / GRAPH).write_bytes(model.SerializeToString(deterministic=True))
