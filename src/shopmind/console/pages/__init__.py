"""One file a page, each with a `PAGE`; in the order of the navigation."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "page",
    {
        "today": "shopmind.console.pages.today:PAGE",
        "search": "shopmind.console.pages.search.page:PAGE",
        "recommend": "shopmind.console.pages.recommend.page:PAGE",
    },
)
