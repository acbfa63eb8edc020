"""A trial stands before the shop's artifacts and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shopmind.kit.errors import StorageError
from shopmind.stores.folder_artifacts import FolderArtifacts
from shopmind.stores.overlaid_artifacts import OverlaidArtifacts
from shopmind.stores.ports import Artifact


def test_what_is_tried_is_current_and_everything_else_is_as_it_was(tmp_path: Path) -> None:
    under = FolderArtifacts(tmp_path)
    kept = under.save("kept", {"a": np.ones(1)}, {})
    old = under.save("tried", {"a": np.zeros(1)}, {})
    tried = Artifact("tried", "trial", {"a": np.full(1, 7.0)}, {})
    over = OverlaidArtifacts(under, {"tried": tried})
    assert over.load("tried") is tried
    assert over.load("tried", "trial") is tried
    found = over.load("tried", old.version)
    assert found is not None
    assert found.version == old.version
    assert over.current() == {"kept": kept.version, "tried": "trial"}
    assert over.versions("tried") == [old.version, "trial"]
    assert over.names() == ["kept", "tried"]
    assert over.load("unknown") is None
    for change in (lambda: over.save("tried", {}, {}), lambda: over.promote("tried", old.version)):
        with pytest.raises(StorageError, match="during a trial"):
            change()
    assert under.current()["tried"] == old.version
