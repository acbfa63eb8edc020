"""Candidates stand beside what is served: they are kept, read by whoever pins them, and touch nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shopmind.kit.errors import StorageError
from shopmind.stores.folder_artifacts import FolderArtifacts
from shopmind.stores.pinned_artifacts import PinnedArtifacts


def test_what_is_saved_is_a_candidate_here_and_what_is_served_stays(tmp_path: Path) -> None:
    under = FolderArtifacts(tmp_path)
    served, other = under.save("a", {"x": np.zeros(1)}, {}), under.save("b", {"x": np.ones(1)}, {})
    pinned = PinnedArtifacts(under)
    made = pinned.save("a", {"x": np.full(1, 7.0)}, {})
    assert pinned.pinned == {"a": made.version}
    assert pinned.current() == {"a": made.version, "b": other.version}
    assert under.current() == {"a": served.version, "b": other.version}
    found, before = pinned.load("a"), pinned.load("a", served.version)
    assert found is not None
    assert before is not None
    assert (found.version, before.version) == (made.version, served.version)
    assert pinned.versions("a") == [served.version, made.version]
    assert pinned.names() == ["a", "b"]
    again = PinnedArtifacts(under, pinned.pinned).load("a")
    assert again is not None
    assert again.arrays["x"][0] == 7.0


def test_what_a_recipe_keeps_back_is_not_pinned_and_nothing_is_promoted_from_here(tmp_path: Path) -> None:
    pinned = PinnedArtifacts(FolderArtifacts(tmp_path))
    made = pinned.save("a", {"x": np.zeros(1)}, {}, promote=False)
    assert pinned.pinned == {}
    assert pinned.load("a") is None
    with pytest.raises(StorageError, match="among candidates"):
        pinned.promote("a", made.version)


def test_a_fit_that_gives_what_is_served_leaves_its_card_as_it_was(tmp_path: Path) -> None:
    under = FolderArtifacts(tmp_path)
    served = under.save("a", {"x": np.zeros(1)}, {"event_number": 5})
    pinned = PinnedArtifacts(under)
    assert pinned.save("a", {"x": np.zeros(1)}, {"event_number": 9}).version == served.version
    found = under.load("a")
    assert found is not None
    assert found.card["event_number"] == 5
