"""The page in a real browser, driven through its pipe: what a visitor does changes what the visitor sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import shopmind
from shopmind.domain import Item
from shopmind.serving import keys
from shopmind.testing.browser import CHROMIUM, Browser

pytestmark = pytest.mark.slow


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("browser: no chromium is installed (Debian: apt-get install chromium)")
    opened = Browser(tmp_path / "profile")
    yield opened
    opened.close()


@pytest.fixture
def page(browser: Browser, start: Callable[..., Any], folder: Path) -> Browser:
    """The storefront of the tiny shop with two users to be."""
    with (folder / "shop.toml").open("a", encoding="utf-8") as settings:
        settings.write('sample_users = ["u01", "u03"]\nimpressions = "served"\n')
    browser.url = start(folder, "--open").url  # type: ignore[attr-defined]
    browser.go(browser.url)  # type: ignore[attr-defined]
    return browser


ROW = "Array.from(document.querySelectorAll('section[data-scenario={}] .card'), card => card.dataset.item)"
QUIET = "!document.querySelector('[aria-busy=true]')"


def be(page: Browser, user: str) -> None:
    page.run(
        "(() => { const select = document.getElementById('user');"
        f" select.value = '{user}'; select.dispatchEvent(new Event('change')) }})()"
    )
    page.wait(f"sessionStorage.getItem('user') === '{user}'")
    page.wait(QUIET)


def test_the_shop_shows_its_rows_and_says_why(page: Browser) -> None:
    page.wait(QUIET)
    assert page.wait(ROW.format("home"))
    page.run("document.querySelector('section[data-scenario=home] summary').click()")
    assert len(page.run("document.querySelector('details[open] li').innerText")) > 10
    assert page.said == []


def test_being_someone_else_shows_other_goods(page: Browser) -> None:
    be(page, "u01")
    first = page.run(ROW.format("buy_again"))
    be(page, "u03")
    assert page.run(ROW.format("buy_again")) != first


def test_buying_changes_the_next_answer(page: Browser) -> None:
    page.wait(QUIET)
    wanted = page.wait(ROW.format("home"))[0]
    page.run(f"document.querySelector('section[data-scenario=home] [data-item=\"{wanted}\"] .add').click()")
    assert page.wait("document.getElementById('cart-count').textContent === '1'")
    assert page.wait("document.querySelectorAll('#cart [data-scenario=cart] .card').length > 0")
    page.run("document.querySelector('#cart .buy-now').click()")
    page.wait(f"{ROW.format('buy_again')}.includes('{wanted}')")
    page.wait(f"!{ROW.format('home')}.includes('{wanted}')")
    assert "You bought" in page.run("document.getElementById('log').innerText")
    assert page.run("document.getElementById('cart-count').textContent") == "0"
    assert page.said == []


def test_searching_marks_words_completes_and_filters(page: Browser) -> None:
    page.run(
        "(() => { const t = document.getElementById('text'); t.focus(); t.value = 'gre';"
        " t.dispatchEvent(new Event('input')) })()"
    )
    page.wait("document.querySelectorAll('#suggestions li').length > 0")
    assert page.run("document.getElementById('text').getAttribute('aria-expanded')") == "true"
    page.run("document.getElementById('text').value = 'green tea'")
    page.run("document.getElementById('search').requestSubmit()")
    assert page.wait("document.querySelectorAll('.grid .card').length > 2")
    assert "mark" in page.run("document.querySelector('.grid .title').innerHTML")
    page.run(
        "(() => { document.getElementById('filter').value = 'price < 10';"
        " document.querySelector('.filter').requestSubmit() })()"
    )
    page.wait("location.hash.includes('filters') && document.querySelectorAll('.grid .card').length === 2")
    page.run(
        "(() => { document.getElementById('filter').value = 'price <';"
        " document.querySelector('.filter').requestSubmit() })()"
    )
    page.wait("!document.getElementById('message').hidden")
    assert "filter" in page.run("document.getElementById('message').innerText")


def test_searching_counts_narrows_down_and_sorts(page: Browser) -> None:
    page.run("location.hash = '#/search?q=tea'")
    cards = "Array.from(document.querySelectorAll('.grid .card'), card => card.dataset.item)"
    page.wait(f"document.querySelectorAll('[data-facet=brand] li').length === 2 && {cards}.length === 4")
    before = page.run("document.querySelector('[data-facet=brand]').innerText")
    page.run("document.querySelector('[data-facet=brand] input').click()")
    page.wait(f"location.hash.includes('f=brand') && {cards}.length === 2")
    page.wait("document.querySelector('[data-facet=brand] input:checked') !== null")
    assert page.run("document.querySelector('[data-facet=brand]').innerText") == before
    page.run(
        "(() => { const sort = document.getElementById('sort'); sort.value = '-price';"
        " sort.dispatchEvent(new Event('change')) })()"
    )
    page.wait("location.hash.includes('sort=-price') && location.hash.includes('f=brand')")
    page.run("location.hash = '#/search?q=tea&sort=price'")
    page.wait(f"{cards}[0] === 'tea-03'")
    page.run("document.querySelector('[data-facet=price] input').click()")
    page.wait(f"location.hash.includes('price%3A') && {cards}.length >= 1 && {cards}.length < 4")
    assert page.run("document.getElementById('message').hidden")
    page.run("location.hash = '#/search?q=qqqqzzzz'")
    page.wait("document.querySelector('.understood')?.innerText.includes('no item')")
    page.run("location.hash = '#/search?q=drgaon&verbatim=1'")
    page.wait("document.querySelector('.instead a')?.innerText.startsWith('Dragon Well')")
    assert page.said == []


def test_opening_an_item_shows_what_is_similar(page: Browser) -> None:
    page.wait(ROW.format("home"))
    page.run("document.querySelector('section[data-scenario=home] a.open').click()")
    page.wait("location.hash.startsWith('#/item/') && document.querySelector('article.item h1') !== null")
    assert "You opened" in page.wait("document.getElementById('log').innerText")
    page.run("location.hash = '#/item/tea-01'")
    page.wait("document.querySelector('article.item h1').textContent.startsWith('Dragon Well')")
    assert page.wait(ROW.format("similar") + ".length")


def test_the_page_speaks_chinese_when_asked(page: Browser) -> None:
    page.run("document.querySelector('[data-language=zh]').click()")
    page.wait("document.documentElement.lang === 'zh' && document.body.innerText.includes('为你推荐')")
    page.wait(QUIET)
    page.run("document.querySelector('section[data-scenario=home] summary').click()")
    reason = page.run("document.querySelector('details[open] li').innerText")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in reason)


def test_nothing_in_a_title_becomes_part_of_the_page(browser: Browser, start: Callable[..., Any], folder: Path) -> None:
    title = "<img src=x onerror=document.body.dataset.broken=1>zither & <b>bold</b>"
    with shopmind.open(folder) as shop:  # past ingest, which would have taken the tags out
        shop.catalogue.put([Item("<i>9</i>", title=title, description=title, categories=(title,), stock=1)])
        shop.index()
    browser.go(f"{start(folder, '--open').url}/#/search?q=zither")
    assert "<b>bold</b>" in browser.wait("document.querySelector('.grid .title')?.textContent")
    browser.run("document.querySelector('.grid a.open').click()")
    browser.wait("document.querySelector('article.item h1')?.textContent.includes('<b>bold</b>')")
    assert browser.run("document.body.dataset.broken ?? document.querySelectorAll('main img, main b').length") == 0


def test_a_shop_with_keys_asks_its_visitor_for_one(browser: Browser, start: Callable[..., Any], folder: Path) -> None:
    with shopmind.open(folder) as shop:
        key = keys.create(shop.records, "public")
    browser.call("Page.navigate", url=start(folder).url)
    browser.wait("document.getElementById('key-form')?.hidden === false")
    browser.run(f"document.getElementById('key').value = '{key}'")
    browser.run("document.getElementById('key-form').requestSubmit()")
    assert browser.wait(ROW.format("home"))


def test_the_reference_is_readable_in_a_browser(page: Browser) -> None:
    page.call("Page.navigate", url=f"{page.url}/docs")  # type: ignore[attr-defined]
    page.wait("document.querySelectorAll('article').length > 10")
    assert page.said == []


def test_the_page_fits_a_narrow_screen(page: Browser) -> None:
    page.call("Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=1, mobile=True)
    page.wait(QUIET)
    assert page.run("document.documentElement.scrollWidth") <= 360
