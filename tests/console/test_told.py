"""What the API says in English has words in Chinese: the sentences are read out of the code that says them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from shopmind.console.told import told
from shopmind.console.words import every, said
from shopmind.ingest.checks import CHECKS
from shopmind.insights.rejects import REASONS
from shopmind.kit.errors import ShopmindError
from shopmind.metrics.off_policy import Weights, doubt
from shopmind.operations.strategy.cycle import Step
from shopmind.scenarios.load import load
from shopmind.serving.errors import CODES
from shopmind.testing import sentences

NOT_ASKED = ("cli", "console", "client", "testing", "encoders/wheels.py", "encoders/weights.py", "ingest/readers")
"""What no visitor of the console gets to see: commands, and readers of files that commands take in."""
OF_COMMANDS = (
    "evaluation/folder.py", "evaluation/learned_search.py", "evaluation/policy.py", "evaluation/policy_table.py",
    "evaluation/policy_target.py", "evaluation/uplift.py", "operations/backup.py", "operations/messages",
    "operations/strategy/rules.py", "privacy/pseudonym.py", "settings.py", "shop/rule_file.py",
    "encoders/checkpoint.py",
)  # fmt: skip
RAISED = ("NotReadyError", "BusyError", "AccessError", "NotFoundError")
WHOLE = {
    "operations/doctor.py": (),
    "shop/remarks.py": (),
    "shop/experiment_book.py": ("_remarks",),
    "evaluation/experiments/report.py": ("_remarks", "_waiting"),
    "evaluation/support.py": (),
    "evaluation/policy_value.py": ("INTERVALS", "value", "_lacking"),
    "evaluation/policy_slates.py": ("_notes",),
    "insights/map/of_shop.py": ("_model", "_stores", "_index"),
    "metrics/off_policy.py": ("doubt",),
    "operations/estimates/worker.py": ("_run", "_watch", "main"),
    "pipeline/rules/contradictions.py": ("_about", "_places", "_leads", "dead"),
    "shop/choosing.py": ("_fallback",),
    "training/behaviour/recipe.py": ("heads",),
}
"""File → functions and constants all of whose sentences are shown; none takes all of the file."""
PIECES = (
    "the target goes where the log hardly went, or ",
    ", and dr reads the told chances instead",
    "; hits are near in meaning alone",
    "; and x7 more",
    "more than ",
    "not trained",
    "fit behaviour",
    "a row",
    "an answer",
)
"""Parts of sentences that are put together elsewhere; the whole ones are tested by themselves."""
COMMANDS = ("chmod 600",)
CHINESE = re.compile("[\u4e00-\u9fff]")


def lacking(said: list[str]) -> list[str]:
    """Those without Chinese words."""
    wanted = [each for each in said if each not in PIECES and not each.startswith(COMMANDS)]
    assert wanted
    return [each for each in wanted if not any(CHINESE.search(told("zh", way)) for way in sentences.ways(each))]


def test_what_is_missing_and_what_answers_do_without_has_chinese_words() -> None:
    def counts(called: str) -> bool:
        return called in RAISED or called.endswith("degraded.append")

    assert lacking(sentences.given_to(counts, without=(*NOT_ASKED, *OF_COMMANDS))) == []


@pytest.mark.parametrize("path", WHOLE)
def test_findings_remarks_and_notes_have_chinese_words(path: str) -> None:
    assert lacking(sentences.of(path, *WHOLE[path])) == []


def test_every_code_of_an_error_has_words() -> None:
    def below(kind: type[ShopmindError]) -> Iterator[str]:
        yield kind.code
        for each in kind.__subclasses__():
            if each.__module__ == ShopmindError.__module__:
                yield from below(each)

    for code in {*below(ShopmindError), *CODES.values(), "internal"}:
        assert f"error.code.{code}" in every()


def test_reasons_checks_and_titles_have_words() -> None:
    reasons = [each.replace("_", " ") for each in (*REASONS, *CHECKS)]
    checks = [CHECKS.load(name).words for name in CHECKS]
    titles = [each.title for each in load().values()]
    for each in (*reasons, *REASONS.values(), *checks, *titles):
        assert CHINESE.search(told("zh", each)), each


def test_every_step_of_the_strategy_has_words() -> None:
    for step in ("none", "idle", *Step.__args__):
        if step != "done":
            assert said("zh", f"settings.strategy.{step}")


def test_what_is_put_together_is_told_whole() -> None:
    few = Weights(effective=3.0, mean=1.0, mean_error=0.01, largest=9.0, largest_share=0.4, clipped=0.0, zero=0.0)
    assert told("zh", doubt(few, 100) or "").startswith("100 行的有效样本量只有 3.0")
    far = doubt(Weights(80.0, 0.2, 0.01, 9.0, 0.1, 0.0, 0.0), 100) or ""
    assert "目标策略的选择在日志中极少出现" in told("zh", far)


def test_sentences_in_a_row_and_after_a_name_are_told_one_by_one() -> None:
    untrained = "popularity: popularity: not trained yet; run: shopmind train FOLDER popularity"
    linked = "linked: the shop has no links of type sells or covers"
    assert told("zh", f"{untrained}; {linked}") == (
        "popularity：popularity：尚未训练；请运行 shopmind train FOLDER popularity；"
        "linked：商店没有 sells or covers 类型的关联"
    )
    ranked = "uplift: not trained yet; run: shopmind train FOLDER uplift; ranked by popularity"
    assert told("zh", ranked).endswith("；改由 popularity 排序")


def test_a_sentence_with_a_semicolon_of_its_own_is_found_among_others() -> None:
    few = "ad_response: 0 ads were seen and 0 clicked; 2000 and 50 are needed"
    said = told("zh", f"linked: the shop has no links of type sells; expected_value: {few}; items: ready")
    assert said == "linked：商店没有 sells 类型的关联；expected_value：" + told("zh", few) + "；items：就绪"
    assert "0 个广告被看到" in said


@pytest.mark.parametrize("text", ["", "nobody has words for this", "https://shop.example/a: b; c"])
def test_what_nobody_has_words_for_stays_as_it_is(text: str) -> None:
    assert told("zh", text) == text


def test_english_stays_as_it_was_said() -> None:
    assert told("en", "ready") == "ready"


def test_every_sentence_is_found_by_its_own_words() -> None:
    fill: Callable[[re.Match[str]], str] = lambda hole: "x7"  # noqa: E731
    for key, (english, chinese) in every().items():
        if key.startswith("told."):
            first = re.sub(r"\{\w+\}", fill, english)
            assert told("zh", first) == re.sub(r"\{\w+\}", fill, chinese), key
