"""The encoders' contract over the whole menu, as far as its parts can be had without a network."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shopmind.encoders import ARGUMENTS, MENU, TextEncoder, load, weights, wheels
from shopmind.kit.errors import MissingExtraError
from shopmind.stores.folder_artifacts import FolderArtifacts
from shopmind.testing.encoder_suite import EncoderSuite, tiny_artifact, tiny_folder


@pytest.fixture(scope="module", params=MENU)
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TextEncoder:
    name: str = request.param
    if name in wheels.WHEELS and name not in weights.available():
        pytest.skip(f"weights: {name} is not in the cache (shopmind weights get {name})")
    if name == "onnx":
        return load(f"onnx:{tiny_folder(tmp_path_factory.mktemp('onnx') / 'model')}")
    if name == "artifact":
        return load(f"artifact:{tiny_artifact(FolderArtifacts(tmp_path_factory.mktemp('artifacts')))}")
    if name in ARGUMENTS:
        model = os.environ.get("SHOPMIND_TEST_MODEL", "")
        try:
            MENU.load(name)
        except MissingExtraError as error:
            pytest.skip(str(error))
        if not Path(model).is_dir():
            pytest.skip(f"{name}: no model folder in SHOPMIND_TEST_MODEL")
        return load(f"{name}:{model}")
    return load(name)


@pytest.mark.weights
class TestEncoders(EncoderSuite):
    """Every part of the menu."""
