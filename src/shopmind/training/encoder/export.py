"""From tensors to an encoder: our own graph, eight bits per channel, as it will answer."""

from __future__ import annotations

from dataclasses import replace

import onnx

from shopmind.encoders import bert_graph, checkpoint, onnx_encoder
from shopmind.encoders.bert_graph import BertShape, State
from shopmind.encoders.checkpoint import Checkpoint
from shopmind.encoders.onnx_encoder import OnnxEncoder


def exported(base: Checkpoint, state: State, shape: BertShape) -> Checkpoint:
    """The checkpoint with other tensors: tokenizer, prefixes and limits stay."""
    return replace(base, state=state, shape=shape)


def graph(trained: Checkpoint) -> onnx.ModelProto:
    """The int8 graph of a checkpoint."""
    return bert_graph.build(trained.state, trained.shape, max_tokens=trained.max_tokens)


def encoder_of(trained: Checkpoint, model: onnx.ModelProto, version: str) -> OnnxEncoder:
    """The encoder as it will answer, in memory."""
    return OnnxEncoder(
        name=trained.name,
        version=version,
        dimension=trained.dimension,
        languages=trained.languages,
        session=onnx_encoder.open_session(model.SerializeToString(), threads=1),
        token_ids=checkpoint.token_ids(trained.words, trained.max_tokens),
        prefixes=trained.prefixes,
    )
