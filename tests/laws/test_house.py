"""The laws of the house: layers, sizes, names, documentation."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from shopmind.kit.errors import MissingExtraError

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "shopmind"
FILES = sorted(SOURCE.rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


@dataclass
class Found:
    """What breaks the laws that are read from the syntax."""

    long: list[str] = field(default_factory=list)
    mute: list[str] = field(default_factory=list)
    careless: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def found() -> Found:
    """Of every file, which is parsed once for all laws and not kept."""
    told = Found()
    for path in FILES:
        tree = ast.parse(path.read_text("utf-8"))
        told.mute += _mute(path, tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_long(node):
                told.long.append(f"{place(path)}:{node.lineno} {node.name}")
            elif _is_bare(node) and "testing" not in path.parts:
                told.careless.append(f"{place(path)}:{getattr(node, 'lineno', 0)}")
    return told


def test_a_room_imports_only_rooms_below_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint(['--no-cache'])"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-500:]


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    assert [place(path) for path in FILES if len(path.read_text("utf-8").splitlines()) > 400] == []


def test_no_function_is_longer_than_seventy_lines(found: Found) -> None:
    assert found.long == []


def _is_long(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    docstring = len((ast.get_docstring(node, clean=False) or "").splitlines())
    return node.end_lineno is not None and node.end_lineno - node.lineno + 1 - docstring > 70


def test_files_are_named_for_the_one_thing_in_them() -> None:
    assert [place(path) for path in FILES if path.stem in FORBIDDEN_NAMES] == []


def test_every_module_and_every_public_class_and_function_has_a_docstring(found: Found) -> None:
    assert found.mute == []


def _mute(path: Path, tree: ast.Module) -> list[str]:
    mute = [place(path)] if tree.body and ast.get_docstring(tree) is None else []
    named = [node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)]
    public = [node for node in named if not node.name.startswith("_")]
    return mute + [f"{place(path)}:{node.lineno} {node.name}" for node in public if ast.get_docstring(node) is None]


def test_there_is_no_bare_except_and_no_assert_on_input(found: Found) -> None:
    assert found.careless == []


def _is_bare(node: ast.AST) -> bool:
    return isinstance(node, ast.Assert) or (isinstance(node, ast.ExceptHandler) and node.type is None)


def test_no_text_names_this_machine() -> None:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    suffixes = {".py", ".md", ".toml", ".html", ".js", ".css", ".yml", ".json", ".txt"}
    texts = [ROOT / name for name in names if Path(name).suffix in suffixes and (ROOT / name).is_file()]
    pattern = re.compile(r"/(?:work|root|home)/\w+/")
    assert [place(path) for path in texts if pattern.search(path.read_text("utf-8"))] == []


def menus() -> list[tuple[str, object]]:
    found = []
    for path in FILES:
        if re.search(r"^\w+(: Menu)? = Menu\(", path.read_text("utf-8"), re.MULTILINE):
            name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")
            module = importlib.import_module(name)
            found += [(f"{name}:{key}", menu) for key, menu in vars(module).items() if type(menu).__name__ == "Menu"]
    return [(name, menu) for name, menu in found if menu]


@pytest.mark.parametrize(("name", "menu"), [pytest.param(n, m, id=n) for n, m in menus()])
def test_every_line_of_every_menu_can_be_loaded(name: str, menu: object) -> None:
    for part in menu:  # type: ignore[attr-defined]
        try:
            assert menu.load(part) is not None  # type: ignore[attr-defined]
        except MissingExtraError as missing:
            assert "pip install" in missing.message  # noqa: PT017 - that it may be missing is the point
