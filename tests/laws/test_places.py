"""Every place in the shop has a page that shows its file as it is, what was measured, and when it is ready."""

import importlib.util
import re
from importlib import resources
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "scenarios"
FILES = sorted(
    entry.name.removesuffix(".toml")
    for entry in resources.files("shopmind.scenarios").iterdir()
    if entry.name.endswith(".toml")
)


@pytest.mark.parametrize("name", FILES)
def test_the_page_of_a_scenario_shows_its_file_and_says_what_was_measured_and_when_it_is_ready(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    file = (resources.files("shopmind.scenarios") / f"{name}.toml").read_text(encoding="utf-8")

    assert f"```toml\n{file.strip()}\n```" in page, "the page shows another file than the packaged one"
    headings = [line for line in page.splitlines() if line.startswith("## ")]
    assert headings[:3] == ["## The file", "## Measured", "## Ready when"]
    assert not [line for line in page.splitlines() if line.isupper() and len(line.split()) == 1], (
        "a word to be filled in"
    )
    parts = page.split("\n## ")
    assert all(len(part.splitlines()) > 2 for part in parts[:4]), "a heading without a word below it"


UNMEASURED = {
    "recently_viewed": "There is nothing to foresee",
}
"""Places of which no quality can be shown, and the words that admit it."""


@pytest.mark.parametrize("name", FILES)
def test_the_page_of_a_scenario_says_what_it_is_for_and_its_quality_beside_a_baseline_or_why_there_is_none(
    name: str,
) -> None:
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    purpose = page.partition("\n")[2].partition("## The file")[0]
    measured = page.partition("## Measured")[2].partition("\n## ")[0]

    assert len(purpose.split()) >= 10, "it does not say what the place is for"
    if name in UNMEASURED:
        assert measured.strip().startswith(UNMEASURED[name])
        return
    commands = re.findall(r"`python -m (benchmarks[\w.]*)[^`]*`|`(shopmind evaluate) [^`]*`", measured)
    assert commands, "no command makes its figures again"
    for module, _ in commands:
        assert not module or importlib.util.find_spec(module), module
    rows = [line for line in measured.splitlines() if re.search(r"\|.*\d", line)]
    assert len(rows) >= 2, "no figure stands beside one of a baseline"


def test_the_index_names_every_scenario_once_and_every_page_is_of_one() -> None:
    index = (PAGES / "README.md").read_text(encoding="utf-8")

    assert [name for name in FILES if index.count(f"]({name}.md)") != 1] == []
    assert sorted(page.stem for page in PAGES.glob("*.md")) == sorted([*FILES, "README"])


def test_every_page_is_in_the_navigation() -> None:
    nav = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), yaml.BaseLoader)["nav"]
    places = next(section["Places"] for section in nav if "Places" in section)

    named = sorted(path for entry in places for path in entry.values())
    assert named == sorted(f"scenarios/{page.name}" for page in PAGES.glob("*.md"))
