"""A causal transformer over what users did, trained by next-item cross-entropy: the extra [train], torch alone.

torch is imported when a fit begins, not before: the menu of recipes can be read without it. What answers is
shopmind.training.sequence_model, which needs onnxruntime and no torch.
"""

from __future__ import annotations

from importlib.util import find_spec

from shopmind.kit.errors import MissingExtraError

NEEDED = ("torch",)


def need_torch(what: str) -> None:
    """Raises MissingExtraError when torch is not installed."""
    if any(find_spec(name) is None for name in NEEDED):
        raise MissingExtraError(what, "train")
