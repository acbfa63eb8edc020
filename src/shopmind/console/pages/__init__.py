"""One file a page, each with a `PAGE`; in the order of the navigation."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "page",
    {
        "today": "shopmind.console.pages.today:PAGE",
        "map": "shopmind.console.pages.map.page:PAGE",
        "search": "shopmind.console.pages.search.page:PAGE",
        "recommend": "shopmind.console.pages.recommend.page:PAGE",
        "experiments": "shopmind.console.pages.experiments.page:PAGE",
        "catalogue": "shopmind.console.pages.catalogue.page:PAGE",
        "customers": "shopmind.console.pages.customers.page:PAGE",
        "models": "shopmind.console.pages.models.page:PAGE",
        "settings": "shopmind.console.pages.settings.page:PAGE",
    },
)
