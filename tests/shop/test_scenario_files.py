from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import pytest

import shopmind
from shopmind.kit.errors import InputError, NotFoundError
from shopmind.shop import Shop

SHORT = 'base = "home"\ntitle = "Short"\nn = 3\n'


def asked(shop: Shop, scenario: str = "home") -> int:
    return len(shop.recommend(scenario, user="u01").hits)


def test_a_written_scenario_answers_at_once_and_its_history_is_kept(shop: Shop) -> None:
    assert asked(shop) > 3
    written = shop.scenario_files.put("home", SHORT, by="abc")
    assert (written.version, written.own, written.text) == (1, True, SHORT)
    assert written.packaged.startswith("title")
    assert asked(shop) == 3
    assert shop.scenarios["home"].title == "Short"
    shop.scenario_files.put("home", SHORT.replace("3", "2"), by="abc", version=1)
    assert asked(shop) == 2
    assert [each.version for each in shop.scenario_files.get("home").history] == [2, 1]
    rolled = shop.scenario_files.roll_back("home", 1, by="abc")
    assert rolled.version == 3
    assert asked(shop) == 3
    back = shop.scenario_files.roll_back("home", 0, by="abc")
    assert not back.own
    assert asked(shop) > 3


def test_another_process_takes_a_change_up_without_a_restart(shop: Shop) -> None:
    with shopmind.open(shop.path) as other:
        assert asked(other) > 3
        shop.scenario_files.put("home", SHORT, by="")
        other._answering.refresh()
        assert asked(other) == 3


def test_a_new_scenario_is_there_and_a_removed_one_is_gone(shop: Shop) -> None:
    shop.scenario_files.put("bargains", SHORT, by="")
    asked(shop)
    assert asked(shop, "bargains") == 3
    assert shop.scenario_files.remove("bargains", by="") is None
    asked(shop)
    with pytest.raises(InputError, match="bargains"):
        asked(shop, "bargains")
    assert shop.readiness().keys() == dict(shop.scenarios).keys()


def test_a_broken_text_is_refused_with_its_line_and_what_is_allowed_and_changes_nothing(shop: Shop) -> None:
    for text, said in (
        ("title = \nn = 3\n", "line 1"),
        ('base = "home"\nranker = {part = "wieghted"}\n', r"line 2.*did you mean 'weighted'"),
        ('base = "home"\ntitel = "Home"\n', r"line 2: unknown key.*did you mean 'title'"),
        ('base = "nowhere"\n', "nowhere"),
        ('title = "Nothing"\n', "'retrievers' is required"),
    ):
        with pytest.raises(InputError, match=said):
            shop.scenario_files.put("home", text, by="")
    assert shop.scenario_files.get("home").version == 0
    assert not (shop.path / "scenarios" / "home.toml").exists()


def test_a_name_cannot_lead_out_of_the_folder(shop: Shop) -> None:
    for name in ("../home", "Home", "", "a/b", "x" * 41, "home.toml"):
        with pytest.raises(InputError, match="is not a name"):
            shop.scenario_files.put(name, SHORT, by="")
        with pytest.raises(NotFoundError):
            shop.scenario_files.get(name)


def test_what_others_are_built_on_is_not_taken_from_under_them(shop: Shop) -> None:
    shop.scenario_files.put("first", SHORT, by="")
    shop.scenario_files.put("second", 'base = "first"\n', by="")
    with pytest.raises(InputError, match="first"):
        shop.scenario_files.remove("first", by="")
    assert shop.scenario_files.check("first", SHORT.replace("3", "4")).affected == ("second",)


