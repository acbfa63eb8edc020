"""The storefront in a real browser: what a visitor does changes what the visitor sees, and every address is a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

import shopmind
from shopmind.serving import keys

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page, Route

    from shopmind.testing.processes import Server
    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow

SETTLED = "() => document.body.dataset.drawn && !document.querySelector('[aria-busy=true]:not([hidden])')"


def come(visitor: Visitor, url: str) -> Page:
    """The page, once all that is in view has been answered."""
    page = visitor.go(url)
    page.wait_for_function(SETTLED)
    return page


def items(page: Page, scenario: str) -> list[str]:
    """The ids that a row shows."""
    found: list[str] = page.eval_on_selector_all(
        f"section[data-scenario={scenario}] .card", "cards => cards.map(card => card.dataset.shopmindItem)"
    )
    return found


def be(page: Page, user: str) -> None:
    page.locator("#who").click()
    page.get_by_label("Another customer's id").fill(user)
    page.get_by_role("button", name="Be this customer").click()
    page.get_by_role("heading", name=f"For customer {user}").wait_for()
    page.wait_for_function(SETTLED)


def test_a_newcomer_searches_narrows_down_opens_adds_and_is_told_why(visitor: Visitor, shop_api: Server) -> None:
    page = come(visitor, f"{shop_api.url}/")
    page.get_by_role("heading", name="Welcome", level=1).wait_for()
    page.get_by_role("combobox", name="Search").press_sequentially("gre", delay=20)
    page.get_by_role("option").first.wait_for()
    page.get_by_role("combobox").fill("tea")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=tea")
    page.get_by_role("heading", name="results for “tea”").wait_for()
    assert page.locator(".title mark").count() > 2
    count = page.locator(".grid .card").count()
    page.get_by_role("group", name="Brand").get_by_role("checkbox").first.check()
    page.wait_for_url("**/search?q=tea&f=brand*")
    page.wait_for_function(f"() => document.querySelectorAll('.grid .card').length < {count}")
    assert page.get_by_role("group", name="Brand").get_by_role("checkbox").first.is_checked()
    first = page.locator(".grid .card").first
    first.get_by_text("Why this?").click()
    first.get_by_text("Brought by").wait_for()
    assert len(first.locator(".reasons li").first.inner_text()) > 10
    assert first.get_by_role("meter").count() >= 1
    title = first.locator(".title").inner_text()
    first.locator("a.open").click()
    page.wait_for_url("**/item/*")
    page.get_by_role("heading", name=title, level=1).wait_for()
    page.get_by_role("button", name="Add to cart", exact=True).click()
    page.get_by_role("link", name="To the cart").click()
    page.wait_for_url("**/cart")
    page.wait_for_function("() => document.querySelectorAll('section[data-scenario=cart] .card').length > 0")
    page.locator("section[data-scenario=cart] .why summary").first.click()
    page.locator("section[data-scenario=cart] .reasons li").first.wait_for()
    assert page.locator(".lines").get_by_role("link").inner_text() == title
    assert title in page.locator("#log").inner_text()


def test_the_heading_counts_what_the_facets_count_and_names_what_only_comes_close(
    start: Callable[..., Server], folder: Path, visit: Callable[..., Visitor]
) -> None:
    with shopmind.open(folder) as shop:
        named = [f"Desk lamp {chr(65 + each)} 书桌台灯" for each in range(12)]
        titles = [*named, "Oak desk 橡木书桌", "Floor lamp 落地台灯"]
        shop.put_items(
            [{"item_id": f"l{at}", "title": title, "brand": "AB"[at % 2]} for at, title in enumerate(titles)]
        )
        shop.index()
    api = start(folder, "--open")
    for language, text, whole, narrowed in (
        ("en", "desk lamp", r"12 results for “desk lamp”, \d more come close", "6 results for “desk lamp”"),
        ("zh", "书桌台灯", r"“书桌台灯”的 12 条结果，另有 \d 条相近", "“书桌台灯”的 6 条结果"),
    ):
        page = come(visit(language=language), f"{api.url}/search?q={text}")
        assert re.fullmatch(whole, page.locator("h1").inner_text())
        widest = page.locator("[data-facet=brand] li").first
        assert widest.locator("label .quiet").inner_text() == "6"
        widest.get_by_role("checkbox").check()
        page.locator(".choices .chosen").wait_for()
        assert page.locator("h1").inner_text().startswith(narrowed)


def test_being_another_customer_changes_the_home_page(visitor: Visitor, shop_api: Server) -> None:
    page = come(visitor, f"{shop_api.url}/")
    assert page.locator("section[data-scenario=buy_again]").count() == 0, "nobody has bought anything yet"
    page.locator("#who").click()
    page.locator("#visitors").get_by_role("button", name="Customer u01").click()
    page.get_by_role("heading", name="For customer u01").wait_for()
    page.wait_for_function(SETTLED)
    first = items(page, "buy_again")
    assert first
    be(page, "u03")
    assert items(page, "buy_again") not in ([], first)
    page.reload()
    page.get_by_role("heading", name="For customer u03").wait_for()


def test_buying_changes_the_next_answer(visitor: Visitor, shop_api: Server) -> None:
    page = come(visitor, f"{shop_api.url}/")
    be(page, "u07")
    wanted = items(page, "home")[0]
    page.locator(f"section[data-scenario=home] [data-shopmind-item='{wanted}'] .add").click()
    page.wait_for_function("() => document.getElementById('cart-count').textContent === '1'")
    page.locator("#open-cart").click()
    page.get_by_role("button", name="One more of").click()
    page.wait_for_function("() => document.getElementById('cart-count').textContent === '2'")
    page.get_by_role("button", name="Buy now").click()
    page.get_by_text("Thank you.").first.wait_for()
    page.wait_for_function(SETTLED)
    assert wanted in items(page, "buy_again")
    assert wanted not in items(page, "home")
    assert "You bought" in page.locator("#log").inner_text()
    assert page.locator("#cart-count").inner_text() == "0"


def test_a_reason_that_is_asked_for_leaves_no_impression(visitor: Visitor, shop_api: Server) -> None:
    asked: list[str] = []
    page = come(visitor, f"{shop_api.url}/")
    page.on("request", lambda request: asked.append(request.post_data or "") if "/v1/" in request.url else None)
    page.locator(".why summary").first.click()
    page.get_by_text("Brought by").first.wait_for()
    page.locator(".why summary").nth(1).click()
    page.locator("details[open] .sources").nth(1).wait_for()
    assert len(asked) == 1, "one question explains the whole row, and looking is no click"
    assert '"record":false' in asked[0]
    assert '"explain":true' in asked[0]


def test_a_search_is_filtered_sorted_and_paged_and_its_address_can_be_kept(
    visit: Callable[..., Visitor], shop_api: Server
) -> None:
    visitor = visit()
    page = come(visitor, f"{shop_api.url}/search?q=tea")
    before = page.locator("[data-facet=brand]").inner_text()
    page.locator("[data-facet=brand]").get_by_label("Harbour Blend").check()
    page.locator(".chosen").wait_for()
    assert page.locator("[data-facet=brand]").inner_text() == before, "a column's own choice does not count against it"
    page.get_by_label("at most").fill("10")
    page.locator(".between button").click()
    page.wait_for_url("**price=..10*")
    page.get_by_label("Sort by").select_option("price")
    page.wait_for_url("**sort=price*")
    page.wait_for_function(SETTLED)
    kept = page.url
    shown = page.eval_on_selector_all(".grid .card", "cards => cards.map(card => card.dataset.shopmindItem)")
    assert shown[0] == "tea-03"
    again = come(visit(), kept)
    assert shown == again.eval_on_selector_all(".grid .card", "cards => cards.map(card => card.dataset.shopmindItem)")
    page.get_by_role("link", name="Clear all").click()
    page.wait_for_url("**/search?q=tea&sort=price")
    page.go_back()
    page.wait_for_url(kept)
    page.wait_for_function(SETTLED)
    assert page.locator(".chosen").count() == 2
    page.locator("summary", has_text="Filter expression").click()
    page.get_by_label("Filter expression").fill("price <")
    page.locator(".filter button").click()
    page.get_by_role("alert").filter(has_text="filter").wait_for()
    visitor.forgive("422")


def test_more_results_follow_and_the_first_new_one_has_the_focus(
    start: Callable[..., Server], folder: Path, visitor: Visitor
) -> None:
    rows = [{"item_id": f"tin-{n}", "title": f"Plain tin number {n}", "price": "2.00", "stock": 3} for n in range(40)]
    with shopmind.open(folder) as shop:
        shop.put_items(rows)
        shop.index()
    page = come(visitor, f"{start(folder, '--open').url}/search?q=tin")
    assert page.locator(".grid .card").count() == 24
    page.get_by_role("button", name="Show more").click()
    page.wait_for_function("() => document.querySelectorAll('.grid .card').length > 24")
    assert page.evaluate("document.activeElement.closest('.card').dataset.shopmindPosition") == "24"
    seen = page.eval_on_selector_all(".grid .card", "cards => cards.map(card => card.dataset.shopmindItem)")
    assert len(set(seen)) == len(seen)


def test_a_slip_is_corrected_and_can_be_undone_and_nothing_found_says_what_to_do(
    visitor: Visitor, shop_api: Server
) -> None:
    page = come(visitor, f"{shop_api.url}/search?q=grean+tea")
    page.get_by_text("Showing results for “green tea”").wait_for()
    page.get_by_role("link", name="“grean tea”").click()
    page.wait_for_url("**verbatim=1")
    page = come(visitor, f"{shop_api.url}/search?q=green+tee")
    page.get_by_text("Did you mean").get_by_role("link", name="green tea").click()
    page.wait_for_url("**/search?q=green+tea")
    come(visitor, f"{shop_api.url}/search?q=qqqqzzzz")
    page.get_by_role("heading", name="Nothing was found for “qqqqzzzz”").wait_for()
    page.get_by_text("Check the spelling").wait_for()
    come(visitor, f"{shop_api.url}/search?q=tea&filters=price+%3E+5000")
    page.get_by_role("link", name="Search without filters").wait_for()


def test_an_item_has_an_address_and_shows_what_is_like_it_and_what_sells_with_it(
    visitor: Visitor, shop_api: Server
) -> None:
    page = come(visitor, f"{shop_api.url}/item/tea-01")
    page.get_by_role("heading", name=re.compile("^Dragon Well"), level=1).wait_for()
    page.wait_for_function("() => document.querySelectorAll('section[data-scenario=goes_with] .card').length > 0")
    page.locator("section[data-scenario=similar]").scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelectorAll('section[data-scenario=similar] .card').length > 0")
    assert page.title().startswith("Dragon Well")
    assert "You looked at" in page.locator("#log").inner_text()
    bundle = page.locator(".bundle")
    if bundle.count():
        bundle.get_by_role("button", name="Add all to the cart").click()
        page.wait_for_function("() => Number(document.getElementById('cart-count').textContent) >= 2")
    page.locator("nav.way").get_by_role("link", name="Green tea").click()
    page.wait_for_url("**/search?q=Green+tea")


def test_an_item_that_is_not_there_says_what_to_do(visitor: Visitor, shop_api: Server) -> None:
    page = come(visitor, f"{shop_api.url}/item/nowhere")
    page.get_by_text("There is no such thing in this shop").wait_for()
    page.get_by_role("alert").get_by_role("link", name="Back to the shop").click()
    page.wait_for_url(f"{shop_api.url}/")
    visitor.forgive("404")


def test_offers_take_off_and_say_why_they_do_not(visitor: Visitor, shop_api: Server) -> None:
    page = come(visitor, f"{shop_api.url}/item/tea-01")
    page.get_by_role("button", name="Add to cart", exact=True).click()
    page.get_by_role("link", name="To the cart").click()
    page.get_by_role("region", name="Offers").get_by_text("promo-tea").wait_for()
    assert "− $" in page.locator(".off").inner_text()
    assert "promo-phone" not in page.locator(".off").inner_text(), "told when asked"
    page.get_by_text("Offers that do not apply").click()
    page.get_by_role("region", name="Offers").get_by_text("promo-phone").wait_for()
    page.get_by_label("Coupon or offer id").fill("promo-phone")
    page.get_by_role("button", name="Check").click()
    page.get_by_text("promo-phone does not apply").wait_for()
    page.get_by_role("button", name="Remove").click()
    page.get_by_text("The cart is empty").wait_for()


def test_a_cart_with_a_thing_of_unknown_price_is_shown_and_bought(
    start: Callable[..., Server], folder: Path, visitor: Visitor
) -> None:
    with shopmind.open(folder) as shop:
        shop.put_items([{"item_id": "odd-1", "title": "A thing without a price"}])
    page = come(visitor, f"{start(folder, '--open').url}/item/odd-1")
    page.get_by_text("Price unknown").first.wait_for()
    page.get_by_role("button", name="Add to cart", exact=True).click()
    page.get_by_role("link", name="To the cart").click()
    page.get_by_role("button", name="Buy now").click()
    page.get_by_text("Thank you.").first.wait_for()


def test_the_page_speaks_chinese_when_asked_and_remembers(visitor: Visitor, shop_api: Server) -> None:
    page = come(visitor, f"{shop_api.url}/")
    page.get_by_role("button", name="中文").click()
    page.get_by_role("heading", name="为你推荐").wait_for()
    assert page.evaluate("document.documentElement.lang") == "zh"
    page.wait_for_function(SETTLED)
    page.locator(".why summary").first.click()
    page.get_by_text("来源").first.wait_for()
    assert re.search("[\u4e00-\u9fff]", page.locator(".reasons li").first.inner_text())
    page.reload()
    page.get_by_role("heading", name="为你推荐").wait_for()
    assert page.evaluate("document.documentElement.lang") == "zh"


def test_a_browser_in_chinese_is_spoken_to_in_chinese(visit: Callable[..., Visitor], shop_api: Server) -> None:
    page = come(visit(language="zh-CN"), f"{shop_api.url}/search?q=龙井茶")
    page.get_by_role("heading", name="条结果").wait_for()


def test_dark_follows_the_system_and_the_switch_is_remembered(visit: Callable[..., Visitor], shop_api: Server) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    light, dark = come(visit(), f"{shop_api.url}/"), come(visit(dark=True), f"{shop_api.url}/")
    assert light.evaluate(paper) != dark.evaluate(paper)
    light.get_by_role("button", name="Dark").click()
    assert light.evaluate(paper) == dark.evaluate(paper)
    light.reload()
    assert light.evaluate(paper) == dark.evaluate(paper)
    assert light.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "true"


def test_ads_are_marked(visitor: Visitor, shop_api: Server) -> None:
    page = come(visitor, f"{shop_api.url}/search?q=nova+x5")
    ad = page.locator(".card.paid").first
    ad.wait_for()
    assert ad.locator(".sponsored").inner_text() == "Ad"
    assert "Nova" in ad.inner_text()


def test_a_shop_with_keys_asks_its_visitor_for_one(
    start: Callable[..., Server], folder: Path, visitor: Visitor
) -> None:
    with shopmind.open(folder) as shop:
        key = keys.create(shop.records, "public")
    page = visitor.go(start(folder).url)
    page.get_by_label("This shop asks for a key").fill(key)
    page.get_by_role("button", name="Use it").click()
    page.wait_for_function("() => document.querySelectorAll('section[data-scenario=home] .card').length > 0")
    page.reload()
    page.wait_for_function("() => document.querySelectorAll('section[data-scenario=home] .card').length > 0")
    visitor.forgive("401")


def test_an_empty_shop_says_how_to_fill_it(start: Callable[..., Server], tmp_path: Path, visitor: Visitor) -> None:
    shopmind.create(tmp_path / "empty", name="Empty", encoder="none").close()
    page = come(visitor, start(tmp_path / "empty", "--open").url)
    page.get_by_text("shopmind ingest").wait_for()


def test_the_reference_is_readable_in_a_browser(visitor: Visitor, shop_api: Server) -> None:
    page = visitor.go(f"{shop_api.url}/docs")
    page.wait_for_function("() => document.querySelectorAll('article').length > 10")


def test_what_the_api_says_in_english_a_chinese_shopper_reads_in_chinese(
    visit: Callable[..., Visitor], shop_api: Server
) -> None:
    page = come(visit(language="zh-CN"), f"{shop_api.url}/search?q=tea&filters=price+>+99999")
    page.get_by_text(re.compile(r"^\d+ 件商品符合文字，但都不符合筛选条件$")).last.wait_for()
    page = come(visit(), f"{shop_api.url}/search?q=tea&filters=price+>+99999")
    page.get_by_text(re.compile(r"items match the words, none of them passes the filter$")).last.wait_for()


def test_who_changes_something_by_the_keyboard_goes_on_from_there(visitor: Visitor, shop_api: Server) -> None:
    page = come(visitor, f"{shop_api.url}/search?q=tea")

    def held() -> str:
        page.wait_for_function(SETTLED)
        return str(page.evaluate("document.activeElement.dataset.hold || document.activeElement.tagName"))

    page.locator("#sort").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_url("**sort=price**")
    assert held() == "sort"
    page.get_by_role("checkbox").first.focus()
    chosen = held()
    page.keyboard.press("Space")
    page.wait_for_url("**f=**")
    page.get_by_role("checkbox", checked=True).first.wait_for()
    assert held() == chosen
    page.locator(".add").first.click()
    page.locator("#open-cart").click()
    page.get_by_role("button", name=re.compile("^One more of")).focus()
    for quantity in ("2", "3"):
        page.keyboard.press("Enter")
        page.locator(".steps span", has_text=quantity).first.wait_for()
        assert held().startswith("another:")
    page.get_by_role("button", name=re.compile("^Remove")).focus()
    page.keyboard.press("Enter")
    page.get_by_text("The cart is empty").wait_for()
    assert held() == "H1"


def test_who_is_in_the_page_already_is_not_sent_back_to_its_head(visitor: Visitor, shop_api: Server) -> None:
    page = come(visitor, f"{shop_api.url}/search?q=tea")
    page.locator(".add").first.click()
    waiting: list[Route] = []
    page.route("**/v1/offers/cart", lambda route: waiting.append(route))
    page.locator("#open-cart").click()
    more = page.get_by_role("button", name=re.compile("^One more of"))
    more.focus()
    page.wait_for_function("() => document.querySelector('main').getAttribute('aria-busy') === 'true'")
    while not waiting:
        page.wait_for_timeout(20)
    waiting.pop().continue_()
    page.wait_for_function(SETTLED)
    assert str(page.evaluate("document.activeElement.dataset.hold")).startswith("another:")
