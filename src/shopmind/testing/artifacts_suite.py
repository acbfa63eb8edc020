"""What any Artifacts must do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from shopmind.kit.errors import InputError, NotFoundError
from shopmind.stores.ports import Artifacts

ARRAYS: dict[str, NDArray[Any]] = {
    "scores": np.arange(6, dtype=np.float32).reshape(2, 3),
    "names": np.array(["a", "汤"]),
    "none": np.empty((0, 4), np.int64),
    "one": np.array(2.5),
}


class ArtifactsSuite:
    """Needs a fixture `open_artifacts`: () → an Artifacts over one folder."""

    @pytest.fixture
    def artifacts(self, open_artifacts: Callable[[], Artifacts]) -> Artifacts:
        """Empty."""
        return open_artifacts()

    def test_nothing_is_there_at_first(self, artifacts: Artifacts) -> None:
        assert artifacts.load("popularity") is None
        assert (artifacts.names(), artifacts.versions("popularity"), dict(artifacts.current())) == ([], [], {})

    def test_arrays_and_card_come_back(self, artifacts: Artifacts, open_artifacts: Callable[[], Artifacts]) -> None:
        saved = artifacts.save("popularity", ARRAYS, {"options": {"half_life_days": 7}, "rows": 3, "none": None})
        loaded = open_artifacts().load("popularity")
        assert loaded is not None
        assert (loaded.name, loaded.version) == ("popularity", saved.version)
        assert set(loaded.arrays) == set(ARRAYS)
        for name, array in ARRAYS.items():
            np.testing.assert_array_equal(loaded.arrays[name], array)
            assert loaded.arrays[name].dtype == np.asarray(array).dtype
        assert loaded.card["options"] == {"half_life_days": 7}
        assert (loaded.card["rows"], loaded.card["none"]) == (3, None)
        assert (loaded.card["name"], loaded.card["version"]) == ("popularity", saved.version)

    def test_the_version_is_told_by_arrays_and_options_alone(self, artifacts: Artifacts) -> None:
        def version(value: float, options: dict[str, int], made_at: str = "") -> str:
            card = {"options": options, "made_at": made_at}
            return artifacts.save("a", {"x": np.array([value])}, card).version

        first = version(1.0, {"k": 1}, "today")
        assert version(1.0, {"k": 1}, "tomorrow") == first
        assert len({first, version(2.0, {"k": 1}), version(1.0, {"k": 2})}) == 3
        assert artifacts.save("a", {"x": np.array([1], np.int64)}, {"options": {"k": 1}}).version != first

    def test_the_same_arrays_saved_again_take_the_new_card(self, artifacts: Artifacts) -> None:
        artifacts.save("a", ARRAYS, {"event_number": 1})
        artifacts.save("a", ARRAYS, {"event_number": 2})
        loaded = artifacts.load("a")
        assert loaded is not None
        assert loaded.card["event_number"] == 2
        assert len(artifacts.versions("a")) == 1

    def test_a_version_waits_until_it_is_promoted(self, artifacts: Artifacts) -> None:
        old = artifacts.save("a", {"x": np.array([1])}, {})
        new = artifacts.save("a", {"x": np.array([2])}, {}, promote=False)
        assert artifacts.current() == {"a": old.version}
        waiting = artifacts.load("a", new.version)
        assert waiting is not None
        assert waiting.arrays["x"].tolist() == [2]
        artifacts.promote("a", new.version)
        assert artifacts.current() == {"a": new.version}
        artifacts.promote("a", old.version)
        assert artifacts.current() == {"a": old.version}
        with pytest.raises(NotFoundError, match=new.version):
            artifacts.promote("a", "nothing")

    def test_the_newest_three_and_the_current_are_kept(self, artifacts: Artifacts) -> None:
        first = artifacts.save("a", {"x": np.array([0])}, {}).version
        rest = [artifacts.save("a", {"x": np.array([i])}, {}, promote=False).version for i in range(1, 6)]
        assert artifacts.versions("a") == [first, *rest[-3:]]
        assert artifacts.load("a", rest[0]) is None

    def test_names_are_apart(self, artifacts: Artifacts) -> None:
        artifacts.save("b", {"x": np.array([1])}, {})
        artifacts.save("a", {"x": np.array([1])}, {})
        assert artifacts.names() == ["a", "b"]
        assert sorted(artifacts.current()) == ["a", "b"]
        assert len(artifacts.versions("a")) == 1

    def test_what_is_loaded_cannot_be_written(self, artifacts: Artifacts) -> None:
        saved = artifacts.save("a", {"x": np.array([1, 2])}, {})
        with pytest.raises(ValueError, match="read-only"):
            saved.arrays["x"][0] = 5

    def test_a_name_with_a_path_and_an_array_of_objects_are_refused(self, artifacts: Artifacts) -> None:
        with pytest.raises(InputError, match="plain name"):
            artifacts.save("../a", ARRAYS, {})
        with pytest.raises(InputError, match="plain name"):
            artifacts.save("a", {"x/y": np.array([1])}, {})
        with pytest.raises(InputError, match="objects"):
            artifacts.save("a", {"x": np.array([{}, None])}, {})
        assert artifacts.names() == []
        assert artifacts.load("a", "../a") is None

    def test_the_row_of_a_person_is_blanked_in_every_version_and_only_where_the_card_says_rows_are_people(
        self, artifacts: Artifacts
    ) -> None:
        def rows(value: float) -> dict[str, NDArray[Any]]:
            return {
                "wants_starts": np.array([0, 0, 2, 3]),
                "wants_columns": np.array([4, 5, 6], np.int32),
                "wants_values": np.array([value, 1.0, 2.0], np.float32),
            }

        first = artifacts.save("of_people", rows(1.0), {"personal": ["wants"]})
        second = artifacts.save("of_people", rows(3.0), {"personal": ["wants"]})
        artifacts.save("of_items", rows(1.0), {"personal": []})
        assert artifacts.wipe(1) == 2
        for version in (first.version, second.version):
            held = artifacts.load("of_people", version)
            assert held is not None
            assert held.arrays["wants_values"].tolist() == [0, 0, 2]
            assert held.arrays["wants_columns"].tolist() == [0, 0, 6]
        other = artifacts.load("of_items")
        assert other is not None
        assert other.arrays["wants_values"].tolist() == [1, 1, 2]
        assert artifacts.wipe(1) == artifacts.wipe(0) == artifacts.wipe(99) == 0
