"""What the heads of `behaviour` may look through: only a sequence model that has not seen what is asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.stores.folder_artifacts import FolderArtifacts
from shopmind.training.behaviour.doings import Doings
from shopmind.training.behaviour.foresight import Foresight, seen_through
from shopmind.training.behaviour.recipe import BehaviourRecipe
from shopmind.training.recipe import Fitted, Tables, card
from shopmind.training.sequence.recipe import SequenceRecipe
from shopmind.training.sequence_model import SequenceModel

pytest.importorskip("torch", reason="torch is not installed: pip install 'shopmind[train]'")

pytestmark = pytest.mark.filterwarnings("default")

SMALL: dict[str, Any] = {"days": (7,), "moments": 2, "trees": 5, "at_least": 20, "of_each": 1}


def sequence(tables: Tables) -> Fitted:
    options = SequenceRecipe.Options(networks=1, epochs=1, dimension=8, users=20, minutes=0.2)
    return SequenceRecipe().fit(tables, options, seed=0, progress=silent)


def test_only_a_model_from_before_the_first_moment_is_looked_through(shop_of_regulars: Tables, tmp_path: Path) -> None:
    tables = shop_of_regulars
    artifacts = FolderArtifacts(tmp_path)
    newest = replace(tables, artifacts=artifacts)
    fitted = sequence(tables)
    told = card("sequence", tables, SequenceRecipe.Options(), 0, fitted)
    artifacts.save("sequence", fitted.arrays, told)
    options = BehaviourRecipe.Options(**SMALL)
    found = BehaviourRecipe().fit(newest, options, seed=0, progress=silent)
    assert found.figures["backbone"] == "", "it has seen every outcome"
    assert not any(name.startswith("backbone_") for name in found.arrays)
    old = {**told, "last_event_ms": tables.now_ms - 100 * DAY_MS}
    artifacts.save("sequence", fitted.arrays, {**old, "options": {"old": True}})
    again = BehaviourRecipe().fit(newest, options, seed=0, progress=silent)
    assert again.figures["purchase"]["7"]["held"] == found.figures["purchase"]["7"]["held"]
    assert again.figures["backbone"] in ("", artifacts.versions("sequence")[-1])


def test_hidden_states_are_of_what_came_before_the_moment_and_kept_with_the_heads(shop_of_regulars: Tables) -> None:
    fitted = sequence(shop_of_regulars)
    backbone = SequenceModel.of(fitted.arrays)
    doings = Doings.of_events(shop_of_regulars.events, np.ones(41, np.float32))
    rows, moment = np.arange(len(doings)), shop_of_regulars.now_ms - 50 * DAY_MS
    moments = np.full(len(doings), moment, np.int64)
    hidden = seen_through(backbone, doings, rows, moments)
    assert hidden.shape == (len(doings), 8)
    assert np.isfinite(hidden).all()
    earlier = Doings.of_events(
        shop_of_regulars.events.filter(shop_of_regulars.events["timestamp_ms"] < moment), np.ones(41, np.float32)
    )
    np.testing.assert_allclose(seen_through(backbone, earlier, rows, moments), hidden, atol=1e-5)
    kept = Foresight(np.ones(41, np.float32), {}, (), None, 1.0, None).arrays(fitted.arrays)
    again = Foresight.of_arrays(kept, {"purchase": {}, "actions": []})
    np.testing.assert_array_equal(seen_through(again.backbone, doings, rows, moments), hidden)


def test_too_few_users_for_its_own_backbone_are_told(shop_of_regulars: Tables) -> None:
    options = BehaviourRecipe.Options(**SMALL, backbone="own")
    with pytest.raises(NotReadyError, match="its own backbone: sequence: 60 users"):
        BehaviourRecipe().fit(shop_of_regulars, options, seed=0, progress=silent)