@pytest.mark.parametrize("first", ["remove", "put"])
def test_nor_by_two_who_have_both_looked_before_either_writes(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    shop.scenario_files.put("first", SHORT, by="")
    with shopmind.open(shop.path) as other, ThreadPoolExecutor(1) as pool:
        writes: dict[str, Callable[[], object]] = {
            "remove": lambda: shop.scenario_files.remove("first", by=""),
            "put": lambda: other.scenario_files.put("second", 'base = "first"\n', by=""),
        }
        one = writes.pop(first)
        (another,) = writes.values()
        files = (shop if first == "remove" else other).scenario_files
        loaded = files._loaded
        begun: list[Future[object]] = []

        def look(name: str, text: str | None) -> object:
            found = loaded(name, text)
            begun.append(pool.submit(another))
            wait(begun, 0.3)
            return found

        monkeypatch.setattr(files, "_loaded", look)
        one()
        with pytest.raises(InputError, match="first"):
            begun[0].result()
    shopmind.open(shop.path).close()


def test_a_check_tells_the_difference_and_stores_nothing(shop: Shop) -> None:
    before = shop.scenario_files.get("home").text
    checked = shop.scenario_files.check("home", before + "\n# calmer\n")
    assert [line for line in checked.diff if line.startswith("+#")] == ["+# calmer"]
    assert shop.scenario_files.check("home", before).diff == ()
    assert not (shop.path / "scenarios").exists()


def test_whoever_read_an_older_version_does_not_overwrite_a_newer_one(shop: Shop) -> None:
    shop.scenario_files.put("home", SHORT, by="one", version=0)
    with pytest.raises(InputError, match="version 1 stands, 0 was read"):
        shop.scenario_files.put("home", SHORT, by="other", version=0)


def test_of_many_who_read_the_same_version_one_writes_and_the_others_are_told(shop: Shop) -> None:
    def write(number: int) -> int | None:
        try:
            shop.scenario_files.put("home", SHORT.replace("3", str(number)), by=f"{number}", version=0)
        except InputError:
            return None
        return number

    with ThreadPoolExecutor(6) as pool:
        (wrote,) = set(pool.map(write, range(1, 7))) - {None}
    kept = shop.scenario_files.get("home")
    assert (kept.version, kept.text, kept.history[0].by) == (1, SHORT.replace("3", str(wrote)), f"{wrote}")


def test_a_file_written_by_hand_is_kept_before_it_is_replaced(shop: Shop) -> None:
    (shop.path / "scenarios").mkdir()
    (shop.path / "scenarios" / "home.toml").write_text(SHORT, encoding="utf-8")
    written = shop.scenario_files.put("home", SHORT.replace("3", "5"), by="key")
    assert [(each.by, "n = 3" in each.text) for each in written.history] == [("key", False), ("file", True)]


def test_a_file_that_goes_wrong_while_the_shop_is_open_is_reported_and_what_was_read_before_holds(shop: Shop) -> None:
    shop.scenario_files.put("home", SHORT, by="")
    asked(shop)
    path = shop.path / "scenarios" / "home.toml"
    path.write_text("n = [", encoding="utf-8")
    shop._answering.refresh()
    assert asked(shop) == 3
    assert "home.toml" in shop.scenario_fault
    path.write_text(SHORT, encoding="utf-8")
    shop._answering.refresh()
    assert asked(shop) == 3
    assert shop.scenario_fault == ""


def test_an_experiment_that_could_not_live_with_a_change_prevents_it(shop: Shop) -> None:
    shop.scenario_files.put("spot", SHORT, by="")
    asked(shop)
    table = {
        "title": "Spot", "scenarios": ["spot"], "metric": "clicks",
        "variants": {"one": {"share": 0.5}, "two": {"share": 0.5, "n": 2}},
    }  # fmt: skip
    shop.experiments.put("spots", table)
    with pytest.raises(InputError, match="spot"):
        shop.scenario_files.remove("spot", by="")


def test_a_scenario_that_says_the_same_stays_the_same_object(shop: Shop) -> None:
    search = shop.scenarios["search"]
    shop.scenario_files.put("home", SHORT, by="")
    asked(shop)
    assert shop.scenarios["search"] is search
    assert shop.scenarios["home"].n == 3


def test_a_file_is_looked_at_again_when_it_was_replaced_within_the_same_moment(shop: Shop, tmp_path: Path) -> None:
    shop.scenario_files.put("home", SHORT, by="")
    path = shop.path / "scenarios" / "home.toml"
    asked(shop)
    when = path.stat()
    path.with_suffix(".new").write_text(SHORT.replace("3", "4"), encoding="utf-8")
    os.utime(path.with_suffix(".new"), ns=(when.st_atime_ns, when.st_mtime_ns))
    path.with_suffix(".new").replace(path)
    shop._answering.refresh()
    asked(shop)
    assert asked(shop) == 4
