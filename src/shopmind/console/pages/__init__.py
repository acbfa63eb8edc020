"""One file a page, each with a `PAGE`; in the order of the navigation."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "page",
    {
        "today": "shopmind.console.pages.today:PAGE",
    },
)
