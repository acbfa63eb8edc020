"""The page Models in a real browser: read, compared, promoted, rolled back; the served shop follows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import numpy as np
import pytest

import shopmind
from shopmind.testing.processes import Server, until

if TYPE_CHECKING:
    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def tried(shop_folder_served: Path) -> str:
    """A second version of a model, with a curve; it is not promoted."""
    with shopmind.open(shop_folder_served) as shop:
        served = shop.artifacts.load("popularity")
        assert served is not None
        arrays = {name: np.array(array) for name, array in served.arrays.items()}
        first = next(name for name, array in arrays.items() if array.dtype.kind == "f")
        arrays[first] = arrays[first] * 0.5
        figures = {"losses": {"contrast": [1.0, 0.7, 0.5]}, "gain": 0.25}
        return shop.artifacts.save("popularity", arrays, {**served.card, "figures": figures}, promote=False).version


def model_version(shop_api: Server) -> str:
    answer = httpx.post(f"{shop_api.url}/v1/recommend/home", json={"user": "new"}).json()
    return str(answer["model_version"])


@pytest.mark.parametrize(("dark", "language"), [(False, "en-GB"), (True, "zh-CN")])
def test_the_registry_and_a_model_are_accessible(
    visit: Callable[..., Visitor],
    console: Server,
    accessible: Callable[[Visitor], None],
    dark: bool,
    language: str,
    tmp_path: Path,
) -> None:
    visitor = visit(dark=dark, language=language)
    for name, address in {"registry": "", "one": "?kind=popularity", "none": "?kind=none"}.items():
        page = visitor.go(f"{console.url}/models{address}")
        page.locator("main h1").wait_for()
        page.wait_for_timeout(700)
        visitor.shot(f"console-models-{name}-{language}", tmp_path)
        accessible(visitor)


def test_a_version_is_promoted_and_rolled_back_and_the_shop_follows(
    visitor: Visitor, console: Server, shop_api: Server, tried: str
) -> None:
    before = model_version(shop_api)
    page = visitor.go(f"{console.url}/models")
    page.get_by_role("link", name="popularity").click()
    page.get_by_role("heading", name="What differs").wait_for()
    page.get_by_role("cell", name="figures.gain").wait_for()
    page.get_by_role("row").filter(has_text=tried).get_by_role("button", name="Promote").click()
    page.get_by_role("dialog").get_by_role("button", name="Promote").click()
    page.get_by_role("button", name="Roll back").wait_for()
    page.locator("canvas").first.wait_for()  # the curve of the version that answers now
    until(lambda: model_version(shop_api) != before)
    page.get_by_role("button", name="Roll back").click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    page.get_by_text("This recipe is fitted in one go").wait_for()
    until(lambda: model_version(shop_api) == before)
    page = visitor.go(f"{console.url}/experiments?tab=knowledge")
    page.get_by_role("heading", name="Rolled back popularity").wait_for()
