"""Modules are put together into one script each, the same every time, and only in the forms that are allowed."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from shopmind.serving import scripts

NODE = shutil.which("node")


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Files in place of those of the package."""
    given: dict[str, str] = {}
    monkeypatch.setattr(scripts, "source", given.__getitem__)
    return given


def test_a_module_runs_once_and_after_what_it_imports(files: dict[str, str]) -> None:
    files["a.js"] = 'import { b } from "./b.js";\nimport { c as d } from "./c.js";\nsaid.push(b + d());\n'
    files["b.js"] = 'import { c } from "./c.js";\nexport const b = c() + 1;\n'
    files["c.js"] = 'said.push("once");\nconst one = 1;\nexport function c() { return one; }\n'
    script = scripts.assembled("a.js")
    assert script.index("$c_js = ") < script.index("$b_js = ") < script.index("$a_js = ")
    assert script == scripts.assembled("a.js")
    if NODE is None:
        pytest.skip("node: not installed, so the script was not run")
    program = f"const said = [];\n{script}\nconsole.log(JSON.stringify(said));"
    ran = subprocess.run([NODE, "-e", program], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == ["once", 3]


def test_a_style_is_imported_as_a_string(files: dict[str, str]) -> None:
    files["a.js"] = 'import style from "./a.css";\nuse(style);\n'
    files["a.css"] = 'a::before { content: "\\201C"; }\n'
    assert f"const $a_css = {json.dumps(files['a.css'])};" in scripts.assembled("a.js")


def test_a_circle_of_modules_is_refused(files: dict[str, str]) -> None:
    files["a.js"] = 'import { b } from "./b.js";\n'
    files["b.js"] = 'import { a } from "./a.js";\n'
    with pytest.raises(ValueError, match=r"a\.js > b\.js > a\.js"):
        scripts.assembled("a.js")


@pytest.mark.parametrize(
    "form",
    [
        "export default 1;",
        "export let a = 1;",
        'export { a } from "./a.js";',
        'import * as a from "./a.js";',
        "import './a.js';",
    ],
)
def test_another_form_is_refused_rather_than_served_broken(files: dict[str, str], form: str) -> None:
    files["x.js"] = f"const b = 1;\n{form}\n"
    with pytest.raises(ValueError, match=r"x\.js: this form"):
        scripts.assembled("x.js")


@pytest.mark.parametrize("name", sorted(scripts.SCRIPTS))
def test_what_is_served_is_a_script_without_imports(name: str) -> None:
    text = scripts.asset(name).decode()
    assert "import {" not in text
    assert "export " not in text
    if NODE is None:
        pytest.skip("node: not installed, so the script was not read by one")
    subprocess.run([NODE, "--check", "-"], input=text, text=True, check=True, capture_output=True)


def test_the_widgets_are_made_of_the_modules_of_the_storefront() -> None:
    page, widgets = scripts.asset("shop.js").decode(), scripts.asset("shopmind.js").decode()
    for name in ("api", "cards", "dom", "searchbox", "strip", "tracking", "why", "words"):
        module = widgets.partition(f"const ${name}_js = (")[2].partition("})();\nconst $")[0]
        assert len(module) > 100
        assert module in page, name
